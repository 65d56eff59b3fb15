"""OAuth 2 for mailboxes: a code becomes tokens, tokens are renewed, and servers get them by XOAUTH2.

An inbox that signs in this way has `oauth` (google or microsoft) and `oauth_client` in its settings; the client's
secret and the tokens are sealed.
"""

import http.client
import json
import ssl
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from helpdesk.core import clock, egress
from tickets.actions import oauthtokens
from tickets.actions.inboxes import secrets_of
from tickets.actions.oauthtokens import Tokens
from tickets.models import Inbox
from tickets.rules.issuers import ISSUERS, Issuer

SECONDS, MOST_BYTES = 12.0, 64 * 1024


class SignInAgain(Exception):
    """The issuer no longer knows our leave; the text is the issuer's."""


class Unavailable(OSError):
    """The issuer did not answer as it should; another time."""


def token_of(inbox: Inbox) -> str:
    """An access token that lasts, renewed if need be (by one process at a time); "" for inboxes with passwords.

    Raises SignInAgain, Unavailable, and what the network raises.
    """
    issuer = ISSUERS.get(str(inbox.settings.get("oauth") or ""))
    if issuer is None:
        return ""
    if token := oauthtokens.usable(inbox):
        return token
    if inbox.pk is None:
        raise SignInAgain("oauth: no token")
    with oauthtokens.renewing(inbox):
        inbox.secret_box = Inbox.objects.values_list("secret_box", flat=True).get(pk=inbox.pk)
        if token := oauthtokens.usable(inbox):
            return token
        renewed = _renewed(inbox, issuer)
        oauthtokens.keep(inbox, renewed)
        return renewed.access


def _renewed(inbox: Inbox, issuer: Issuer) -> Tokens:
    hidden = secrets_of(inbox)
    if not hidden.get("oauth_refresh"):
        raise SignInAgain("oauth: no token")
    asked = {"grant_type": "refresh_token", "refresh_token": hidden["oauth_refresh"], "scope": issuer.scope}
    return _tokens(issuer, asked | _client(str(inbox.settings.get("oauth_client", "")), hidden))


def exchange(issuer: Issuer, *, code: str, verifier: str, back: str, client: str, secret: str) -> Tokens:
    """The tokens for a code that the browser brought back."""
    asked = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": back}
    return _tokens(issuer, asked | _client(client, {"oauth_secret": secret}))


def _client(client: str, hidden: dict[str, str]) -> dict[str, str]:
    secret = hidden.get("oauth_secret", "")
    return {"client_id": client} | ({"client_secret": secret} if secret else {})


def _tokens(issuer: Issuer, asked: dict[str, str]) -> Tokens:
    status, said = _post(issuer.token, asked)
    if status != 200 or not isinstance(said.get("access_token"), str):
        words = f"oauth: {said.get('error', status)} {said.get('error_description', '')}".strip()[:250]
        if status in (400, 401, 403):
            raise SignInAgain(words)
        raise Unavailable(words)
    lasts = str(said.get("expires_in", ""))
    seconds = min(int(lasts), 86_400) if lasts.isascii() and lasts.isdigit() and len(lasts) < 10 else 3000
    return Tokens(said["access_token"], str(said.get("refresh_token") or ""), clock.now() + timedelta(seconds=seconds))


def _post(address: str, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    if parts.scheme != "https" and not egress.listed(host, port):
        raise egress.Refused(host)
    line = http.client.HTTPConnection(host, port)
    line.sock = egress.connect(host, port, SECONDS)
    guard = threading.Timer(SECONDS, lambda: egress.cut(line.sock))
    guard.daemon = True
    guard.start()
    try:
        if parts.scheme == "https":
            line.sock = ssl.create_default_context().wrap_socket(line.sock, server_hostname=host)
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        line.request("POST", parts.path, urlencode(fields), form)
        answer = line.getresponse()
        said = json.loads(answer.read(MOST_BYTES) or b"{}")
        return answer.status, said if isinstance(said, dict) else {}
    except (http.client.HTTPException, ValueError) as fault:
        raise Unavailable(f"the issuer's answer was not understood: {type(fault).__name__}") from fault
    finally:
        guard.cancel()
        line.close()
