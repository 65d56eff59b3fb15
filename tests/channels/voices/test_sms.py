"""Text messages from the hook to the thread and back, by each provider, against stand-ins that answer as documented."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.core.management.commands.drain import drain
from tests.support.standin import Answered, Asked, StandIn, standing
from tickets.actions import inboxes, replies
from tickets.channels.sms.twilio import signature
from tickets.models import Delivery, FarFile, Inbox, Message, Peer, RawInbound, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
SECRET, MINA, OURS = "our-secret", "+989121234567", "+982191000000"
_numbers = itertools.count(100)
ACCOUNTS = {"twilio": "AC1", "bandwidth": "123/app", "kavenegar": "", "http": ""}


def provider(asked: Asked) -> Answered:
    """All four of them; each path is of one."""
    number = next(_numbers)
    if asked.path.endswith(".jpg"):
        return Answered(data=b"\xff\xd8picture", headers={"Content-Type": "image/jpeg"})
    if asked.path.endswith("/Messages.json"):
        return Answered(201, {"sid": f"SM{number}", "status": "queued"})
    if asked.path.startswith("/api/v2/"):
        return Answered(202, {"id": f"b{number}", "direction": "out"})
    if asked.path.endswith("sms/send.json"):
        rows = [{"messageid": number, "status": 1, "statustext": "در صف ارسال"}]
        return Answered(data={"return": {"status": 200, "message": "تایید شد"}, "entries": rows})
    return Answered(data={"id": f"h{number}"})


@pytest.fixture
def box(settings: Any, team: Team) -> Iterator[Callable[[str], tuple[StandIn, Inbox]]]:
    """An inbox at the provider that is named, and that provider beside us."""
    with standing(provider) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)

        def made(name: str) -> tuple[StandIn, Inbox]:
            given = {"provider": name, "secret": SECRET, "token": "key", "api_url": place.url, "address": OURS}
            given |= {"account": ACCOUNTS[name], "send_url": f"{place.url}/out"}
            return place, inboxes.create_inbox(by=SYSTEM, kind="sms", name=name, settings=given, team=team)

        yield made


def post(inbox: Inbox, told: dict[str, Any], secret: str = SECRET) -> int:
    """What the inbox's provider would send, signed as it signs."""
    where = f"/hooks/sms/{inbox.key}/"
    word = base64.b64encode(f"user:{secret}".encode()).decode()
    match inbox.settings["provider"]:
        case "twilio":
            said = "".join(name + value for name, value in sorted(told.items()))
            signed = {"X-Twilio-Signature": signature(secret.encode(), f"http://testserver{where}", said)}
            form = "application/x-www-form-urlencoded"
            answer = Client().post(where, urlencode(told), form, headers=signed)
            assert answer.content == b"" or b"kept" not in answer.content
        case "bandwidth":
            answer = Client().post(where, [told], "application/json", headers={"Authorization": f"Basic {word}"})
        case "kavenegar":
            answer = Client().get(f"{where}?{urlencode(told | {'secret': secret})}")
        case _:
            answer = Client().post(where, told, "application/json", headers={"Authorization": f"Bearer {secret}"})
    return answer.status_code


def words(name: str, ident: str, text: str) -> dict[str, Any]:
    """A message of Mina's as the provider tells it."""
    match name:
        case "twilio":
            return {"MessageSid": ident, "From": MINA, "To": OURS, "Body": text, "NumMedia": "0", "AccountSid": "AC1"}
        case "bandwidth":
            message = {"id": ident, "from": MINA, "to": [OURS], "direction": "in", "text": text, "segmentCount": 1}
            return {"type": "message-received", "time": "2026-01-01T10:00:00Z", "message": message}
        case "kavenegar":
            return {"messageid": ident, "from": "09121234567", "to": "10004346", "message": text}
    return {"id": ident, "from": "0098 912 123 4567", "text": text}


def news(name: str, ident: str, state: str) -> dict[str, Any]:
    """What became of a message of ours."""
    match name:
        case "twilio":
            return {"MessageSid": ident, "MessageStatus": "undelivered" if state == "failed" else state}
        case "bandwidth":
            return {"type": f"message-{state}", "description": "gone", "message": {"id": ident, "direction": "out"}}
        case "kavenegar":
            return {"messageid": ident, "status": {"delivered": "10", "failed": "11"}[state]}
    return {"id": ident, "status": state}


def after(seconds: int = 11) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        drain()


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_message_is_answered_once_and_its_fate_is_told(
    box: Callable[[str], tuple[StandIn, Inbox]], agent: User, act: Acts, name: str
) -> None:
    place, inbox = box(name)
    assert [post(inbox, words(name, "m1", "سفارش من کجاست؟")) for _ in range(3)] == [200] * 3
    post(inbox, words(name, "m2", "Hello?"))
    drain()
    ticket = Ticket.objects.get()
    assert [one.text for one in ticket.messages.order_by("seq")] == ["سفارش من کجاست؟", "Hello?"]
    assert (ticket.channel, Peer.objects.get().address, ticket.customer.identities.get().value) == ("sms", MINA, MINA)
    assert ticket.customer.name == "+98 912 123 4567"
    replies.reply(by=act(agent), ticket=ticket, body="در راه است.")
    after()
    after(600)
    assert len([one for one in place.asked if one.method == "POST"]) == 1
    copy = Delivery.objects.get()
    assert copy.state == "sent"
    known = copy.external.get().external_id
    for state in ("delivered", "failed"):
        assert post(inbox, news(name, known, state)) == 200
        drain()
        copy.refresh_from_db()
        assert copy.state == state


@pytest.mark.parametrize("name", ACCOUNTS)
@pytest.mark.parametrize("secret", ["", "another"])
def test_a_stranger_leaves_nothing(box: Callable[[str], tuple[StandIn, Inbox]], name: str, secret: str) -> None:
    _, inbox = box(name)
    assert post(inbox, words(name, "m1", "Hello"), secret) == 403
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"secret": None})
    assert post(inbox, words(name, "m1", "Hello"), "") == 403
    assert not RawInbound.objects.exists()


def test_the_secret_in_an_address_is_kept_nowhere(box: Callable[[str], tuple[StandIn, Inbox]]) -> None:
    _, inbox = box("kavenegar")
    post(inbox, words("kavenegar", "m1", "Hello"))
    from helpdesk.core import files

    row = RawInbound.objects.get()
    assert SECRET.encode() not in files.store().get(row.sha256)
    assert SECRET not in row.source


def test_pictures_are_fetched_with_the_password_only_from_twilio_itself(
    box: Callable[[str], tuple[StandIn, Inbox]],
) -> None:
    place, inbox = box("twilio")
    media = {"NumMedia": "2", "MediaUrl0": f"{place.url}/a.jpg", "MediaContentType0": "image/jpeg"}
    media |= {"MediaUrl1": "http://169.254.169.254/b.jpg", "MediaContentType1": "image/jpeg"}
    post(inbox, words("twilio", "m1", "") | media)
    drain()
    assert Ticket.objects.get().subject.startswith("Without words")
    rows = FarFile.objects.order_by("id")
    assert [row.kind for row in rows] == ["image", "image"]
    assert (rows[0].state, Message.objects.get().attachments.get().content_type) == ("kept", "image/jpeg")
    assert rows[1].state != "kept"
    assert place.asked[0].headers["authorization"] == "Basic " + base64.b64encode(b"AC1:key").decode()


@pytest.mark.parametrize(("name", "word", "confirmed"), [
    ("twilio", "STOP", False), ("twilio", "لغو", True), ("bandwidth", "Stop", True), ("kavenegar", "لغو۱۱", True),
])  # fmt: skip
def test_stop_is_honoured_and_confirmed_once(
    box: Callable[[str], tuple[StandIn, Inbox]], agent: User, act: Acts, name: str, word: str, confirmed: bool
) -> None:
    place, inbox = box(name)
    post(inbox, words(name, "m1", "Hello"))
    for number in (2, 3):
        post(inbox, words(name, f"m{number}", word))
    drain()
    peer = Peer.objects.get()
    assert (peer.stopped_at is not None, peer.stop_word) == (True, word)
    told = Message.objects.filter(kind="out", is_automatic=True)
    assert told.count() == len(place.asked) == int(confirmed)
    if confirmed and not word.isascii():
        assert told.get().text.startswith("دیگر پیامی")
    with pytest.raises(Conflict) as refused:
        replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Hello?")
    assert refused.value.code == "window_closed"
    post(inbox, words(name, "m4", "START"))
    drain()
    peer.refresh_from_db()
    assert peer.stopped_at is None


def test_whom_we_never_heard_of_and_who_says_stop_is_not_written_to_first(
    box: Callable[[str], tuple[StandIn, Inbox]],
) -> None:
    place, inbox = box("bandwidth")
    post(inbox, words("bandwidth", "m1", "STOP"))
    drain()
    assert Peer.objects.get().stopped_at is not None
    assert not Ticket.objects.exists() and not place.asked


REFUSALS = [
    ("twilio", 400, {"code": 21610, "message": "unsubscribed"}, "failed", "stopped: unsubscribed"),
    ("twilio", 400, {"code": 21211, "message": "Invalid 'To'"}, "failed", "Invalid"),
    ("twilio", 401, {"code": 20003, "message": "Authenticate"}, "queued", "sign-in refused: Authenticate"),
    ("twilio", 429, {"code": 20429, "message": "Too many"}, "queued", "Too many"),
    ("twilio", 503, {}, "queued", ""),
    ("bandwidth", 400, {"type": "request-validation", "description": "bad"}, "failed", "bad"),
    ("bandwidth", 403, {"type": "forbidden", "description": "Access Denied"}, "queued", "sign-in refused: Access"),
    ("bandwidth", 429, {"description": "slow"}, "queued", "slow"),
    ("kavenegar", 411, {"return": {"status": 411, "message": "گیرنده نامعتبر"}}, "failed", "گیرنده"),
    ("kavenegar", 418, {"return": {"status": 418, "message": "اعتبار کافی نیست"}}, "queued", "sign-in refused: اعتبار"),
    ("kavenegar", 200, {"return": {"status": 403, "message": "کد نامعتبر"}}, "queued", "sign-in refused: کد"),
    ("kavenegar", 409, {"return": {"status": 409, "message": "بعداً"}}, "queued", "بعداً"),
    ("http", 422, {}, "failed", ""),
    ("http", 500, {}, "queued", ""),
]


@pytest.mark.parametrize(("name", "status", "said", "state", "begins"), REFUSALS)
def test_a_refusal_is_told_as_it_is(
    box: Callable[[str], tuple[StandIn, Inbox]], agent: User, act: Acts,
    name: str, status: int, said: Any, state: str, begins: str,
) -> None:  # fmt: skip
    place, inbox = box(name)
    post(inbox, words(name, "m1", "Hello"))
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Hi")
    place.answer = lambda asked: Answered(status, said, {"Retry-After": "77"} if status == 429 else {})
    later = clock.now() + timedelta(seconds=11)
    with clock.frozen(later):
        drain()
    copy = Delivery.objects.get()
    assert (copy.state, copy.error[: len(begins)]) == (state, begins)
    if status == 429:
        assert copy.next_at is not None and copy.next_at >= later + timedelta(seconds=77)
    inbox.refresh_from_db()
    assert ("sign-in" in inbox.last_error) == begins.startswith("sign-in")


def test_kavenegar_is_told_the_same_mark_at_every_try(
    box: Callable[[str], tuple[StandIn, Inbox]], agent: User, act: Acts
) -> None:
    place, inbox = box("kavenegar")
    post(inbox, words("kavenegar", "m1", "سلام"))
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="سلام")
    place.answer = lambda asked: Answered(500, {})
    after()
    place.answer = provider
    after(600)
    assert [one.data["receptor"] for one in place.asked] == ["09121234567"] * 2
    assert len({one.data["localid"] for one in place.asked}) == 1
    assert place.asked[0].path == "/v1/key/sms/send.json"


def test_whatsapp_through_twilio_is_answered_by_whatsapp(
    box: Callable[[str], tuple[StandIn, Inbox]], agent: User, act: Acts
) -> None:
    place, inbox = box("twilio")
    post(inbox, words("twilio", "m1", "سلام") | {"From": f"whatsapp:{MINA}", "ProfileName": "Mina Rad"})
    drain()
    ticket = Ticket.objects.get()
    identity = ticket.customer.identities.get()
    assert (ticket.customer.name, identity.kind, identity.value) == ("Mina Rad", "whatsapp", MINA)
    replies.reply(by=act(agent), ticket=ticket, body="سلام")
    after()
    sent = place.calls("/Messages.json")[0].data
    assert (sent["To"], sent["From"], sent["Body"]) == (f"whatsapp:{MINA}", f"whatsapp:{OURS}", "سلام")


@pytest.mark.parametrize("first", ["whatsapp:+541123456789", "whatsapp:+5491123456789"])
def test_a_number_that_whatsapp_writes_in_two_ways_is_one_conversation(
    box: Callable[[str], tuple[StandIn, Inbox]], first: str
) -> None:
    _, inbox = box("twilio")
    post(inbox, words("twilio", "m1", "Hola") | {"From": first})
    drain()
    for number, who in enumerate(("whatsapp:+541123456789", "whatsapp:+5491123456789"), 2):
        post(inbox, words("twilio", f"m{number}", "Hola") | {"From": who})
    drain()
    assert (Peer.objects.get().address, Ticket.objects.get().messages.count()) == (first, 3)


def test_a_name_that_comes_later_takes_the_place_of_the_number(box: Callable[[str], tuple[StandIn, Inbox]]) -> None:
    _, inbox = box("twilio")
    post(inbox, words("twilio", "m1", "Hello"))
    for number, name in ((2, "Jane Smith"), (3, "Somebody Else")):
        post(inbox, words("twilio", f"m{number}", "Hello") | {"ProfileName": name})
    drain()
    assert Ticket.objects.get().customer.name == "Jane Smith"


def test_a_place_and_an_unknown_thing_are_shown_in_words(box: Callable[[str], tuple[StandIn, Inbox]]) -> None:
    _, inbox = box("twilio")
    spot = {"Latitude": "35.7", "Longitude": "51.4", "Label": "Azadi", "MessageType": "location"}
    post(inbox, words("twilio", "m1", "") | spot)
    post(inbox, words("twilio", "m2", "") | {"MessageType": "hologram"})
    drain()
    said = [one.text for one in Message.objects.order_by("seq")]
    assert said == ["Azadi\nhttps://www.openstreetmap.org/?mlat=35.7&mlon=51.4", "[hologram]"]


def test_what_is_on_its_way_and_what_nobody_would_send_make_no_ticket(
    box: Callable[[str], tuple[StandIn, Inbox]],
) -> None:
    _, inbox = box("twilio")
    assert post(inbox, {"MessageSid": "SM1", "MessageStatus": "queued"}) == 200
    assert not RawInbound.objects.exists()
    assert post(inbox, {"From": MINA, "Body": "no id"}) == 200
    assert RawInbound.objects.get().state == "quarantined"
    drain()
    assert not Ticket.objects.exists()


def test_twilio_signs_json_by_its_digest_and_addresses_with_their_port(
    box: Callable[[str], tuple[StandIn, Inbox]],
) -> None:
    import hashlib

    _, inbox = box("twilio")
    body = json.dumps(words("twilio", "m1", "Hello")).encode()
    where = f"/hooks/sms/{inbox.key}/?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signed = {"X-Twilio-Signature": signature(SECRET.encode(), f"http://testserver:80{where}", "")}
    assert Client().post(where, body + b" ", "application/json", headers=signed).status_code == 403
    assert Client().post(where, body, "application/json", headers=signed).status_code == 200
    assert RawInbound.objects.count() == 1
