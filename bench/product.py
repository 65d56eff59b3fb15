"""The product's own web server, started as `make run` starts it, with nothing but the empty page added."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from bench.database import PASSWORD, ROOT
from bench.pages import Address
from helpdesk.launch.supervisor import WEB_PROCESSES


@contextmanager
def running(log: Path) -> Iterator[tuple[Address, list[int]]]:
    """The product on a free port, its web processes on one listening socket as under `make run`; stopped at the end."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, log.open("ab") as out:
        at = Address("127.0.0.1", int(listener.getsockname()[1]))
        env = os.environ | {"PORT": str(at.port)}
        number = listener.fileno()
        command = [sys.executable, "-m", "helpdesk.launch.web", str(number)]
        servers = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, pass_fds=(number,))
            for _ in range(WEB_PROCESSES)
        ]
        try:
            _wait(servers, at, log)
            yield at, [server.pid for server in servers]
        finally:
            for server in servers:
                server.send_signal(signal.SIGTERM)
            for server in servers:
                _end(server)


def _end(server: "subprocess.Popen[bytes]") -> None:
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()


def _wait(servers: "list[subprocess.Popen[bytes]]", at: Address, log: Path) -> None:
    end = time.monotonic() + 40
    while time.monotonic() < end and all(server.poll() is None for server in servers):
        try:
            connection = HTTPConnection(at.host, at.port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the web server did not start; see {log}")


def sign_in(at: Address, email: str) -> str:
    """Signs a member of staff in through the real page; returns the cookies."""
    connection = HTTPConnection(at.host, at.port, timeout=20)
    connection.request("GET", "/sign-in/")
    page = connection.getresponse()
    body = page.read().decode()
    cookies = _cookies(page.headers.get_all("Set-Cookie") or [])
    hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    form = {"email": email, "password": PASSWORD, "csrfmiddlewaretoken": hidden[1] if hidden else ""}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": _header(cookies),
        "Referer": f"http://{at.host}:{at.port}/sign-in/",
        "Origin": f"http://{at.host}:{at.port}",
    }
    connection.request("POST", "/sign-in/", urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    cookies |= _cookies(answer.headers.get_all("Set-Cookie") or [])
    if answer.status != 302 or "sessionid" not in cookies:
        raise SystemExit(f"sign-in as {email} failed: {answer.status}")
    return _header(cookies)


def _cookies(lines: list[str]) -> dict[str, str]:
    return dict(line.split(";", 1)[0].split("=", 1) for line in lines)


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
