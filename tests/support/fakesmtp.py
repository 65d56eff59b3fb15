"""An SMTP sink for tests: keeps what it accepts, refuses whom it is told to, as a real server would."""

import base64
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Sink:
    """`kept`: (sender, recipients, bytes). `refuse`: recipient -> the answer it gets at RCPT. `answer`: to DATA."""

    kept: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    answer: str = "250 kept"
    port: int = 0
    token: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd calls this at RCPT TO."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """aiosmtpd calls this at AUTH XOAUTH2."""
        good = f"auth=Bearer {self.token}\x01" in base64.b64decode(args[1]).decode()
        return AuthResult(success=good, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls this after DATA."""
        if self.answer.startswith("250"):
            content = envelope.original_content or b""
            self.kept.append((envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return self.answer


@contextlib.contextmanager
def serving(sink: Sink | None = None, sign_in: str = "") -> Iterator[Sink]:
    """Runs the sink on a free local port while the block runs; with `sign_in`, that password is needed for all."""
    sink = sink or Sink()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        sink.port = int(probe.getsockname()[1])

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == sign_in.encode(), handled=False)

    needs = {"authenticator": check, "auth_required": True, "auth_require_tls": False} if sign_in else {}
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, **needs)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop(no_assert=True)
