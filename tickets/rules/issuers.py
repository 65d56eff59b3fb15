"""Who signs people in to their mailbox by OAuth 2, and what we ask them for. Pure."""

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from tickets.rules.mailproviders import GMAIL, OFFICE, Way


@dataclass(frozen=True)
class Issuer:
    """One of them, with the servers that take its tokens."""

    key: str
    name: str
    authorize: str
    token: str
    scope: str
    imap: Way
    smtp: Way
    console: str
    more: tuple[tuple[str, str], ...] = ()


_MICROSOFT = "https://login.microsoftonline.com/common/oauth2/v2.0"
_OUTLOOK = "https://outlook.office.com"
ISSUERS: dict[str, Issuer] = {
    "google": Issuer(
        key="google",
        name="Google",
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        scope="https://mail.google.com/",
        imap=GMAIL[0],
        smtp=GMAIL[1],
        console="https://console.cloud.google.com/apis/credentials",
        more=(("access_type", "offline"), ("prompt", "consent")),
    ),
    "microsoft": Issuer(
        key="microsoft",
        name="Microsoft",
        authorize=f"{_MICROSOFT}/authorize",
        token=f"{_MICROSOFT}/token",
        scope=f"offline_access {_OUTLOOK}/IMAP.AccessAsUser.All {_OUTLOOK}/POP.AccessAsUser.All {_OUTLOOK}/SMTP.Send",
        imap=OFFICE[0],
        smtp=OFFICE[1],
        console="https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps",
        more=(("prompt", "select_account"),),
    ),
}


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def doorway(issuer: Issuer, *, client_id: str, back: str, state: str, verifier: str, address: str) -> str:
    """Where the browser goes to ask for leave."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back,
        "scope": issuer.scope,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": address,
    }
    return f"{issuer.authorize}?{urlencode(asked | dict(issuer.more))}"


def bearer(user: str, token: str) -> str:
    """The first answer of SASL XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
