"""What a provider told of but kept: its API is asked for the rest, with the inbox's own key and nobody else's."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from helpdesk.core import fetch
from tickets.channels.email.hooks.assembly import File
from tickets.channels.email.hooks.kept import resend_files, resend_pieces
from tickets.channels.email.hooks.request import HookMail, Kept
from tickets.channels.email.limits import MAX_BYTES, UnreadableMail

API = {"brevo": "https://api.brevo.com/v3", "resend": "https://api.resend.com"}
# Where Mailgun keeps what it stored; the key goes nowhere else, whatever a request names.
STORES = (".mailgun.net", ".mailgun.org", ".mailgun.com")
SECONDS = 30.0
# Answers that another try will not change until somebody changes a setting.
FINAL = frozenset({400, 401, 402, 403, 404, 405, 410, 422})


class Away(OSError):
    """The provider did not answer as it should; another time."""


def complete(provider: str, mail: HookMail, key: str) -> bytes:
    """The whole mail. Raises UnreadableMail when only people can mend it (no key, a wrong one), Away for a while."""
    if not mail.is_partial:
        return mail.data
    if not key:
        raise UnreadableMail(f"{provider} keeps the rest of it, and the inbox has no API key")
    return WAYS[provider](mail, key)


def _get(address: str, headers: Mapping[str, str]) -> bytes:
    host = urlsplit(address).hostname or ""
    try:
        return fetch.get(address, {"Accept": "*/*"} | dict(headers), most=MAX_BYTES, seconds=SECONDS)
    except fetch.Unfetched as fault:
        if fault.status in FINAL:
            raise UnreadableMail(f"{host} did not give us the rest of it: {fault.status}; the API key?") from fault
        raise Away(f"{host} did not answer: {fault.status or fault}") from fault


def _file(one: Kept, data: bytes) -> File:
    return File(one.name, one.content_type, data, one.content_id, one.inline)


def _brevo(mail: HookMail, key: str) -> bytes:
    base = f"{API['brevo']}/inbound/attachments"
    files = (_file(one, _get(f"{base}/{quote(one.ref, safe='')}", {"api-key": key})) for one in mail.unfetched)
    return _assembled(mail, files)


def _mailgun(mail: HookMail, key: str) -> bytes:
    word = base64.b64encode(f"api:{key}".encode()).decode()
    for one in mail.unfetched:
        where = urlsplit(one.ref)
        if where.scheme != "https" or not f".{where.hostname}".endswith(STORES):
            raise UnreadableMail("its files lie where Mailgun keeps none")
    files = (_file(one, _get(one.ref, {"Authorization": f"Basic {word}"})) for one in mail.unfetched)
    return _assembled(mail, files)


def _resend(mail: HookMail, key: str) -> bytes:
    """The mail as it came, where Resend still has that; else out of its pieces."""
    base, leave = f"{API['resend']}/emails/receiving/{quote(mail.whole, safe='')}", {"Authorization": f"Bearer {key}"}
    told = _json(_get(base, leave))
    raw = told.get("raw") or {}
    if raw.get("download_url"):
        return _get(str(raw["download_url"]), {})
    pieces, total, files = resend_pieces(told), 0, []
    for one in resend_files(told):
        where = one.ref
        if "://" not in where:
            where = str(_json(_get(f"{base}/attachments/{quote(where, safe='')}", leave))["download_url"])
        files.append(_file(one, _get(where, {})))
        total = _bounded(total, files[-1])
    return pieces.mail(*files)


def _json(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise Away("the answer is not JSON") from fault
    if not isinstance(told, dict):
        raise Away("the answer is no object")
    return told


def _assembled(mail: HookMail, files: Any) -> bytes:
    kept, total = [], 0
    for one in files:
        kept.append(one)
        total = _bounded(total, one)
    return mail.pieces.mail(*kept) if mail.pieces else mail.data


def _bounded(total: int, one: File) -> int:
    total += len(one.data)
    if total > MAX_BYTES:
        raise UnreadableMail(f"larger than {MAX_BYTES // 1024 // 1024} MB")
    return total


WAYS: dict[str, Callable[[HookMail, str], bytes]] = {"brevo": _brevo, "mailgun": _mailgun, "resend": _resend}
