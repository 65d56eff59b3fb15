"""Reading one public web address for somebody who must not be seen: pinned, short, without cookies or referrer."""

import http.client
import ssl
import threading
import time
from collections.abc import Mapping
from urllib.parse import quote, urljoin, urlsplit

from helpdesk.core import egress

PORTS = {"http": 80, "https": 443}
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; picture proxy)",
    "Accept": "image/png,image/jpeg,image/webp,image/gif",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
HOPS, MOST_BYTES, SECONDS = 4, 8 * 1024 * 1024, 8.0
MOVED = {301, 302, 303, 307, 308}
_context = ssl.create_default_context()


class Unfetched(Exception):
    """Nothing came: refused, away, too slow, too big, or not there. `status`: what the server said last, if it did."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


def get(address: str, own: Mapping[str, str] | None = None, *, most: int = 0, seconds: float = 0) -> bytes:
    """The bytes at a public http(s) address. Each hop of a redirect is checked as the first. Raises Unfetched.

    `own`: headers for the host that is asked first, and for no other. `most`, `seconds`: beyond a picture's.
    """
    deadline = time.monotonic() + (seconds or SECONDS)
    first, status = address, 0
    for _ in range(HOPS):
        try:
            headers = HEADERS | (dict(own or {}) if urlsplit(address)[:2] == urlsplit(first)[:2] else {})
            status, where, body = _hop(address, deadline, headers, most or MOST_BYTES)
        except (OSError, egress.Refused, http.client.HTTPException, ValueError) as error:
            raise Unfetched(type(error).__name__) from error
        if status == 200:
            return body
        if status not in MOVED or not where:
            break
        address = urljoin(address, where)
    raise Unfetched("nothing there", status)


def _hop(address: str, deadline: float, headers: Mapping[str, str], most: int) -> tuple[int, str, bytes]:
    """One request: the status, where it points to, and the body of a 200."""
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not an address that we read")
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    if port != PORTS[parts.scheme] and not egress.listed(host, port):
        raise egress.Refused(host)
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line = http.client.HTTPConnection(host, port)
    line.sock = egress.connect(host, port, left)
    held = [line.sock]
    # A server that sends a byte now and then keeps every single wait short; this ends the whole.
    guard = threading.Timer(left, lambda: egress.cut(held[-1]))
    guard.daemon = True
    guard.start()
    try:
        if parts.scheme == "https":
            line.sock = _context.wrap_socket(line.sock, server_hostname=host, do_handshake_on_connect=False)
            held.append(line.sock)
            line.sock.do_handshake()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return _ask(line, path, headers, most, deadline)
    finally:
        guard.cancel()
        line.close()


def _ask(
    line: http.client.HTTPConnection, path: str, headers: Mapping[str, str], most: int, deadline: float
) -> tuple[int, str, bytes]:
    line.request("GET", quote(path, safe="/?&=;:@!$'()*+,%~[]"), headers=dict(headers))
    answer = line.getresponse()
    body = answer.read(most + 1) if answer.status == 200 else b""
    if len(body) > most:
        raise ValueError("too big")
    if time.monotonic() >= deadline:
        raise TimeoutError
    return answer.status, answer.headers.get("Location", ""), body
