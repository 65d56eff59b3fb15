"""Handing a mail to the inbox's SMTP server. What the server says becomes a SendResult; nothing is raised for it.

Inbox settings: `smtp_host`, `smtp_port`, `smtp_tls` ("starttls", "ssl" or "none"), `smtp_user`; the password is
the sealed `smtp_password` (or `password`). Without a host a demo keeps its mail at home: it counts as sent and nothing
leaves the machine.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from helpdesk.accounts.models import Workspace
from helpdesk.core import egress
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import oauth, pool
from tickets.envelopes import SendResult
from tickets.models import Inbox
from tickets.rules.issuers import bearer

TIMEOUT = 20.0
TOO_LARGE = 552
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
PORTS = {"ssl": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True)
class Server:
    """Where and how to hand mail over."""

    host: str
    port: int
    security: str
    user: str
    password: str
    token: str = ""


class _Connection(smtplib.SMTP):
    """smtplib over the egress guard, so that no inbox can reach into our own network."""

    def __init__(self, server: Server, patience: float) -> None:
        self.server = server
        super().__init__(server.host, server.port, timeout=patience)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = egress.connect(host, port, timeout)
        if self.server.security != "ssl":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def server_of(inbox: Inbox) -> Server | None:
    """The inbox's server, or None when it has none."""
    host = str(inbox.settings.get("smtp_host") or "")
    if not host:
        return None
    hidden = secrets_of(inbox)
    security = security_of(inbox.settings.get("smtp_tls"), "starttls")
    return Server(
        host=host,
        port=port_of(inbox.settings.get("smtp_port"), PORTS.get(security, 587)),
        security=security,
        user=str(inbox.settings.get("smtp_user") or ""),
        password=hidden.get("smtp_password") or hidden.get("password", ""),
        token=oauth.token_of(inbox),
    )


def security_of(value: object, usual: str) -> str:
    """How a connection is secured: ssl, starttls or none; a word we do not know never means none."""
    return {"ssl": "ssl", "tls": "ssl", "starttls": "starttls", "none": "none"}.get(str(value).lower(), usual)


def port_of(value: object, usual: int) -> int:
    """A port as somebody typed it; the usual one when that is no number."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else usual


def send(inbox: Inbox, envelope_from: str, recipient: str, data: bytes) -> SendResult:
    """Sends one copy. Temporary trouble (4xx, network, sign-in) may be tried again; 5xx may not."""
    try:
        server = server_of(inbox)
        if server is None:
            return _kept_at_home()
        with pool.borrowed(server, open_server) as connection:
            connection.sendmail(envelope_from, [recipient], data)
    except (smtplib.SMTPException, oauth.SignInAgain, egress.Refused, OSError, ValueError) as fault:
        return _refused(fault)
    return SendResult(ok=True)


def open_server(server: Server, patience: float = TIMEOUT) -> smtplib.SMTP:
    """A connection, secured and signed in as the settings say. Raises what smtplib raises."""
    connection = _Connection(server, patience)
    try:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
        # A relay that knows us by our address offers no sign-in; one that wants it says so when it gets the mail.
        if server.token:
            answers = [bearer(server.user, server.token)]
            connection.auth("XOAUTH2", lambda challenge=None: answers.pop() if answers else "")
        elif server.user and connection.has_extn("auth"):
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _kept_at_home() -> SendResult:
    if Workspace.objects.filter(is_demo=True).exists():
        return SendResult(ok=True)
    return SendResult(ok=False, error="this inbox has no SMTP server", cause="sign_in")


def _refused(fault: Exception) -> SendResult:
    """The server's answer in our classes; nothing that it says can end a copy but a lasting refusal of this mail."""
    if isinstance(fault, egress.Refused):
        return SendResult(ok=False, error=f"{fault.code}: not a public server", permanent=True)
    if isinstance(fault, oauth.SignInAgain):
        return SendResult(ok=False, error=str(fault)[:300], cause="sign_in")
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        # The password is wrong, not the mail: it waits until somebody mends the inbox.
        return _answer("sign-in refused", fault.smtp_code, fault.smtp_error, "sign_in", lasting=False)
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(fault.recipients.values()))
        return _answer("refused", code, text, "recipient")
    if isinstance(fault, smtplib.SMTPDataError):
        return _answer("refused", fault.smtp_code, fault.smtp_error, "content")
    if isinstance(fault, smtplib.SMTPResponseException):
        # At MAIL FROM a server refuses what is too large (552) for good, and everything else for the moment.
        return _answer("refused", fault.smtp_code, fault.smtp_error, "server", lasting=fault.smtp_code == TOO_LARGE)
    return SendResult(ok=False, error=f"{type(fault).__name__}: {fault}"[:300], cause="network")


def _answer(what: str, code: int, said: bytes | str, cause: str, *, lasting: bool = True) -> SendResult:
    text = " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())
    hit = ENHANCED.match(text)
    return SendResult(
        ok=False,
        error=f"{what}: {code} {text}"[:300],
        permanent=lasting and code >= 500,
        cause=cause,
        status_code=hit[0] if hit else str(code),
    )
