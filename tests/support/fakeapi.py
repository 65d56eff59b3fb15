"""Providers that take mail by HTTP, in the forms that they document: keeps what it is sent, answers as it is told."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TO = "ada@shop.example"
# What each says when it has taken a mail, as its reference shows it.
TAKEN: dict[str, tuple[int, dict[str, str], Any]] = {
    "brevo": (201, {}, {"messageId": "<202611221000.1@smtp-relay.mailin.fr>"}),
    "mailersend": (202, {"X-Message-Id": "5f7a", "Content-Type": "text/html; charset=utf-8"}, None),
    "mailgun": (200, {}, {"id": "<20261122.1@desk.example>", "message": "Queued. Thank you."}),
    "mailjet": (
        200,
        {},
        {"Messages": [{"Status": "success", "To": [{"Email": TO, "MessageUUID": "1", "MessageID": 45}]}]},
    ),
    "mandrill": (200, {}, [{"email": TO, "status": "sent", "reject_reason": None, "_id": "abc"}]),
    "postal": (
        200,
        {},
        {"status": "success", "data": {"message_id": "x@rp", "messages": {TO: {"id": 7, "token": "t"}}}},
    ),
    "postmark": (200, {}, {"To": TO, "MessageID": "b7bc", "ErrorCode": 0, "Message": "OK"}),
    "resend": (200, {}, {"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}),
    "sendgrid": (202, {"X-Message-Id": "14c5d75ce93"}, None),
    "sparkpost": (200, {}, {"results": {"total_rejected_recipients": 0, "total_accepted_recipients": 1, "id": "1166"}}),
}


@dataclass
class Api:
    """`asked`: (path, headers in lower case, body) of each request. `answer`: status, headers, JSON."""

    answer: tuple[int, dict[str, str], Any] = (500, {}, None)
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    silent: threading.Event | None = None
    port: int = 0

    @property
    def url(self) -> str:
        """Where it stands."""
        return f"http://127.0.0.1:{self.port}/api/"


def _read(kind: str, body: bytes) -> Any:
    if not kind.startswith("multipart/"):
        return json.loads(body)
    whole = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        found[str(name)] = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return found


@contextlib.contextmanager
def serving() -> Iterator[Api]:
    """Runs it on a free local port while the block runs."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            told = {name.lower(): value for name, value in self.headers.items()}
            api.asked.append((self.path, told, _read(self.headers.get("Content-Type", ""), body)))
            if api.silent is not None:
                api.silent.wait(30)
            status, headers, said = api.answer
            data = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        if api.silent is not None:
            api.silent.set()
        server.shutdown()
        server.server_close()
