"""Providers hand mail over by HTTP: genuine requests are kept before they are thanked, forged ones leave nothing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from tests.support import amazon
from tickets.actions import inboxes, raw, replies
from tickets.channels.email import door, hooks
from tickets.channels.email.hooks import news
from tickets.models import Inbox, Message, RawInbound, Suspension, Ticket

pytestmark = pytest.mark.django_db
HEAD = "From: Ada <ada@shop.example>\r\nTo: support@desk.example\r\nSubject: Hello\r\nMessage-ID: <1@shop.example>"
MIME = f"{HEAD}\r\n\r\nHelp me.\r\n"
SECRET = "c2VjcmV0LW9mLXRoZS1ob29r"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
Sent = tuple[bytes, str, dict[str, str]]


def mac(body: bytes, digest: Any = hashlib.sha256) -> bytes:
    return hmac.new(SECRET.encode(), body, digest).digest()


def basic(body: Any) -> Sent:
    word = base64.b64encode(f"helpdesk:{SECRET}".encode()).decode()
    return json.dumps(body).encode(), "application/json", {"Authorization": f"Basic {word}"}


def signed_form(token: str = "t0k3n", ago: timedelta = timedelta()) -> dict[str, str]:
    """What Mailgun signs: a time and a word of its own, nothing of the mail."""
    at = str(int((clock.now() - ago).timestamp()))
    return {"timestamp": at, "token": token, "signature": mac(f"{at}{token}".encode()).hex()}


def mailgun(url: str) -> Sent:
    form = signed_form() | {
        "recipient": "support@desk.example",
        "sender": "ada@shop.example",
    }
    form |= {"body-mime": MIME}
    return urlencode(form).encode(), "application/x-www-form-urlencoded", {}


def mailersend(url: str) -> Sent:
    body = json.dumps({"type": "inbound.message", "data": {"id": "1", "raw": MIME}}).encode()
    return body, "application/json", {"Signature": mac(body).hex()}


def mandrill(url: str) -> Sent:
    events = json.dumps([{"event": "inbound", "msg": {"raw_msg": MIME, "email": "support@desk.example"}}])
    signature = base64.b64encode(mac(f"{url}mandrill_events{events}".encode(), hashlib.sha1)).decode()
    form = urlencode({"mandrill_events": events}).encode()
    return form, "application/x-www-form-urlencoded", {"X-Mandrill-Signature": signature}


def postal(url: str) -> Sent:
    message = base64.b64encode(MIME.encode()).decode()
    body = json.dumps({"id": 1, "rcpt_to": "support@desk.example", "message": message, "base64": True}).encode()
    signature = base64.b64encode(KEY.sign(body, padding.PKCS1v15(), hashes.SHA1())).decode()
    return body, "application/json", {"X-Postal-Signature": signature}


def resend(url: str) -> Sent:
    data = {"from": "Ada <ada@shop.example>", "to": ["support@desk.example"], "subject": "Hello", "text": "Help me."}
    body = json.dumps({"type": "email.received", "data": data}).encode()
    at = str(int(clock.now().timestamp()))
    signature = base64.b64encode(mac(f"msg_1.{at}.".encode() + body)).decode()
    return body, "application/json", {"svix-id": "msg_1", "svix-timestamp": at, "svix-signature": f"v1,{signature}"}


def amazon_ses(url: str) -> Sent:
    told = {"notificationType": "Received", "mail": {"messageId": "1"}, "receipt": {"recipients": []}, "content": MIME}
    return basic(amazon.signed({"Type": "Notification", "Message": json.dumps(told)}))


def brevo(url: str) -> Sent:
    item = {"Uuid": ["1"], "From": {"Address": "ada@shop.example"}, "Subject": "Hello", "RawTextBody": "Help me."}
    return basic({"items": [item]})


def mailjet(url: str) -> Sent:
    return basic({"From": "Ada <ada@shop.example>", "Headers": {"Subject": "Hello"}, "Text-part": "Help me."})


def postmark(url: str) -> Sent:
    return basic(
        {"FromFull": {"Email": "ada@shop.example"}, "Subject": "Hello", "TextBody": "Help me.", "MessageID": "1"}
    )


def sendgrid(url: str) -> Sent:
    form = {"from": "Ada <ada@shop.example>", "subject": "Hello", "text": "Help me.", "envelope": "{}"}
    return urlencode(form).encode(), "application/x-www-form-urlencoded", basic({})[2]


def sparkpost(url: str) -> Sent:
    content = {"email_rfc822": MIME, "email_rfc822_is_base64": False}
    return basic([{"msys": {"relay_message": {"rcpt_to": "support@desk.example", "content": content}}}])


MAKERS: dict[str, Callable[[str], Sent]] = {
    made.__name__: made
    for made in (
        *(amazon_ses, brevo, mailersend, mailgun, mailjet, mandrill, postal, postmark, resend, sendgrid, sparkpost),
    )
}


@pytest.fixture(autouse=True)
def amazons_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has been read before."""
    monkeypatch.setitem(door._certificates, amazon.CERTIFICATE, amazon.pem())


@pytest.fixture(params=sorted(MAKERS))
def provider(request: Any, inbox: Inbox) -> str:
    """One of the providers, with the inbox set to it."""
    secret = PEM.decode() if request.param == "postal" else SECRET
    inboxes.change_inbox(
        by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": request.param, "secret": secret}
    )
    return str(request.param)


def url_of(inbox: Inbox, by_key: bool = True) -> str:
    return f"/hooks/email/{inbox.key if by_key else inbox.pk}/"


def post(inbox: Inbox, sent: Sent, by_key: bool = True) -> int:
    body, kind, headers = sent
    answer = Client().post(url_of(inbox, by_key), body, content_type=kind, headers=headers)
    return answer.status_code


def test_every_provider_is_tried() -> None:
    assert set(MAKERS) == set(hooks.READERS)


@pytest.mark.parametrize("by_key", [True, False])
def test_a_genuine_request_becomes_a_ticket_and_its_repeat_nothing(provider: str, inbox: Inbox, by_key: bool) -> None:
    sent = MAKERS[provider](f"http://testserver{url_of(inbox, by_key)}")
    assert [post(inbox, sent, by_key), post(inbox, sent, by_key)] == [200, 200]
    message = raw.process(RawInbound.objects.get().pk)
    assert message is not None
    assert (message.from_address, message.ticket.subject, message.text.strip()) == (
        "ada@shop.example",
        "Hello",
        "Help me.",
    )


def flipped(text: str, at: int) -> str:
    """The text with one other sign at `at`."""
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def forgeries(sent: Sent) -> list[Sent]:
    """The request with one sign of its signature or password changed at many places, or without any."""
    body, kind, headers = sent
    made: list[Sent] = [(body, kind, {})] if headers else []
    for name, value in headers.items():
        # What stands at the beginning of a password header is the user's name, which is anybody's.
        places = range(len(value) // 2, len(value) - 3, max(1, len(value) // 24))
        made += [(body, kind, headers | {name: flipped(value, at)}) for at in places]
    if b"signature=" in body:
        at = body.index(b"signature=") + len("signature=")
        text = body.decode()
        made += [(flipped(text, at + step).encode(), kind, headers) for step in range(0, 60, 5)]
        made.append((body.replace(b"signature=", b"unsigned="), kind, headers))
    return made


def test_a_forged_request_is_refused_and_leaves_nothing(provider: str, inbox: Inbox) -> None:
    tried = forgeries(MAKERS[provider](f"http://testserver{url_of(inbox, False)}"))
    assert len(tried) >= 10
    assert {post(inbox, one, by_key=False) for one in tried} <= {401, 403}
    assert not RawInbound.objects.exists()


def test_a_request_made_with_another_inboxs_secret_is_refused(provider: str, inbox: Inbox) -> None:
    sent = MAKERS[provider](f"http://testserver{url_of(inbox, False)}")
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    secret = pem if provider == "postal" else SECRET[::-1]
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"secret": secret})
    assert post(inbox, sent, by_key=False) in (401, 403)
    assert not RawInbound.objects.exists()


@pytest.mark.parametrize("name", ["mailersend", "mandrill", "postal", "resend"])
def test_a_changed_body_no_longer_fits_its_signature(name: str, inbox: Inbox) -> None:
    secret = PEM.decode() if name == "postal" else SECRET
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": name, "secret": secret})
    body, kind, headers = MAKERS[name](f"http://testserver{url_of(inbox)}")
    text = body.decode()
    changed = [flipped(text, at).encode() for at in range(0, len(text), max(1, len(text) // 25))]
    tried = [*changed, body + b" ", json.dumps(text).encode()]
    assert {post(inbox, (one, kind, headers)) for one in tried} == {403}
    assert not RawInbound.objects.exists()


def test_an_old_signature_is_refused(inbox: Inbox) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": "resend", "secret": SECRET})
    sent = resend("")
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert post(inbox, sent) == 403
    assert not RawInbound.objects.exists()


def test_news_of_sent_mail_is_thanked_for_and_not_kept(inbox: Inbox) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": "postmark", "secret": SECRET})
    assert post(inbox, basic({"RecordType": "Delivery"})) == 200
    assert not RawInbound.objects.exists()


def test_a_genuine_request_that_cannot_be_read_is_set_aside_whole(inbox: Inbox) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": "sparkpost", "secret": SECRET})
    assert post(inbox, basic([{"msys": {"relay_message": {"content": {}}}}])) == 200
    row = RawInbound.objects.get()
    assert (row.state, "sparkpost" in row.error) == ("quarantined", True)
    raw.retry(by=SYSTEM, raw=row)
    assert raw.process(row.pk) is None
    row.refresh_from_db()
    assert row.state == "quarantined"
    assert not Message.objects.exists()


def test_a_request_set_aside_is_read_again_once_its_form_is_known(inbox: Inbox, monkeypatch: Any) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": "sparkpost", "secret": SECRET})
    known = hooks.READERS["sparkpost"]
    monkeypatch.setitem(hooks.READERS, "sparkpost", lambda request: [request.json()["no such key"]])
    assert post(inbox, sparkpost("")) == 200
    monkeypatch.setitem(hooks.READERS, "sparkpost", known)
    raw.retry_all(by=SYSTEM)
    while raw.run_queued():
        pass
    assert Message.objects.get().from_address == "ada@shop.example"
    assert set(RawInbound.objects.values_list("state", flat=True)) == {"accepted"}


def test_an_address_that_nobody_has_answers_nothing(inbox: Inbox) -> None:
    answers = {
        Client().post(f"/hooks/email/{key}/", b"x", content_type="text/plain").status_code for key in ("x" * 32, "0")
    }
    assert answers == {404}
    assert not Ticket.objects.exists()


def news_of(provider: str, ident: str, whom: str) -> Sent:
    """A lasting failure of one of our mails, as each provider tells it."""
    who = {"emailAddress": whom, "status": "5.1.1", "diagnosticCode": "550 unknown"}
    ses = {
        "notificationType": "Bounce",
        "mail": {"commonHeaders": {"messageId": ident}},
        "bounce": {"bouncedRecipients": [who]},
    }
    data = {
        "event": "failed",
        "severity": "permanent",
        "recipient": whom,
        "message": {"headers": {"message-id": ident}},
    }
    status = {"delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "unknown"}}
    grid = {"event": "bounce", "email": whom, "smtp-id": ident, "reason": "550 5.1.1 unknown", "status": "5.1.1"}
    own, why = {news.COPY: ident}, "550 5.1.1 unknown"
    bounce = {"type": "bounce", "rcpt_to": whom, "raw_reason": why, "event_id": "1", "rcpt_meta": own}
    mail = {"tags": [f"{news.COPY}:{ident}"], "recipient": {"email": whom}}
    told: dict[str, Any] = {
        "amazon_ses": amazon.signed({"Type": "Notification", "Message": json.dumps(ses)}),
        "brevo": {"event": "hard_bounce", "email": whom, "message-id": ident, "reason": why},
        "mailersend": {"type": "activity", "data": {"type": "hard_bounced", "email": mail, "morph": {"reason": why}}},
        "mailgun": {"signature": signed_form("t"), "event-data": data | status},
        "mailjet": [{"event": "bounce", "email": whom, "CustomID": ident, "smtp_reply": why, "hard_bounce": True}],
        "postal": {"event": "MessageBounced", "payload": {"original_message": {"to": whom, "message_id": ident}}},
        "postmark": {"RecordType": "Bounce", "Type": "HardBounce", "Email": whom, "Details": why, "Metadata": own},
        "resend": {"type": "email.bounced", "data": {"to": [whom], "tags": own, "bounce": {"message": why}}},
        "sendgrid": [grid],
        "sparkpost": [{"msys": {"message_event": bounce}}],
    }
    if provider == "mandrill":
        msg = {"email": whom, "diag": why, "metadata": own}
        return resigned(provider, urlencode({"mandrill_events": json.dumps([{"event": "hard_bounce", "msg": msg}])}))
    if provider == "postal":
        told["postal"]["payload"] |= {"output": why}
    body = json.dumps(told[provider])
    return resigned(provider, body) if provider in ("mailersend", "postal", "resend") else basic(told[provider])


def resigned(provider: str, body: str) -> Sent:
    """The body as this provider signs it for our inbox."""
    data = body.encode()
    if provider == "mailersend":
        return data, "application/json", {"Signature": mac(data).hex()}
    if provider == "postal":
        signature = base64.b64encode(KEY.sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()
        return data, "application/json", {"X-Postal-Signature-256": signature}
    if provider == "resend":
        at = str(int(clock.now().timestamp()))
        signature = base64.b64encode(mac(f"msg_2.{at}.".encode() + data)).decode()
        signed = {"svix-id": "msg_2", "svix-timestamp": at, "svix-signature": f"v1,{signature}"}
        return data, "application/json", signed
    fields = "".join(f"{name}{value}" for name, value in sorted(parse_qsl(body)))
    url = f"http://testserver{url_of(Inbox.objects.get())}"
    signature = base64.b64encode(mac(f"{url}{fields}".encode(), hashlib.sha1)).decode()
    return data, "application/x-www-form-urlencoded", {"X-Mandrill-Signature": signature}


def test_a_providers_news_reach_the_copy_they_are_about(
    provider: str, inbox: Inbox, ticket: Ticket, agent: User, act: Callable[[User], Actor]
) -> None:
    copy = replies.reply(by=act(agent), ticket=ticket, body="Fixed").deliveries.get()
    sent = news_of(provider, copy.header_id, copy.address)
    assert [post(inbox, sent), post(inbox, sent)] == [200, 200]
    copy.refresh_from_db()
    assert (copy.state, copy.status_code) == ("failed", "5.1.1")
    assert Suspension.objects.get().hard_bounces == 1
    assert not RawInbound.objects.exclude(message__ticket=ticket).exists()


def test_news_of_a_strangers_mail_change_nothing(inbox: Inbox, ticket: Ticket, agent: User, act: Any) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"provider": "brevo", "secret": SECRET})
    copy = replies.reply(by=act(agent), ticket=ticket, body="Fixed").deliveries.get()
    assert post(inbox, news_of("brevo", copy.header_id, "somebody@else.example")) == 200
    assert post(inbox, news_of("brevo", "<unknown@desk.example>", copy.address)) == 200
    copy.refresh_from_db()
    assert (copy.state, Suspension.objects.count()) == ("queued", 0)
