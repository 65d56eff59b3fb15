"""A web server of a sender: serves pictures, and remembers who asked for what and with which headers."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    """A plain picture."""
    out = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind)
    return out.getvalue()


@dataclass
class Host:
    """`asked`: paths with headers. `moved`: path -> where it points to. `served`: path -> bytes. `status`: not 200."""

    port: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    served: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)

    def address(self, path: str = "/a.png") -> str:
        """Where this path is."""
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for."""
        return [path for path, _ in self.asked]


def _handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
            if self.path in host.moved:
                self.send_response(302)
                self.send_header("Location", host.moved[self.path])
                self.end_headers()
                return
            data = host.served.get(self.path, picture())
            self.send_response(host.status.get(self.path, 200))
            self.send_header("Content-Type", "image/png")
            self.send_header("Set-Cookie", "seen=1")
            self.end_headers()
            if self.path != "/slow.png":
                self.wfile.write(data)
                return
            with contextlib.suppress(OSError):
                for _ in range(60):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.1)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Answer


@contextlib.contextmanager
def serving() -> Iterator[Host]:
    """Runs it on a free local port while the block runs."""
    host = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(host))
    server.daemon_threads = True
    host.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
