"""A provider that stands on this machine: keeps what it is asked, and answers as a test says."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request. `data`: JSON, or the fields of a form; of a file in it, its bytes."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    data: Any
    body: bytes


@dataclass
class Answered:
    """What it says: JSON, or bytes as they are."""

    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class StandIn:
    """`answer` decides on each request; `asked` are all of them, in their order."""

    answer: Callable[[Asked], Answered]
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it stands."""
        return f"http://127.0.0.1:{self.port}"

    def calls(self, ending: str) -> list[Asked]:
        """The requests whose path ends so."""
        return [one for one in self.asked if one.path.endswith(ending)]


def _read(kind: str, body: bytes) -> Any:
    if kind.startswith("multipart/"):
        whole = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        return {str(part.get_param("name", header="content-disposition")): _value(part) for part in whole.iter_parts()}
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(body) if body else None


def _value(part: Any) -> Any:
    data = part.get_payload(decode=True) or b""
    return data if part.get_filename() else data.decode()


@contextlib.contextmanager
def standing(answer: Callable[[Asked], Answered]) -> Iterator[StandIn]:
    """Runs it on a free local port while the block runs."""
    place = StandIn(answer)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            where = urlsplit(self.path)
            told = {name.lower(): value for name, value in self.headers.items()}
            data = _read(self.headers.get("Content-Type", ""), body)
            asked = Asked(self.command, where.path, dict(parse_qsl(where.query)), told, data, body)
            place.asked.append(asked)
            self._say(place.answer(asked))

        def _say(self, said: Answered) -> None:
            data = said.data if isinstance(said.data, bytes) else json.dumps(said.data).encode()
            self.send_response(said.status)
            for name, value in ({"Content-Type": "application/json"} | said.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  # names that http.server asks for

        def log_message(self, *args: Any) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    place.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
