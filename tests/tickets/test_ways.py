"""Whether and how one may write is known before the first letter, and holds when it is sent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers import actions as customers
from customers.rules.identity import Handle
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from tickets.actions import inboxes, replies, voices
from tickets.happenings import Changed, Far, Fate, PeerNews, Said
from tickets.models import Delivery, Inbox, Message, Participant, Peer, Template, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
LATE = timedelta(hours=25)


@pytest.fixture
def whatsapp(team: Team, inbox: Inbox) -> Inbox:
    return inboxes.create_inbox(by=SYSTEM, kind="whatsapp", name="Shop", team=team)


@pytest.fixture
def narges(whatsapp: Inbox) -> Ticket:
    """She has asked by WhatsApp."""
    voices.take(Said("wamid.1", "989121234567", "Narges", "Where is my order?"), whatsapp)
    return Ticket.objects.get(channel="whatsapp")


def approve(inbox: Inbox, body: str = "Hello {{1}}, your order {{2}} is here.") -> Template:
    return Template.objects.create(inbox=inbox, name="order_here", language="en", body=body)


def page(client: Client, user: User, ticket: Ticket, **more: Any) -> str:
    client.force_login(user)
    return client.get(f"/desk/t/{ticket.number}/", more).content.decode()


def send(client: Client, ticket: Ticket, **given: Any) -> int:
    return client.post(f"/desk/t/{ticket.number}/reply/", given).status_code


def test_while_the_window_is_open_words_are_taken(client: Client, agent: User, narges: Ticket) -> None:
    text = page(client, agent, narges)
    assert "Open until" in text and "Each message costs" in text and "readonly" not in text
    assert send(client, narges, body="On its way.", channel="whatsapp") == 302
    copy = Delivery.objects.get()
    assert (copy.peer, copy.message.channel) == (Peer.objects.get(), "whatsapp")


def test_when_it_has_closed_the_box_says_so_before_one_types(client: Client, agent: User, narges: Ticket) -> None:
    approve(narges.peers.get().inbox)
    with clock.frozen(clock.now() + LATE):
        text = page(client, agent, narges)
        assert "readonly" in text and "The time to answer here is over" in text and "order_here" in text
        assert send(client, narges, body="On its way.", channel="whatsapp") == 409
    assert not Message.objects.filter(kind="out").exists()


def test_an_approved_template_is_sent_filled_in(client: Client, agent: User, narges: Ticket) -> None:
    row = approve(narges.peers.get().inbox)
    client.force_login(agent)
    given = {"channel": "whatsapp", "template": row.pk, f"v{row.pk}-1": "Narges"}
    with clock.frozen(clock.now() + LATE):
        assert send(client, narges, **given) == 422
        assert not Message.objects.filter(kind="out").exists()
        assert send(client, narges, **given, **{f"v{row.pk}-2": "12"}) == 302
    message = Message.objects.get(kind="out")
    assert message.text == "Hello Narges, your order 12 is here."
    use = message.deliveries.get().envelope["template"]
    assert (use["name"], use["language"], use["values"]) == ("order_here", "en", ["Narges", "12"])


def test_a_template_of_another_inbox_or_unapproved_is_none(client: Client, agent: User, narges: Ticket) -> None:
    row = approve(narges.peers.get().inbox)
    Template.objects.filter(pk=row.pk).update(state="pending", body="Hello.")
    client.force_login(agent)
    assert send(client, narges, channel="whatsapp", template=row.pk) == 404
    assert not Message.objects.filter(kind="out").exists()


def test_who_closed_the_door_is_not_written_to(agent: User, act: Acts, narges: Ticket, whatsapp: Inbox) -> None:
    voices.take(PeerNews("989121234567", "stopped", "STOP"), whatsapp)
    with pytest.raises(Conflict) as refused:
        replies.reply(by=act(agent), ticket=narges, body="Hello?", channel="whatsapp")
    assert (refused.value.code, refused.value.facts["why"]) == ("window_closed", "stopped")
    assert not Message.objects.filter(kind="out").exists()


def test_the_other_way_is_one_key_away_and_goes_by_mail(client: Client, agent: User, narges: Ticket) -> None:
    customers.add_handle(by=SYSTEM, customer=narges.customer, handle=Handle("email", "narges@example.com"))
    with clock.frozen(clock.now() + LATE):
        assert 'data-key="w"' in page(client, agent, narges)
        assert "readonly" not in page(client, agent, narges, way="email")
        assert send(client, narges, body="By mail, then.", channel="email") == 302
    copy = Delivery.objects.get()
    assert (copy.address, copy.peer, copy.message.channel) == ("narges@example.com", None, "email")
    assert Participant.objects.get(ticket=narges).address == "narges@example.com"


def test_we_may_begin_by_text_message_where_a_number_is_known(
    agent: User, act: Acts, narges: Ticket, team: Team
) -> None:
    inboxes.create_inbox(by=SYSTEM, kind="sms", name="Texts", team=team)
    customers.add_handle(by=SYSTEM, customer=narges.customer, handle=Handle("phone", "+989121234567"))
    replies.reply(by=act(agent), ticket=narges, body="A text.", channel="sms")
    peer = Peer.objects.get(inbox__kind="sms")
    assert (peer.address, peer.ticket, Delivery.objects.get().peer) == ("+989121234567", narges, peer)


@pytest.mark.parametrize(("language", "words"), [("en", "70 of any other script"), ("fa", "۷۰ نویسهٔ فارسی")])
def test_what_a_text_message_holds_stands_beside_its_way(
    client: Client, agent: User, team: Team, language: str, words: str
) -> None:
    box = inboxes.create_inbox(by=SYSTEM, kind="sms", name="Texts", team=team)
    voices.take(Said("SM1", "+989121234567", text="Hello"), box)
    agent.language = language
    agent.save()
    shown = page(client, agent, Ticket.objects.get())
    assert words in shown and "data-segments" in shown


def test_a_channel_that_reaches_nobody_is_refused(agent: User, act: Acts, narges: Ticket) -> None:
    with pytest.raises(Conflict) as refused:
        replies.reply(by=act(agent), ticket=narges, body="Hello", channel="telegram")
    assert refused.value.code == "no_way"
    assert not Message.objects.filter(kind="out").exists()


def test_what_became_of_a_message_is_shown(client: Client, agent: User, whatsapp: Inbox, narges: Ticket) -> None:
    who = ("989121234567", "Narges")
    photos = [Said(f"wamid.a{n}", *who, album="a1", files=(Far("image", place={"id": n}),)) for n in range(3)]
    for happening in (
        Changed("e1", "wamid.1", "edited", "Where is my parcel?"),
        Changed("r1", "wamid.1", "reaction", "👍", by_name="Narges"),
        *photos,
        Said("wamid.2", *who, "Secret"),
        Changed("d1", "wamid.2", "deleted"),
        Said("wamid.3", *who, "", unsupported="poll"),
        Said("wamid.4", *who, "Nice!", is_public=True),
    ):
        voices.take(happening, whatsapp)
    text = page(client, agent, narges)
    for words in (
        "Where is my order?",
        "Where is my parcel?",
        "👍",
        "They deleted this message",
        "[poll]",
        "Open it in WhatsApp",
    ):
        assert words in text
    assert text.count("goes-on") == 2 and text.count("is being fetched") == 3
    assert "Everyone can read this" in text


def test_receipts_only_move_forward(agent: User, act: Acts, whatsapp: Inbox, narges: Ticket) -> None:
    replies.reply(by=act(agent), ticket=narges, body="On its way.")
    copy = Delivery.objects.get()
    copy.external.create(inbox=whatsapp, external_id="wamid.out", message=copy.message)
    Delivery.objects.update(state="sent", sent_at=clock.now())
    seen = []
    for state in ("delivered", "read", "delivered", "sent"):
        voices.take(Fate(state, "wamid.out"), whatsapp)
        seen.append(Delivery.objects.get().state)
    assert seen == ["delivered", "read", "read", "read"]


def test_an_answer_that_all_can_read_is_confirmed_first(client: Client, agent: User, team: Team) -> None:
    page_of_ours = inboxes.create_inbox(by=SYSTEM, kind="instagram", name="Shop", team=team)
    voices.take(Said("c1", "17841400000000001", "Mina", "Bad service!", is_public=True), page_of_ours)
    ticket = Ticket.objects.get(channel="instagram")
    client.force_login(agent)
    given = {"body": "We are sorry.", "channel": "instagram", "public": "1"}
    answer = client.post(f"/desk/t/{ticket.number}/reply/", given)
    assert answer.status_code == 409 and "Everybody who sees the post" in answer.content.decode()
    assert not Message.objects.filter(kind="out").exists()
    assert send(client, ticket, **given, sure="1") == 302
    assert Message.objects.get(kind="out").is_public
