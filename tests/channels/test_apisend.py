"""Sending by a provider's API: the documented form, its refusals in our classes, and news that find the copy."""

import base64
import dataclasses
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from helpdesk.accounts.rules.policy import SYSTEM
from tests.channels.test_compose import MESSAGE
from tests.support import fakeapi
from tests.support.fakeapi import TAKEN, Api
from tickets.actions import inboxes
from tickets.channels.email import apisend
from tickets.channels.email.adapter import EmailAdapter
from tickets.channels.email.hooks import news
from tickets.channels.email.hooks.request import Request
from tickets.envelopes import OutboundAttachment
from tickets.models import Inbox
from tickets.rules import senders

pytestmark = pytest.mark.django_db
PICTURE = OutboundAttachment("logo.png", "image/png", b"\x89PNG", content_id="logo@desk.example")
MAIL = replace(MESSAGE, attachments=(*MESSAGE.attachments, PICTURE))


@pytest.fixture
def api(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """Every provider stands on this machine."""
    with fakeapi.serving() as served:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{served.port}",)
        here = {key: dataclasses.replace(one, url=one.url and served.url, eu="") for key, one in senders.APIS.items()}
        monkeypatch.setattr(apisend, "APIS", here)
        yield served


def by(inbox: Inbox, api: Api, provider: str) -> Inbox:
    """The inbox, sending by this provider, which takes every mail."""
    api.answer = TAKEN[provider]
    given = {"send_by": provider, "send_key": "pub:key-1", "send_url": api.url}
    return inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)


@pytest.mark.parametrize("provider", sorted(senders.APIS))
def test_each_provider_gets_the_whole_mail_for_one_recipient(inbox: Inbox, api: Api, provider: str) -> None:
    sending = by(inbox, api, provider)
    result = EmailAdapter().send(sending, MAIL)
    assert (result.ok, result.error) == (True, "")
    ((_, headers, body),) = api.asked
    said = json.dumps(body, ensure_ascii=False)
    assert "ada@shop.example" in said and "help@desk.example" in said and "help+token@desk.example" in said
    assert "خوب هستید؟" in said and "سفارش شمارهٔ ۱۲" in said
    assert "one@shop.example" in said
    assert "hd.7@desk.example" in said
    leave = headers.get("authorization", "")
    shown = base64.b64decode(leave[6:]).decode() if leave.startswith("Basic ") else leave
    assert "key-1" in shown or "key-1" in said or "key-1" in "".join(headers.values())


@pytest.mark.parametrize("provider", sorted(set(senders.APIS) - {"mailersend"}))
def test_automatic_mail_says_so(inbox: Inbox, api: Api, provider: str) -> None:
    assert EmailAdapter().send(by(inbox, api, provider), replace(MAIL, automatic=True)).ok
    assert "auto-replied" in json.dumps(api.asked[0][2])


@pytest.mark.parametrize(
    ("status", "said", "cause", "lasting"),
    [
        (401, {"message": "bad key"}, "sign_in", False),
        (403, {"message": "forbidden"}, "sign_in", False),
        (429, {"message": "slow down"}, "server", False),
        (500, {"message": "oops"}, "server", False),
        (503, None, "server", False),
        (400, {"message": "domain not verified"}, "server", False),
        (400, {"message": "attachment type not allowed"}, "content", True),
        (413, {"message": "too large"}, "content", True),
    ],
)
def test_a_refusal_falls_into_our_classes(
    inbox: Inbox, api: Api, status: int, said: object, cause: str, lasting: bool
) -> None:
    sending = by(inbox, api, "resend")
    api.answer = (status, {}, said)
    result = EmailAdapter().send(sending, MAIL)
    assert (result.ok, result.cause, result.permanent, result.status_code) == (False, cause, lasting, str(status))
    assert "key-1" not in result.error


@pytest.mark.parametrize(
    ("provider", "status", "said"),
    [
        ("mandrill", 500, {"status": "error", "code": -1, "name": "Invalid_Key", "message": "Invalid API key"}),
        ("postal", 200, {"status": "error", "data": {"code": "InvalidServerAPIKey", "message": "no"}}),
    ],
)
def test_a_wrong_key_is_known_whatever_the_status(
    inbox: Inbox, api: Api, provider: str, status: int, said: object
) -> None:
    sending = by(inbox, api, provider)
    api.answer = (status, {}, said)
    result = EmailAdapter().send(sending, MAIL)
    assert (result.ok, result.cause, result.permanent) == (False, "sign_in", False)


def test_an_address_that_the_provider_has_suspended_is_the_recipients_fault(inbox: Inbox, api: Api) -> None:
    sending = by(inbox, api, "mandrill")
    refused = {"email": fakeapi.TO, "status": "rejected", "reject_reason": "hard-bounce", "_id": None}
    api.answer = (200, {}, [refused])
    result = EmailAdapter().send(sending, MAIL)
    assert (result.ok, result.cause, result.permanent) == (False, "recipient", True)


def test_a_silent_provider_is_left_in_time(inbox: Inbox, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    sending = by(inbox, api, "postmark")
    monkeypatch.setattr(apisend, "SECONDS", 0.5)
    api.silent = threading.Event()
    result = EmailAdapter().send(sending, MAIL)
    assert (result.ok, result.cause, result.permanent) == (False, "network", False)


def test_nobody_is_led_elsewhere_with_the_key(inbox: Inbox, api: Api) -> None:
    sending = by(inbox, api, "resend")
    api.answer = (307, {"Location": "/elsewhere"}, None)
    assert not EmailAdapter().send(sending, MAIL).ok
    assert [path for path, _, _ in api.asked] == ["/api/emails"]


def test_a_private_server_is_not_reached(inbox: Inbox, api: Api, settings: Any) -> None:
    sending = by(inbox, api, "postal")
    settings.EGRESS_ALLOW = ()
    result = EmailAdapter().send(sending, MAIL)
    assert (result.ok, result.permanent, api.asked) == (False, True, [])


def test_without_a_key_it_waits(inbox: Inbox, api: Api) -> None:
    sending = by(inbox, api, "resend")
    sending = inboxes.change_inbox(by=SYSTEM, inbox=sending, team=None, settings={"send_key": None})
    result = EmailAdapter().send(sending, MAIL)
    assert (result.ok, result.cause, result.permanent, api.asked) == (False, "sign_in", False, [])


def told(provider: str, body: Any) -> Any:
    """The provider's news, giving back what it was told at the place where it documents it."""
    ident = "hd.7@desk.example"
    whom = {"email": fakeapi.TO}
    if provider == "brevo":
        return {
            "event": "delivered",
            **whom,
            "message-id": "<x@y>",
            "X-Mailin-custom": body["headers"]["X-Mailin-custom"],
        }
    if provider == "mailersend":
        mail = {"tags": body["tags"], "recipient": whom, "message": {"id": "5f7a"}}
        return {"data": {"type": "delivered", "email": mail, "id": "1"}}
    if provider == "mailgun":
        word = {"helpdesk-copy": body["v:helpdesk-copy"]}
        headers = {
            "headers": {
                "message-id": next(value for name, value in body.items() if name.lower() == "h:message-id").strip("<>")
            }
        }
        return {
            "event-data": {"event": "delivered", "recipient": fakeapi.TO, "message": headers, "user-variables": word}
        }
    if provider == "mailjet":
        return [{"event": "sent", **whom, "MessageID": 45, "CustomID": body["Globals"]["CustomID"]}]
    if provider == "postal":
        mail = {"to": fakeapi.TO, "message_id": "x@rp", "tag": body["tag"]}
        return {"event": "MessageSent", "payload": {"message": mail}, "uuid": "1"}
    if provider == "postmark":
        return {"RecordType": "Delivery", "Recipient": fakeapi.TO, "MessageID": "b7bc", "Metadata": body["Metadata"]}
    if provider == "resend":
        headers = [{"name": name, "value": value} for name, value in body["headers"].items() if name != "Message-ID"]
        return {"type": "email.delivered", "data": {"to": [fakeapi.TO], "email_id": "49a3", "headers": headers}}
    if provider == "sendgrid":
        return [{"event": "delivered", **whom, "sg_event_id": "1", **body["custom_args"]}]
    if provider == "sparkpost":
        return [
            {
                "msys": {
                    "e": {"type": "delivery", "rcpt_to": fakeapi.TO, "message_id": "1", "rcpt_meta": body["metadata"]}
                }
            }
        ]
    return ident


def news_of(provider: str, body: Any) -> Request:
    """The request that brings this provider's news: a form at Mandrill, else JSON."""
    if provider != "mandrill":
        return Request(json.dumps(told(provider, body)).encode(), "application/json")
    msg = {"email": fakeapi.TO, "_id": "abc", "metadata": body["message"]["metadata"], "state": "sent"}
    events = json.dumps([{"event": "delivered", "_id": "abc", "ts": 1, "msg": msg}])
    return Request(urlencode({"mandrill_events": events}).encode(), "application/x-www-form-urlencoded")


@pytest.mark.parametrize("provider", sorted(senders.APIS))
def test_what_it_was_told_comes_back_in_its_news(inbox: Inbox, api: Api, provider: str) -> None:
    assert EmailAdapter().send(by(inbox, api, provider), MAIL).ok
    (report,) = news.read(provider, news_of(provider, api.asked[0][2]))
    assert (report.state, report.recipient) == ("delivered", fakeapi.TO)
    assert report.header_ids[0] == "hd.7@desk.example"
