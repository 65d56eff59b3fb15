"""An OAuth 2 issuer for tests: checks PKCE, gives tokens, and takes each refresh token once only, as strict ones do."""

import base64
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Office:
    """What the issuer knows. `code` -> challenge; `refresh`: the only refresh token that is good now."""

    codes: dict[str, str] = field(default_factory=dict)
    refresh: str = ""
    access: str = ""
    count: int = 0
    slow: float = 0.0
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def allow(self, door: str) -> tuple[str, str]:
        """The person agrees at this address; the code and the state that the browser brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(door).query).items()}
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query["code_challenge"]
        return code, query["state"]

    def answer(self, asked: dict[str, str]) -> dict[str, object] | None:
        """The tokens, or None for what is not good."""
        self.asked.append(asked)
        time.sleep(self.slow)
        if asked["grant_type"] == "authorization_code":
            digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
            proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if self.codes.pop(asked["code"], "") != proof:
                return None
        elif not self.refresh or asked["refresh_token"] != self.refresh:
            return None
        self.count += 1
        self.refresh, self.access = f"refresh-{self.count}", f"access-{self.count}"
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": 3600}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        given = self.server.office.answer(asked)  # type: ignore[attr-defined]  # set below
        refusal = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        data = json.dumps(given or refusal).encode()
        self.send_response(200 if given else 400)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def serving() -> Iterator[Office]:
    """The issuer's token address on a free local port while the block runs."""
    office = Office()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.office = office  # type: ignore[attr-defined]
    office.port = int(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield office
    finally:
        server.shutdown()
        server.server_close()
