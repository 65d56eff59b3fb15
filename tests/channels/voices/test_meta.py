"""Messenger and Instagram from the hook to the thread and back, against a stand-in that answers as Meta's documentation
says."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.core.management.commands.drain import drain
from tests.support.standin import Answered, Asked, StandIn, standing
from tickets.actions import inboxes, replies, voiceboxes, voices
from tickets.channels.base import ProviderRequest
from tickets.channels.instagram.adapter import Instagram
from tickets.channels.meta.texts import pieces
from tickets.envelopes import InboundAttachment
from tickets.models import Delivery, FarFile, Inbox, Message, MessageChange, Peer, RawInbound, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
Net = tuple[StandIn, Inbox]
SECRET = "app-secret"
PAGE, MINA = "117172741761305", "3383290475046708"
_numbers = itertools.count(1)


def meta(asked: Asked) -> Answered:
    """The Send API, as documented."""
    if asked.method == "GET" and asked.path.endswith(MINA):
        return Answered(data={"first_name": "Mina", "last_name": "Rad", "username": "mina.rad", "id": MINA})
    if asked.method == "GET":
        return Answered(data=b"\xff\xd8picture", headers={"Content-Type": "image/jpeg"})
    if asked.path.endswith("/message_attachments"):
        return Answered(data={"attachment_id": "188"})
    if asked.path.endswith(("/comments", "/replies")):
        return Answered(data={"id": f"c_out{next(_numbers)}"})
    if asked.path.endswith("/subscribed_apps"):
        return Answered(data={"success": True})
    return Answered(data={"recipient_id": MINA, "message_id": f"m_out{next(_numbers)}"})


@pytest.fixture(params=["messenger", "instagram"])
def either(request: Any, settings: Any, team: Team) -> Iterator[Net]:
    """A page, then an account, and Meta beside us."""
    yield from network(request.param, settings, team)


@pytest.fixture
def messenger(settings: Any, team: Team) -> Iterator[Net]:
    yield from network("messenger", settings, team)


@pytest.fixture
def instagram(settings: Any, team: Team) -> Iterator[Net]:
    yield from network("instagram", settings, team)


def network(kind: str, settings: Any, team: Team) -> Iterator[Net]:
    with standing(meta) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        given = {"secret": SECRET, "token": "EAAG", "page_id": PAGE, "api_url": place.url}
        yield place, inboxes.create_inbox(by=SYSTEM, kind=kind, name="Page", settings=given, team=team)


def post(inbox: Inbox, told: Any, secret: str = SECRET) -> int:
    body = json.dumps(told).encode()
    sign = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    where = f"/hooks/{inbox.kind}/{inbox.key}/"
    return Client().post(where, body, "application/json", headers={"X-Hub-Signature-256": sign}).status_code


def entry(box: str = "messaging", *rows: dict[str, Any]) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": PAGE, "time": 1763900000000, box: list(rows)}]}


def event(**inner: Any) -> dict[str, Any]:
    """One event of Mina's conversation."""
    at = int(clock.now().timestamp() * 1000)
    return {"sender": {"id": MINA}, "recipient": {"id": PAGE}, "timestamp": at} | inner


def said(text: str = "Where is it?", mid: str = "m_1", **more: Any) -> dict[str, Any]:
    return event(message={"mid": mid, "text": text, **more})


def change(field: str, **value: Any) -> dict[str, Any]:
    return {"field": field, "value": value}


COMMENT = {"item": "comment", "post_id": "1_3", "comment_id": "3_5", "parent_id": "1_3"}


def comment(inbox: Inbox, text: str = "Never again!", who: str = MINA, verb: str = "add") -> dict[str, Any]:
    """What somebody says under a post, as either network tells it."""
    if inbox.kind == "instagram":
        person = {"id": who, "username": "mina.rad"}
        return entry("changes", change("comments", id="3_5", text=text, media={"id": "1_3"}, **{"from": person}))
    return entry("changes", change("feed", verb=verb, message=text, **COMMENT, **{"from": {"id": who, "name": "Mina"}}))


def taken(inbox: Inbox, *requests: Any) -> None:
    for one in requests:
        assert post(inbox, one) == 200
    drain()


def sent_after(seconds: int = 11) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        drain()


def test_a_conversation_becomes_a_ticket_with_the_name_that_the_network_knows(either: Net) -> None:
    place, inbox = either
    for _ in range(3):
        taken(inbox, entry("messaging", said(), said("Hello?", "m_2")))
    ticket = Ticket.objects.get()
    assert [one.text for one in ticket.messages.order_by("seq")] == ["Where is it?", "Hello?"]
    assert (ticket.customer.name, Peer.objects.get().name) == ("Mina Rad", "Mina Rad")
    assert set(ticket.messages.values_list("from_name", flat=True)) == {"Mina Rad"}
    assert len(place.calls(MINA)) == 1


def test_a_forged_request_leaves_nothing_behind(either: Net) -> None:
    _, inbox = either
    assert post(inbox, entry("messaging", said()), "another") == 403
    assert not RawInbound.objects.exists()


def test_what_they_send_is_kept_whatever_it_is(messenger: Net) -> None:
    place, inbox = messenger
    picture = {"type": "image", "payload": {"url": f"{place.url}/pic.jpg"}}
    spot = {"type": "location", "title": "Azadi", "payload": {"coordinates": {"lat": 35.7, "long": 51.4}}}
    link = {"type": "fallback", "title": "Our shop", "url": "https://shop.example/"}
    card = {"type": "template", "payload": {"product": {"elements": [{"title": "Lamp", "subtitle": "30 €"}]}}}
    rows = [
        event(message={"mid": "1", "attachments": [picture]}),
        event(message={"mid": "2", "attachments": [spot]}),
        event(message={"mid": "3", "attachments": [link]}),
        event(message={"mid": "4", "attachments": [card]}),
        event(message={"mid": "5", "attachments": [{"type": "appointment"}]}),
        event(message={"mid": "6", "text": "Refund", "quick_reply": {"payload": "REFUND"}}),
        event(postback={"mid": "7", "title": "Get started", "payload": "START"}),
        event(message={"mid": "8", "is_unsupported": True}),
    ]
    taken(inbox, entry("messaging", *rows))
    assert [one.text for one in Message.objects.order_by("seq")] == [
        "",
        "Azadi\nhttps://www.openstreetmap.org/?mlat=35.7&mlon=51.4",
        "Our shop\nhttps://shop.example/",
        "Lamp\n30 €",
        "[appointment]",
        "Refund",
        "Get started",
        "[message]",
    ]
    assert FarFile.objects.get(kind="image").attachment is not None


def test_stories_and_shared_posts_bring_their_picture(instagram: Net) -> None:
    place, inbox = instagram
    kinds = ("story_mention", "share", "ig_post", "ig_reel")
    shares = [{"type": kind, "payload": {"url": f"{place.url}/{kind}", "title": "A post"}} for kind in kinds]
    reply = {"story": {"id": "17", "url": f"{place.url}/story"}}
    rows = [event(message={"mid": str(number), "attachments": [one]}) for number, one in enumerate(shares)]
    taken(inbox, entry("messaging", *rows, said("Lovely!", "m_9", reply_to=reply)))
    assert [one.kind for one in FarFile.objects.order_by("id")] == ["story_mention", *["share"] * 4]
    assert set(FarFile.objects.values_list("state", flat=True)) == {"kept"}


def test_edits_deletions_and_reactions_are_shown_with_what_stood_before(either: Net) -> None:
    _, inbox = either
    now = {"mid": "m_1", "text": "The parcel", "num_edit": 1}
    love = {"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤"}
    taken(inbox, entry("messaging", said("Teh parcel")), entry("messaging", event(message_edit=now)))
    taken(inbox, entry("messaging", event(reaction=love)))
    taken(inbox, entry("messaging", event(reaction={"mid": "m_1", "action": "unreact"})))
    taken(inbox, entry("messaging", event(message={"mid": "m_1", "is_deleted": True})))
    rows = MessageChange.objects.order_by("id").values_list("kind", "was", "text")
    reactions = [("reaction", "", "❤"), ("reaction", "", "")]
    assert list(rows) == [("edited", "Teh parcel", "The parcel"), *reactions, ("deleted", "", "")]


@pytest.mark.parametrize(
    "row",
    [
        {"referral": {"ref": "ad", "source": "ADS"}},
        {"pass_thread_control": {"new_owner_app_id": "1"}},
        {"optin": {"ref": "x"}},
        {"message": {"mid": "m_8", "text": "On its way.", "is_echo": True, "metadata": "desk:k"}},
    ],
)
def test_what_nobody_said_makes_no_ticket(either: Net, row: dict[str, Any]) -> None:
    _, inbox = either
    taken(inbox, entry("messaging", event(**row)))
    assert not Ticket.objects.exists()
    assert not RawInbound.objects.exists()


def test_what_another_app_is_answering_and_what_we_wrote_in_the_network_is_in_the_thread(either: Net) -> None:
    _, inbox = either
    taken(inbox, entry("standby", said()))
    echo = {"mid": "m_2", "text": "On its way.", "is_echo": True}
    taken(inbox, entry("messaging", {"sender": {"id": PAGE}, "recipient": {"id": MINA}, "message": echo}))
    assert list(Ticket.objects.get().messages.order_by("seq").values_list("kind", flat=True)) == ["in", "out"]


def test_the_answer_leaves_once_and_the_receipts_are_told(either: Net, agent: User, act: Acts) -> None:
    place, inbox = either
    taken(inbox, entry("messaging", said()))
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    sent_after()
    sent_after(600)
    (asked,) = place.calls("/messages")
    assert (asked.path, asked.headers["authorization"]) == (f"/v24.0/{PAGE}/messages", "Bearer EAAG")
    assert (asked.data["recipient"], asked.data["messaging_type"]) == ({"id": MINA}, "RESPONSE")
    assert asked.data["message"]["text"] == "On its way."
    copy = Delivery.objects.get()
    known = copy.external.get().external_id
    taken(inbox, entry("messaging", event(delivery={"mids": [known], "watermark": 1})))
    copy.refresh_from_db()
    assert copy.state == "delivered"
    assert copy.sent_at is not None
    seen = {"mid": known} if inbox.kind == "instagram" else {"watermark": int(copy.sent_at.timestamp() * 1000)}
    taken(inbox, entry("messaging", event(read=seen)))
    copy.refresh_from_db()
    assert copy.state == "read"


def test_a_file_is_uploaded_then_sent(either: Net, agent: User, act: Acts) -> None:
    place, inbox = either
    taken(inbox, entry("messaging", said()))
    picture = InboundAttachment("label.png", "image/png", b"\x89PNG\r\n\x1a\n")
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Your label", attachments=[picture])
    sent_after()
    assert place.calls("/message_attachments")[0].data["filedata"] == picture.data
    words, file = place.calls("/messages")
    assert words.data["message"]["text"] == "Your label"
    assert file.data["message"]["attachment"] == {"type": "image", "payload": {"attachment_id": "188"}}


def test_after_a_day_only_a_person_may_answer_and_after_a_week_nobody(either: Net, agent: User, act: Acts) -> None:
    place, inbox = either
    taken(inbox, entry("messaging", said()))
    ticket = Ticket.objects.get()
    with clock.frozen(clock.now() + timedelta(days=2)):
        replies.reply(by=act(agent), ticket=ticket, body="Sorry for the wait.")
        sent_after()
    assert {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}.items() <= place.calls("/messages")[0].data.items()
    with clock.frozen(clock.now() + timedelta(days=8)), pytest.raises(Conflict) as refused:
        replies.reply(by=act(agent), ticket=ticket, body="Hello?")
    assert refused.value.code == "window_closed"
    assert Message.objects.filter(kind="out").count() == 1


@pytest.mark.parametrize(
    ("status", "error", "state", "begins"),
    [
        (400, {"code": 10, "error_subcode": 2018278, "message": "outside of allowed window"}, "failed", "window: "),
        (403, {"code": 10, "error_subcode": 2534022, "message": "outside of allowed window"}, "failed", "window: "),
        (400, {"code": 551, "message": "This person isn't available right now."}, "failed", "stopped: "),
        (400, {"code": 200, "error_subcode": 1545041, "message": "not available"}, "failed", "stopped: "),
        (400, {"code": 100, "error_subcode": 2018001, "message": "No matching user"}, "failed", "recipient: "),
        (400, {"code": 10, "error_subcode": 2018300, "message": "not the owner"}, "failed", "another app: "),
        (400, {"code": 10, "message": "no permission"}, "queued", "sign-in refused: "),
        (401, {"code": 190, "error_subcode": 463, "message": "expired"}, "queued", "sign-in refused: "),
        (400, {"code": 613, "message": "rate"}, "queued", "slow down: "),
        (500, {"code": 2, "message": "temporary"}, "queued", "temporary"),
    ],
)
def test_a_refusal_is_told_as_it_is(
    messenger: Net, agent: User, act: Acts, status: int, error: Any, state: str, begins: str
) -> None:
    place, inbox = messenger
    taken(inbox, entry("messaging", said()))
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    place.answer = lambda asked: Answered(status, {"error": error})
    sent_after()
    copy = Delivery.objects.get()
    assert (copy.state, copy.error[: len(begins)]) == (state, begins)
    assert (Peer.objects.get().stopped_at is not None) == (begins == "stopped: ")


def test_a_comment_is_a_public_voice_and_is_answered_under_it(either: Net, agent: User, act: Acts) -> None:
    place, inbox = either
    taken(inbox, comment(inbox), comment(inbox))
    message = Message.objects.get()
    assert (message.is_public, message.text, message.in_reply_to) == (True, "Never again!", "1_3")
    with clock.frozen(clock.now() + timedelta(days=9)):
        replies.reply(by=act(agent), ticket=message.ticket, body="We are sorry.", public=True, sure=True)
        sent_after()
    (asked,) = [one for one in place.asked if one.method == "POST"]
    last = "replies" if inbox.kind == "instagram" else "comments"
    assert (asked.path, asked.data) == (f"/v24.0/3_5/{last}", {"message": "We are sorry."})


def test_a_comment_opens_no_window_but_for_one_private_answer(either: Net, agent: User, act: Acts) -> None:
    place, inbox = either
    taken(inbox, comment(inbox))
    ticket = Ticket.objects.get()
    replies.reply(by=act(agent), ticket=ticket, body="Tell us your number, please.")
    sent_after()
    (asked,) = place.calls("/messages")
    assert (asked.data["recipient"], "tag" in asked.data) == ({"comment_id": "3_5"}, False)
    with clock.frozen(clock.now() + timedelta(days=8)), pytest.raises(Conflict):
        replies.reply(by=act(agent), ticket=ticket, body="Hello?")
    assert Message.objects.filter(kind="out").count() == 1


def test_what_becomes_of_a_comment_is_shown_and_ours_makes_no_ticket(messenger: Net) -> None:
    _, inbox = messenger
    taken(inbox, comment(inbox, who=PAGE))
    assert not Ticket.objects.exists()
    taken(inbox, comment(inbox), comment(inbox, "Once more?", verb="edited"), comment(inbox, verb="remove"))
    kinds = list(MessageChange.objects.order_by("id").values_list("kind", flat=True))
    assert (kinds, Message.objects.get().text) == (["edited", "deleted"], "Once more?")


def test_recommendations_visitors_posts_and_mentions_are_voices_too(messenger: Net) -> None:
    _, inbox = messenger
    who = {"id": "44444444444444", "name": "Omid"}
    rating = {"verb": "add", "reviewer_id": "55555555555555", "reviewer_name": "Sara", "open_graph_story_id": "9"}
    rows = [
        change("feed", item="status", verb="add", post_id="1_7", message="Closed again?", **{"from": who}),
        change("ratings", item="rating", recommendation_type="NEGATIVE", review_text="Cold food", **rating),
        change("mention", item="post", verb="add", post_id="8", sender_id="66666666666666", message="Try @us"),
        change("feed", item="reaction", verb="add", post_id="1_7", **{"from": who}),
    ]
    taken(inbox, entry("changes", *rows))
    assert set(Message.objects.values_list("text", "is_public")) == {
        ("Closed again?", True),
        ("👎\nCold food", True),
        ("Try @us", True),
    }


def test_connecting_has_the_page_tell_the_app(either: Net) -> None:
    place, inbox = either
    assert voiceboxes.connect(by=SYSTEM, inbox=inbox).ok
    assert "messages" in place.calls("/subscribed_apps")[0].data["subscribed_fields"]
    place.answer = lambda asked: Answered(400, {"error": {"code": 190, "message": "expired"}})
    assert voiceboxes.connect(by=SYSTEM, inbox=inbox).cause == "sign_in"


@pytest.mark.parametrize(("most", "in_bytes"), [(20, False), (21, True)])
def test_long_words_are_cut_between_words_and_nothing_is_lost(most: int, in_bytes: bool) -> None:
    text = "سلام، سفارش من هنوز نرسیده است و کسی پاسخ نمی‌دهد " * 3
    found = pieces(text, most, in_bytes=in_bytes)
    assert " ".join(found).split() == text.split()
    assert all(len(one.encode() if in_bytes else one) <= most for one in found)


def test_one_event_that_names_nobody_is_set_aside_alone(either: Net) -> None:
    _, inbox = either
    taken(
        inbox, entry("messaging", said(), {"message": {"mid": "m_2", "text": "Who?"}}, {"message_edit": {"text": "x"}})
    )
    assert Message.objects.get().text == "Where is it?"
    assert RawInbound.objects.filter(state="quarantined").count() == 2


def test_an_echo_that_overtakes_the_record_of_our_answer_makes_no_second_one(
    instagram: Net, agent: User, act: Acts
) -> None:
    place, inbox = instagram
    taken(inbox, entry("messaging", said()))
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")

    echo = {"mid": "m_own", "text": "On its way.", "is_echo": True}
    told = entry("messaging", {"sender": {"id": PAGE}, "recipient": {"id": MINA}, "message": echo})
    (data,) = Instagram().split(ProviderRequest("instagram", json.dumps(told).encode()), {})
    ours = Instagram().parse(data, clock.now())
    place.answer = lambda asked: Answered(data={"recipient_id": MINA, "message_id": "m_own"})
    copy = Delivery.objects.get()
    copy.next_at = clock.now() + timedelta(seconds=90)
    copy.save(update_fields=["next_at"])
    with pytest.raises(voices.NotYet), transaction.atomic():
        voices.take(ours, inbox)
    sent_after(120)
    assert copy.external.get().external_id == "m_own"
    voices.take(ours, inbox)
    assert Message.objects.filter(kind="out").count() == 1
