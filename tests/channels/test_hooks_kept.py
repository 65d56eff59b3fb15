"""Providers that keep the mail, or its files, and are asked for them; and those that ask first who we are."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connections
from django.test import Client

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints, fetch, files
from helpdesk.core.models import StoredFile
from tests.channels.test_hooks import MIME, SECRET, Sent, basic, mailgun, post, signed_form, url_of
from tests.support import amazon, picturehost
from tests.support.picturehost import Host
from tickets.actions import hookevents, inboxes, raw
from tickets.channels.email import door, views
from tickets.channels.email.hooks import fetching
from tickets.models import HookEvent, Inbox, Message, RawInbound

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """The API of whichever provider is asked."""
    with picturehost.serving() as host:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{host.port}",)
        for name in fetching.API:
            monkeypatch.setitem(fetching.API, name, host.address(f"/{name}"))
        yield host


def use(inbox: Inbox, provider: str, secret: str = SECRET, **more: str) -> None:
    given = {"receive": f"webhook:{provider}", "secret": secret, **more}
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)
    inbox.refresh_from_db()


def brevo_with_a_file(token: str = "tok/1") -> Sent:
    file = {"Name": "bill.txt", "ContentType": "text/plain", "ContentLength": 4, "DownloadToken": token}
    item = {"Uuid": ["u1"], "From": {"Address": "ada@shop.example"}, "Subject": "Bill", "RawTextBody": "See the file."}
    return basic({"items": [item | {"Attachments": [file]}]})


def resend_event() -> Sent:
    """As Resend documents it: who and what, not the text."""
    data = {"email_id": "e-1", "from": "Ada <ada@shop.example>", "to": ["support@desk.example"], "subject": "Hello"}
    return json.dumps({"type": "email.received", "data": data}).encode(), "application/json", {}


def svix(sent: Sent) -> Sent:
    body, kind, _ = sent
    at = str(int(clock.now().timestamp()))
    mac = hmac.new(SECRET.encode(), f"msg_1.{at}.".encode() + body, hashlib.sha256).digest()
    signed = f"v1,{base64.b64encode(mac).decode()}"
    return body, kind, {"svix-id": "msg_1", "svix-timestamp": at, "svix-signature": signed}


def work() -> None:
    while raw.run_queued():
        pass


def test_files_that_brevo_keeps_are_fetched_with_the_key(inbox: Inbox, api: Host) -> None:
    use(inbox, "brevo", api_key="k-1")
    api.served["/brevo/inbound/attachments/tok%2F1"] = b"42 $"
    assert post(inbox, brevo_with_a_file()) == 200
    work()
    message = Message.objects.get()
    file = message.attachments.get()
    assert (message.text.strip(), file.name, file.file.size) == ("See the file.", "bill.txt", 4)
    assert api.asked[0][1]["api-key"] == "k-1"
    assert set(RawInbound.objects.values_list("state", flat=True)) == {"accepted"}


def test_a_request_that_became_mails_is_emptied(inbox: Inbox, api: Host) -> None:
    use(inbox, "brevo", api_key="k-1")
    assert post(inbox, brevo_with_a_file()) == 200
    row = RawInbound.objects.get()
    assert b"See the file." in files.read(row.file)
    work()
    row.refresh_from_db()
    assert files.read(StoredFile.objects.get(pk=row.file_id)) == b""


def test_a_death_after_fetching_makes_no_second_mail(inbox: Inbox, api: Host, monkeypatch: Any) -> None:
    use(inbox, "brevo", api_key="k-1")
    assert post(inbox, brevo_with_a_file()) == 200
    row = RawInbound.objects.get()
    reach = failpoints.reach

    def die(name: str) -> None:
        if name == "raw.unpacked":
            raise MemoryError("died")
        reach(name)

    monkeypatch.setattr(failpoints, "reach", die)
    raw.process(row.pk)
    monkeypatch.setattr(failpoints, "reach", reach)
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        work()
    assert Message.objects.count() == 1
    row.refresh_from_db()
    assert row.state == "accepted"


def test_the_repeat_of_a_mail_with_kept_files_is_known_even_when_its_tokens_changed(inbox: Inbox, api: Host) -> None:
    use(inbox, "brevo", api_key="k-1")
    for token in ("a", "b"):
        assert post(inbox, brevo_with_a_file(token)) == 200
        work()
    assert Message.objects.count() == 1


def test_without_a_key_or_with_a_wrong_one_the_mail_waits_for_people_and_comes_whole(inbox: Inbox, api: Host) -> None:
    use(inbox, "brevo")
    assert post(inbox, brevo_with_a_file()) == 200
    work()
    row = RawInbound.objects.get()
    assert (row.state, "API key" in row.error, Message.objects.count()) == ("quarantined", True, 0)
    use(inbox, "brevo", api_key="k-2")
    api.status["/brevo/inbound/attachments/tok%2F1"] = 401
    raw.retry(by=SYSTEM, raw=row)
    work()
    row.refresh_from_db()
    assert (row.state, Message.objects.count()) == ("quarantined", 0)
    api.status.clear()
    raw.retry_all(by=SYSTEM)
    work()
    assert Message.objects.get().attachments.count() == 1


def test_while_the_provider_is_away_the_request_waits(inbox: Inbox, api: Host) -> None:
    use(inbox, "brevo", api_key="k-1")
    api.status["/brevo/inbound/attachments/tok%2F1"] = 503
    assert post(inbox, brevo_with_a_file()) == 200
    work()
    row = RawInbound.objects.get()
    assert (row.state, row.due_at > clock.now(), Message.objects.count()) == ("queued", True, 0)
    api.status.clear()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work()
    assert Message.objects.count() == 1


def test_a_mail_that_resend_keeps_is_fetched_as_it_came(inbox: Inbox, api: Host) -> None:
    use(inbox, "resend", api_key="re_1")
    api.served["/resend/emails/receiving/e-1"] = json.dumps({"raw": {"download_url": api.address("/raw")}}).encode()
    api.served["/raw"] = MIME.encode()
    assert post(inbox, svix(resend_event())) == 200
    work()
    assert Message.objects.get().text.strip() == "Help me."
    assert [headers.get("authorization") for _, headers in api.asked] == ["Bearer re_1", None]


def test_a_mail_that_resend_only_describes_is_put_together_with_its_files(inbox: Inbox, api: Host) -> None:
    use(inbox, "resend", api_key="re_1")
    told = {"from": "ada@shop.example", "subject": "Hello", "text": "Two files.", "raw": None, "headers": {"X-A": "1"}}
    files = [{"id": "f 1", "filename": "a.txt"}, {"filename": "b.txt", "download_url": api.address("/b")}]
    api.served["/resend/emails/receiving/e-1"] = json.dumps(told | {"attachments": files}).encode()
    where = json.dumps({"download_url": api.address("/a")}).encode()
    api.served["/resend/emails/receiving/e-1/attachments/f%201"] = where
    api.served |= {"/a": b"A", "/b": b"BB"}
    assert post(inbox, svix(resend_event())) == 200
    work()
    message = Message.objects.get()
    assert (message.text.strip(), [one.file.size for one in message.attachments.order_by("id")]) == (
        "Two files.",
        [1, 2],
    )


def test_what_mailgun_stored_is_fetched_only_where_mailgun_stores(inbox: Inbox, api: Host) -> None:
    use(inbox, "mailgun", api_key="key-1")
    form = signed_form() | {"sender": "ada@shop.example", "from": "ada@shop.example", "subject": "A", "body-plain": "B"}
    files = json.dumps([{"url": api.address("/a"), "name": "a.txt", "content-type": "text/plain", "size": 1}])
    body = urlencode(form | {"attachments": files}).encode()
    assert post(inbox, (body, "application/x-www-form-urlencoded", {})) == 200
    work()
    row = RawInbound.objects.get()
    assert (row.state, "Mailgun keeps none" in row.error) == ("quarantined", True)
    assert not api.asked


def test_a_token_of_mailgun_counts_for_one_mail(inbox: Inbox) -> None:
    use(inbox, "mailgun")
    body, kind, headers = mailgun("")
    other = (body.replace(b"Help", b"Harm"), kind, headers)
    assert [post(inbox, (body, kind, headers)), post(inbox, other), post(inbox, (body, kind, headers))] == [
        200,
        403,
        200,
    ]
    assert RawInbound.objects.count() == 1


@pytest.mark.parametrize(("age", "status"), [(timedelta(hours=8), 200), (timedelta(hours=10), 403)])
def test_a_time_of_mailgun_counts_as_long_as_mailgun_repeats(age: timedelta, status: int, inbox: Inbox) -> None:
    use(inbox, "mailgun")
    body = urlencode(signed_form(ago=age) | {"body-mime": MIME}).encode()
    assert post(inbox, (body, "application/x-www-form-urlencoded", {})) == status
    assert RawInbound.objects.exists() == (status == 200)


def test_sendgrids_signature_is_demanded_where_its_key_was_given(inbox: Inbox) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_key().public_bytes(serialization.Encoding.DER, form)
    use(inbox, "sendgrid", base64.b64encode(public).decode())
    body = urlencode({"from": "ada@shop.example", "subject": "Hello", "text": "Help me."}).encode()
    at = str(int(clock.now().timestamp()))
    sign = base64.b64encode(key.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    name = "X-Twilio-Email-Event-Webhook"
    good = {f"{name}-Signature": sign, f"{name}-Timestamp": at}
    kind = "application/x-www-form-urlencoded"
    wrong = [{}, good | {f"{name}-Timestamp": "1"}, basic({})[2]]
    assert {post(inbox, (body, kind, one)) for one in wrong} == {403}
    assert post(inbox, (body + b"&cc=x", kind, good)) == 403
    assert not RawInbound.objects.exists()
    assert post(inbox, (body, kind, good)) == 200


def test_several_secrets_may_be_given(inbox: Inbox) -> None:
    use(inbox, "postmark", f"old-one\n{SECRET}")
    sent = basic({"FromFull": {"Email": "ada@shop.example"}, "TextBody": "Help me."})
    assert post(inbox, sent) == 200
    assert RawInbound.objects.count() == 1


def test_sparkposts_own_token_is_its_password(inbox: Inbox) -> None:
    use(inbox, "sparkpost")
    content = {"email_rfc822": MIME, "email_rfc822_is_base64": False}
    body = json.dumps([{"msys": {"relay_message": {"content": content}}}]).encode()
    name = "X-MessageSystems-Webhook-Token"
    assert post(inbox, (body, "application/json", {name: "x" + SECRET})) == 401
    assert not RawInbound.objects.exists()
    assert post(inbox, (body, "application/json", {name: SECRET})) == 200


def test_a_password_that_was_set_is_asked_for_even_at_the_secret_address(inbox: Inbox) -> None:
    use(inbox, "amazon_ses")
    answer = Client().post(url_of(inbox), b"{}", content_type="text/plain")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Basic realm="mail"')
    assert not RawInbound.objects.exists()


def test_without_a_password_the_secret_address_is_enough_and_the_plain_one_is_not(inbox: Inbox) -> None:
    settings = {"receive": "webhook:postmark"}
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=settings)
    sent = (json.dumps({"FromFull": {"Email": "a@b.example"}, "TextBody": "Hi"}).encode(), "application/json", {})
    assert post(inbox, sent, by_key=False) == 401
    assert not RawInbound.objects.exists()
    assert post(inbox, sent) == 200


SUBSCRIBE = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"


NOT_AMAZON = [
    SUBSCRIBE.replace("https", "http"),
    SUBSCRIBE.replace(".com", ".com.evil.example"),
    "https://sns.eu-west-1.amazonaws.com@evil.example/",
    "http://169.254.169.254/",
]


@pytest.mark.parametrize("address", [SUBSCRIBE, *NOT_AMAZON])
def test_amazons_question_is_answered_and_nobody_elses(address: str, inbox: Inbox, monkeypatch: Any) -> None:
    use(inbox, "amazon_ses")
    asked: list[str] = []
    monkeypatch.setattr(fetch, "get", lambda where, *_: asked.append(where) or b"")
    right = address == SUBSCRIBE
    monkeypatch.setitem(door._certificates, amazon.CERTIFICATE, amazon.pem())
    sent = basic(amazon.signed({"Type": "SubscriptionConfirmation", "SubscribeURL": address, "Token": "x"}))
    assert post(inbox, sent) == (200 if right else 400)
    assert asked == ([address] if right else [])
    assert not RawInbound.objects.exists()


def test_a_forged_question_makes_us_ask_nobody(inbox: Inbox, monkeypatch: Any) -> None:
    use(inbox, "amazon_ses")
    monkeypatch.setattr(fetch, "get", lambda *_: pytest.fail("asked"))
    body = json.dumps({"Type": "SubscriptionConfirmation", "SubscribeURL": SUBSCRIBE}).encode()
    assert post(inbox, (body, "text/plain", {})) == 401


def test_an_inbox_without_a_provider_takes_nothing(inbox: Inbox) -> None:
    assert post(inbox, basic({"TextBody": "x"})) == 404
    assert not RawInbound.objects.exists()


def test_a_request_beyond_all_measure_is_refused(inbox: Inbox, monkeypatch: Any) -> None:
    use(inbox, "postmark")
    monkeypatch.setattr(views, "MOST_BYTES", 1000)
    assert post(inbox, basic({"TextBody": "x" * 2000})) == 413
    assert not RawInbound.objects.exists()


def test_a_forger_is_soon_told_to_wait_and_the_provider_is_not(inbox: Inbox, monkeypatch: Any) -> None:
    use(inbox, "postmark")
    monkeypatch.setattr(views, "MOST_REFUSED", 2)
    tried = [Client().post(url_of(inbox), b"{}", content_type="application/json") for _ in range(4)]
    assert [one.status_code for one in tried] == [401, 401, 429, 429]
    assert post(inbox, basic({"FromFull": {"Email": "ada@shop.example"}, "TextBody": "Help"})) == 200


def test_providers_may_ask_whether_the_address_is_there(inbox: Inbox) -> None:
    assert Client().head(url_of(inbox)).status_code == 200
    assert Client().head("/hooks/email/nobody/").status_code == 404


def test_events_are_forgotten_after_a_month(inbox: Inbox) -> None:
    hookevents.note(inbox, "1")
    with clock.frozen(clock.now() + timedelta(days=31)):
        hookevents.note(inbox, "2")
        assert hookevents.forget() == 1
    assert HookEvent.objects.get().uid == "2"


@pytest.mark.django_db(transaction=True)
def test_one_event_from_eight_threads_at_once_is_one_mail(inbox: Inbox) -> None:
    use(inbox, "postmark")
    told = {"FromFull": {"Email": "ada@shop.example"}, "TextBody": "Help me."}
    sent = [basic(told | {"MessageID": f"m-{n}", "Subject": f"Nr. {n}"}) for n in range(12)]

    def knock(which: int) -> int:
        try:
            return post(inbox, sent[which % len(sent)])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(knock, range(len(sent) * 8))) == {200}
    assert RawInbound.objects.count() == HookEvent.objects.count() == len(sent)
