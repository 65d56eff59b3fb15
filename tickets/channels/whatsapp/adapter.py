"""WhatsApp: Meta's Cloud API, and 360dialog, which passes it on under its own key.

Settings: `phone_id` and `account_id` (of the number and of the business account); `provider` = 360dialog for that one.
Secrets: `token` (access token, or D360-API-KEY), `secret` (the app's secret, which signs; with 360dialog the word that
its webhook's Authorization header carries), `verify_token`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, NotMedia, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.meta import graph, refusals
from tickets.channels.whatsapp import read, send
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Happening, OutFile, Outgoing
from tickets.models import Inbox
from tickets.rules.wordings import Wording, wording

DIALOG = "https://waba-v2.360dialog.io"


class WhatsApp:
    """A number of the WhatsApp Business Platform."""

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """Meta signs with the app's secret; 360dialog repeats the word that stands in its webhook's headers."""
        if graph.signed(request, secrets):
            return True
        told = (request.headers or {}).get("authorization", "").removeprefix("Bearer ").strip()
        return _dialog(inbox) and any(calls.same(told, secret) for secret in calls.valid(secrets))

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """Meta asks once, with the word typed beside our address."""
        return graph.greeted(request, secrets)

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """Each message, status and echo alone. What is said in groups is left alone unless the inbox wants it."""
        found = list(read.events(graph.read_body(request.body)))
        wanted = [one for one in found if settings.get("groups") or not _group(one)]
        if not wanted:
            raise NothingForUs("a group" if found else "no message")
        return [packed(one) for one in wanted]

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event."""
        try:
            return read.happening(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Unreadable(str(fault)) from fault

    def parts(self, message: Outgoing) -> Sequence[send.Part]:
        """The calls that a message takes."""
        return send.parts(message)

    def send(self, inbox: Inbox, part: send.Part, key: str) -> SendResult:
        """Uploads the file, if there is one, then sends. WhatsApp knows no key of ours, but gives it back with what
        becomes of the message: a call whose answer was lost may be heard twice."""
        headers = sign_in(inbox)
        if not headers:
            return graph.no_token()
        if not _dialog(inbox) and not inbox.settings.get("phone_id"):
            return graph.no_token("the inbox has no phone number ID")
        media_id = ""
        if part.file is not None:
            media_id, failed = _uploaded(inbox, part.file, headers)
            if failed is not None:
                return failed
        fields = send.with_file(part, media_id) | {"biz_opaque_callback_data": key[:512]}
        reply = calls.call("POST", f"{_place(inbox)}/messages", json=fields, headers=headers)
        sent = graph.rows(reply.data.get("messages")) if isinstance(reply.data, dict) else []
        if not reply.ok or not sent:
            return refusals.failure(reply)
        return SendResult(ok=True, ids=tuple(str(one["id"]) for one in sent if one.get("id")))

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Asks for the number, and has what its account is told come to our address."""
        headers = sign_in(inbox)
        if not headers:
            return graph.no_token()
        if _dialog(inbox):
            word = next(iter(calls.valid(secrets_of(inbox))), "")
            given = {"url": address, "headers": {"Authorization": f"Bearer {word}"}}
            return refusals.done("POST", f"{host(inbox)}/v1/configs/webhook", json=given, headers=headers)
        known = refusals.done("GET", _place(inbox), params={"fields": "display_phone_number"}, headers=headers)
        account = inbox.settings.get("account_id")
        if not known.ok or not account:
            return known
        word = secrets_of(inbox).get("verify_token", "")
        own = {"override_callback_uri": address, "verify_token": word} if word else {}
        return refusals.done("POST", f"{graph.root(inbox)}/{account}/subscribed_apps", json=own, headers=headers)

    def templates(self, inbox: Inbox) -> tuple[list[Wording], SendResult]:
        """Everything that the business account has had approved, or not; or why it cannot be listed."""
        headers, account = sign_in(inbox), inbox.settings.get("account_id")
        if not headers:
            return [], graph.no_token()
        if not account and not _dialog(inbox):
            return [], graph.no_token("the inbox has no business account ID")
        url = (
            f"{host(inbox)}/v1/configs/templates"
            if _dialog(inbox)
            else f"{graph.root(inbox)}/{account}/message_templates"
        )
        found: list[Wording] = []
        for reply in graph.pages(url, headers, {"limit": 100}):
            if not reply.ok:
                return [], refusals.failure(reply)
            told = reply.data if isinstance(reply.data, dict) else {}
            listed = graph.rows(told.get("data")) or graph.rows(told.get("waba_templates"))
            found += [wording(one) for one in listed if one.get("name")]
        return found, SendResult(ok=True)

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """Asks where the file lies, for five minutes, then reads it there with the same key."""
        headers = sign_in(inbox)
        if place.get("url"):
            return graph.download(str(place["url"]))
        base = host(inbox) if _dialog(inbox) else graph.root(inbox)
        reply = calls.call("GET", f"{base}/{place['id']}", headers=headers)
        url = str(reply.data.get("url") or "") if isinstance(reply.data, dict) else ""
        if not reply.ok or not url:
            raise graph.gone(reply, refusals.failure(reply).error)
        if not url.startswith(("https://", str(inbox.settings.get("api_url") or "https://"))):
            raise NotMedia("an address that we do not read")
        return graph.download(_behind(inbox, url), headers)


def sign_in(inbox: Inbox) -> dict[str, str]:
    """The headers that sign a call in; {} without a token."""
    token = secrets_of(inbox).get("token", "")
    if not token:
        return {}
    return {"D360-API-KEY": token} if _dialog(inbox) else graph.bearer(token)


def host(inbox: Inbox) -> str:
    """Where 360dialog stands, which has no versions."""
    return str(inbox.settings.get("api_url") or DIALOG).rstrip("/")


def _place(inbox: Inbox) -> str:
    return host(inbox) if _dialog(inbox) else f"{graph.root(inbox)}/{inbox.settings.get('phone_id')}"


def _dialog(inbox: Inbox) -> bool:
    return str(inbox.settings.get("provider") or "") == "360dialog"


def _group(event: Mapping[str, Any]) -> bool:
    return bool(graph.part(event, "message").get("group_id") or graph.part(event, "echo").get("group_id"))


def _behind(inbox: Inbox, url: str) -> str:
    """360dialog names Meta's address, and gives the file at its own."""
    own = "https://lookaside.fbsbx.com"
    return host(inbox) + url.removeprefix(own) if _dialog(inbox) and url.startswith(own) else url


def _uploaded(inbox: Inbox, file: OutFile, headers: Mapping[str, str]) -> tuple[str, SendResult | None]:
    """The id of the file there; or why there is none."""
    given = {"file": (file.name, file.data, file.content_type)}
    fields = {"messaging_product": "whatsapp", "type": file.content_type}
    reply = calls.call("POST", f"{_place(inbox)}/media", data=fields, files=given, headers=dict(headers))
    found = str(reply.data.get("id") or "") if isinstance(reply.data, dict) else ""
    return (found, None) if reply.ok and found else ("", refusals.failure(reply))
