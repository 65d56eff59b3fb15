"""What the adapters of Messenger and Instagram share: one conversation in private, comments in public.

Settings: `page_id` (of the page, or of the Instagram account). Secrets: `token` (the page's access token, or one of an
Instagram login), `secret` (the app's secret, which signs), `verify_token`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from helpdesk.core.errors import Invalid
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.meta import dialogue, graph, public, refusals
from tickets.channels.meta.texts import pieces
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Happening, Nothing, OutFile, Outgoing, Said
from tickets.models import Inbox

KINDS = ("image", "video", "audio")
FAULTS = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Part:
    """One call: where to (below the account, or below a comment), its fields, and the file that is uploaded first."""

    path: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    file: OutFile | None = None


class Social:
    """A page or an account. What differs stands in the two kinds."""

    most_text: ClassVar[int] = 2000
    # Whether the length counts bytes and not signs.
    in_bytes: ClassVar[bool] = False
    # Below a comment, what takes an answer.
    answers: ClassVar[str] = "comments"
    # Asks for what of somebody.
    profile_fields: ClassVar[str] = "name,first_name,last_name"
    subscribed: ClassVar[str] = ""
    # Whether what we send may carry a word that its echo repeats.
    marks: ClassVar[bool] = True
    upload: ClassVar[Mapping[str, str]] = {}

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """Meta signs with the app's secret."""
        return graph.signed(request, secrets)

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """Meta asks once, with the word typed beside our address."""
        return graph.greeted(request, secrets)

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """Each event alone, but for those that say nothing."""
        found = list(dialogue.events(graph.read_body(request.body)))
        kept, reasons = [], []
        for one in found:
            try:
                _read(one)
            except Nothing as why:
                reasons.append(str(why))
                continue
            except FAULTS:
                # Whoever reads it later sets this one aside, and not its neighbours.
                pass
            kept.append(packed(one))
        if not kept:
            raise NothingForUs(", ".join(reasons) or "no event")
        return kept

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event."""
        try:
            return _read(json.loads(data))
        except FAULTS as fault:
            raise Unreadable(str(fault)) from fault

    def parts(self, message: Outgoing) -> Sequence[Part]:
        """In private the words in pieces, then each file; in public one answer under what they said."""
        if message.is_public:
            return self._public(message)
        to = {"recipient": self._recipient(message)} | _window(message)
        mark = {"metadata": f"{dialogue.OURS}{message.key}"} if self.marks else {}
        texts = pieces(message.text, self.most_text, in_bytes=self.in_bytes)
        said = [Part("messages", to | {"message": {"text": one} | mark}) for one in texts]
        return [*said, *(Part("messages", to | {"message": dict(mark)}, one) for one in message.files)]

    def _recipient(self, message: Outgoing) -> dict[str, str]:
        return {"comment_id": message.answers} if message.tag == "PRIVATE_REPLY" else {"id": message.to}

    def _public(self, message: Outgoing) -> list[Part]:
        if not message.answers:
            raise Invalid({"body": _("There is nothing public here that could be answered.")})
        if message.files:
            raise Invalid({"files": _("A public answer takes no files here. Send them in private.")})
        return [Part(f"/{message.answers}/{self.answers}", {"message": message.text})]

    def send(self, inbox: Inbox, part: Part, key: str) -> SendResult:
        """Uploads the file, if there is one, then sends. Meta knows no key of ours: a call whose answer was lost may be
        heard twice."""
        token = secrets_of(inbox).get("token", "")
        if not token:
            return graph.no_token()
        headers, fields = graph.bearer(token), dict(part.fields)
        if part.file is not None:
            attachment, failed = self._uploaded(inbox, part.file, headers)
            if failed is not None:
                return failed
            fields["message"] = dict(fields["message"]) | {"attachment": attachment}
        where = part.path if part.path.startswith("/") else f"/{self._account(inbox)}/{part.path}"
        reply = calls.call("POST", f"{self._root(inbox)}{where}", json=fields, headers=headers)
        sent = reply.data if isinstance(reply.data, dict) else {}
        known = sent.get("message_id") or sent.get("id")
        if not reply.ok or not known:
            return refusals.failure(reply)
        return SendResult(ok=True, ids=(str(known),))

    def _uploaded(
        self, inbox: Inbox, file: OutFile, headers: Mapping[str, str]
    ) -> tuple[dict[str, Any], SendResult | None]:
        """What the message says of the file; or why it could not be brought there."""
        first = file.content_type.partition("/")[0]
        kind = first if first in KINDS else "file"
        told = {"attachment": {"type": kind, "payload": {"is_reusable": False}}}
        fields = {"message": json.dumps(told)} | dict(self.upload)
        given = {"filedata": (file.name, file.data, file.content_type)}
        url = f"{self._root(inbox)}/{self._account(inbox)}/message_attachments"
        reply = calls.call("POST", url, data=fields, files=given, headers=dict(headers))
        found = reply.data.get("attachment_id") if isinstance(reply.data, dict) else None
        if not reply.ok or not found:
            return {}, refusals.failure(reply)
        return {"type": kind, "payload": {"attachment_id": str(found)}}, None

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Has what the page is told come to the app, whose address stands in Meta's dashboard."""
        token = secrets_of(inbox).get("token", "")
        if not token:
            return graph.no_token()
        url = f"{self._root(inbox)}/{self._account(inbox)}/subscribed_apps"
        return refusals.done("POST", url, json={"subscribed_fields": self.subscribed}, headers=graph.bearer(token))

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """Meta's addresses of files need no key."""
        return graph.download(str(place["url"]))

    def profile(self, inbox: Inbox, address: str) -> str:
        """What somebody is called, whom the webhook names by a number only; "" when Meta does not say."""
        token = secrets_of(inbox).get("token", "")
        if not token or not address.isascii() or not address.isdigit():
            return ""
        url, headers = f"{self._root(inbox)}/{address}", graph.bearer(token)
        reply = calls.call("GET", url, params={"fields": self.profile_fields}, headers=headers)
        return _name(reply.data) if reply.ok and isinstance(reply.data, dict) else ""

    def _root(self, inbox: Inbox) -> str:
        return graph.root(inbox)

    def _account(self, inbox: Inbox) -> str:
        return str(inbox.settings.get("page_id") or "me")


def _read(event: Mapping[str, Any]) -> Happening:
    account = str(event.get("account") or "")
    if "change" in event:
        found = public.happening(event["change"], account)
    else:
        found = dialogue.happening(event["event"], account)
    if isinstance(found, Said) and not (found.peer or found.sender):
        raise ValueError("nobody is named")
    return found


def _name(data: Mapping[str, Any]) -> str:
    whole = " ".join(str(data.get(name) or "") for name in ("first_name", "last_name")).strip()
    return (str(data.get("name") or "").strip() or whole or str(data.get("username") or ""))[:200]


def _window(message: Outgoing) -> dict[str, str]:
    """Within the window an answer; after it only what its tag allows."""
    if message.tag and message.tag != "PRIVATE_REPLY":
        return {"messaging_type": "MESSAGE_TAG", "tag": message.tag}
    return {"messaging_type": "RESPONSE"}
