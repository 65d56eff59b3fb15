"""A channel of one's own, as an integrator would write it: signed JSON in, signed webhooks out."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.management.commands.drain import drain
from helpdesk.core.rules import webhooks as rule
from tests.support.standin import Answered, StandIn, standing
from tickets.actions import inboxes, replies, voiceboxes
from tickets.actions.inboxes import secrets_of
from tickets.models import Delivery, FarFile, Inbox, Message, MessageChange, Peer, RawInbound, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]


@pytest.fixture
def channel(settings: Any, team: Team) -> Iterator[tuple[StandIn, Inbox]]:
    """A shop's own messenger, and its server beside us."""
    with standing(lambda asked: Answered(data={"id": f"theirs-{len(place.asked)}"})) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        given = {"send_url": f"{place.url}/in"}
        yield place, inboxes.create_inbox(by=SYSTEM, kind="generic", name="Our app", settings=given, team=team)


def post(inbox: Inbox, told: Any, secret: str | None = None, minutes: float = 0) -> int:
    body = json.dumps(told).encode()
    secret = secrets_of(inbox)["secret"] if secret is None else secret
    signed = rule.headers([secret], "evt-1", clock.now() - timedelta(minutes=minutes), body)
    return Client().post(f"/hooks/generic/{inbox.key}/", body, "application/json", headers=signed).status_code


def created(ident: str, text: str = "", **more: Any) -> dict[str, Any]:
    data = {"id": ident, "from": {"id": "u-7", "name": "Mina Rad", "language": "fa"}, "text": text, **more}
    return {"type": "message.created", "data": data}


def after(seconds: int = 11) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        drain()


def test_a_conversation_both_ways(channel: tuple[StandIn, Inbox], agent: User, act: Acts) -> None:
    place, inbox = channel
    assert secrets_of(inbox)["secret"].startswith("whsec_")
    assert [post(inbox, [created("m1", "سلام"), created("m2", "سفارش من؟")]) for _ in range(3)] == [200] * 3
    drain()
    ticket = Ticket.objects.get()
    assert [one.text for one in ticket.messages.order_by("seq")] == ["سلام", "سفارش من؟"]
    assert (ticket.customer.name, Peer.objects.get().address) == ("Mina Rad", "u-7")
    replies.reply(by=act(agent), ticket=ticket, body="در راه است.")
    after()
    asked = place.calls("/in")[0]
    assert rule.genuine(asked.headers, asked.body, [secrets_of(inbox)["secret"]], clock.now() + timedelta(seconds=11))
    assert (asked.data["type"], asked.data["data"]["to"], asked.data["data"]["text"]) == (
        "message.send",
        "u-7",
        "در راه است.",
    )
    assert asked.data["data"]["id"] == asked.headers["webhook-id"]
    copy = Delivery.objects.get()
    known = copy.external.get().external_id
    for state in ("delivered", "read"):
        post(inbox, {"type": "message.status", "data": {"of": known, "state": state}})
        drain()
        copy.refresh_from_db()
        assert copy.state == state


def test_edits_deletions_and_reactions_are_shown(channel: tuple[StandIn, Inbox]) -> None:
    _, inbox = channel
    post(inbox, created("m1", "Teh parcel"))
    post(inbox, {"type": "message.edited", "data": {"id": "e1", "of": "m1", "text": "The parcel"}})
    post(inbox, {"type": "message.reaction", "data": {"id": "e2", "of": "m1", "text": "👍", "by": "Mina"}})
    post(inbox, {"type": "message.deleted", "data": {"id": "e3", "of": "m1"}})
    post(inbox, {"type": "message.hologram", "data": {"id": "m2", "from": {"id": "u-7"}}})
    drain()
    rows = MessageChange.objects.order_by("id").values_list("kind", "was", "text")
    assert list(rows) == [("edited", "Teh parcel", "The parcel"), ("reaction", "", "👍"), ("deleted", "", "")]
    assert Message.objects.order_by("-seq")[0].text == "[hologram]"


@pytest.mark.parametrize(
    ("secret", "minutes"), [("", 0), ("whsec_" + base64.b64encode(b"x" * 32).decode(), 0), (None, 6), (None, -6)]
)
def test_forged_or_old_requests_leave_nothing(
    channel: tuple[StandIn, Inbox], secret: str | None, minutes: float
) -> None:
    _, inbox = channel
    assert post(inbox, created("m1", "Hello"), secret, minutes) == 403
    assert not RawInbound.objects.exists()


def test_while_the_secret_is_rotated_both_are_good(channel: tuple[StandIn, Inbox]) -> None:
    place, inbox = channel
    old = secrets_of(inbox)["secret"]
    new = voiceboxes.new_secret(by=SYSTEM, inbox=inbox)
    inbox.refresh_from_db()
    assert [post(inbox, created(f"m{number}", "Hi"), one) for number, one in enumerate((old, new))] == [200, 200]
    assert voiceboxes.connect(by=SYSTEM, inbox=inbox).ok
    asked = place.calls("/in")[0]
    assert all(rule.genuine(asked.headers, asked.body, [one], clock.now()) for one in (old, new))
    voiceboxes.forget_old_secret(by=SYSTEM, inbox=inbox)
    inbox.refresh_from_db()
    assert post(inbox, created("m9", "Hi"), old) == 403


@pytest.mark.parametrize(
    "told",
    [
        created("", "no id"),
        {"type": "message.created", "data": {"id": "m1", "from": {}}},
        {"type": "message.status", "data": {"of": "m1", "state": "eaten"}},
        created("m1", "Hi", at="2026-03-02T10:00:00"),
        created("m1", "Hi", files=[{"name": "a.png"}]),
        [created(f"m{number}", "Hi") for number in range(101)],
        "words",
    ],
)
def test_what_lacks_something_is_set_aside_with_its_reason(channel: tuple[StandIn, Inbox], told: Any) -> None:
    _, inbox = channel
    assert post(inbox, told) == 200
    assert RawInbound.objects.get().state == "quarantined" and RawInbound.objects.get().error
    assert not Ticket.objects.exists()


def test_a_file_is_fetched_through_the_guard(channel: tuple[StandIn, Inbox]) -> None:
    place, inbox = channel
    place.answer = lambda asked: Answered(
        404 if "gone" in asked.path else 200, b"\x89PNG", {"Content-Type": "image/png"}
    )
    files = [{"url": f"{place.url}/{name}.png", "name": f"{name}.png", "type": "image/png"} for name in ("a", "gone")]
    files.append({"url": "http://169.254.169.254/meta.png", "type": "image/png"})
    post(inbox, created("m1", "Broken", files=files))
    drain()
    assert [row.state for row in FarFile.objects.order_by("id")][:2] == ["kept", "failed"]
    assert FarFile.objects.order_by("id")[2].state != "kept"
    assert Message.objects.get().attachments.get().name == "a.png"


@pytest.mark.parametrize(
    ("status", "state", "begins"),
    [(500, "queued", "500"), (422, "failed", "422"), (401, "queued", "sign-in"), (410, "queued", "sign-in")],
)
def test_a_refusal_is_told_as_it_is(
    channel: tuple[StandIn, Inbox], agent: User, act: Acts, status: int, state: str, begins: str
) -> None:
    place, inbox = channel
    post(inbox, created("m1", "Hello"))
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Hi")
    place.answer = lambda asked: Answered(status, {"error": "no"})
    after()
    copy = Delivery.objects.get()
    assert (copy.state, copy.error[: len(begins)]) == (state, begins)
    inbox.refresh_from_db()
    assert ("sign-in" in inbox.last_error) == (begins == "sign-in")
    assert place.asked[0].headers["webhook-id"]


@pytest.mark.parametrize(("language", "words"), [("en", "Both ways are signed alike"), ("fa", "هر دو سو یکسان")])
def test_integrators_read_how_it_is_done_in_their_language(client: Client, language: str, words: str) -> None:
    shown = client.get("/developers/channel/", headers={"Accept-Language": language}).content.decode()
    assert words in shown and "webhook-signature" in shown and "message.created" in shown


@pytest.mark.parametrize(
    ("kind", "pairs", "word"),
    [("generic", [], False), ("sms", ["provider=kavenegar"], True), ("sms", ["provider=twilio"], False)],
)
def test_a_script_is_told_an_address_that_works(
    capsys: pytest.CaptureFixture[str], kind: str, pairs: list[str], word: bool
) -> None:
    call_command("create_inbox", kind=kind, name="Box", pairs=pairs, json=True)
    made = json.loads(capsys.readouterr().out)
    assert made["webhook_url"].endswith(f"?secret={made['secret']}") == word
    body = {"messageid": "1", "from": "09121234567", "message": "سلام"}
    if word:
        where = made["webhook_url"].partition("/hooks/")[2]
        assert Client().post(f"/hooks/{where}", body).status_code == 200
        drain()
        assert Message.objects.get().text == "سلام"
