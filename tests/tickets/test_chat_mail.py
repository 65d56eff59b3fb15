"""A chat answer that nobody read leaves by mail, once, and its answer comes back into the same conversation."""

from datetime import timedelta
from typing import Any

import pytest

from customers import actions as customer_actions
from customers.rules.identity import Handle
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import Post
from tests.support.chats import answer, chat
from tests.tickets.conftest import Sent
from tests.tickets.test_returned import arrive, bounce
from tickets import guestlinks, tokens
from tickets.actions import chatmail, inboxes, removal, suspensions
from tickets.models import Conversation, Delivery, Inbox, Message, Notice, Participant, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
NINA = "nina@example.org"


@pytest.fixture
def widget(team: Team) -> Inbox:
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)


@pytest.fixture
def talk(widget: Inbox, inbox: Inbox, agent: User) -> Conversation:
    """Nina, who claims an address, has been talking with Sara and is gone for an hour."""
    made = chat(widget, agent=agent, name="Nina", email=NINA)
    silent(made)
    return made


def silent(talk: Conversation) -> None:
    """The visitor's page has not been heard of for an hour."""
    for row in (talk, talk.visitor):
        type(row)._default_manager.filter(pk=row.pk).update(seen_at=clock.now() - timedelta(hours=1))


def later(**ahead: int) -> Any:
    return clock.frozen(clock.now() + timedelta(**ahead))


def mailed(work: Any, **ahead: int) -> None:
    """All that is due by then has been done, the sending too."""
    work()
    with later(**(ahead or {"minutes": 4})):
        work()
        work()


def test_it_leaves_after_three_minutes_under_the_message_that_it_is(
    talk: Conversation, agent: User, work: Any, sent: Sent
) -> None:
    message = answer(talk, agent, "The red one is in stock.")
    mailed(work, minutes=2)
    assert list(sent) == []
    mailed(work)
    mailed(work, hours=1)
    (mail,) = sent
    copy = message.deliveries.get()
    assert (mail.recipient, copy.state, Message.objects.count()) == (NINA, "sent", 2)
    assert "The red one is in stock." in mail.text
    assert "Is anybody there?" not in mail.text + mail.subject
    assert "Nina" not in mail.recipient_name + mail.text + mail.subject
    assert mail.sender == "support@desk.example"
    assert tokens.read_reply_address(mail.reply_to) == copy.participant_id


def test_several_answers_leave_in_one_mail(
    talk: Conversation, agent: User, teammate: User, work: Any, sent: Sent
) -> None:
    for text in ("Red is gone.", "Blue is here.", "Shall I keep one?"):
        answer(talk, agent, text)
    answer(talk, teammate, "Or green?")
    mailed(work)
    (mail,) = sent
    places = [
        mail.text.index(text) for text in ("Red is gone.", "Blue is here.", "Shall I keep one?", "Ali:\nOr green?")
    ]
    assert places == sorted(places)
    answer(talk, agent, "Still there?")
    mailed(work)
    assert len(sent) == 2
    assert "Still there?" in sent[1].text
    assert "Blue" not in sent[1].text
    assert (sent[1].subject, sent[1].in_reply_to) == (mail.subject, mail.header_id)


def test_three_minutes_count_from_the_first_unread_answer(
    talk: Conversation, agent: User, work: Any, sent: Sent
) -> None:
    answer(talk, agent, "One.")
    with later(minutes=2):
        answer(talk, agent, "Two.")
        work()
    with later(minutes=3, seconds=1):
        work()
        work()
    assert len(sent) == 1


def test_who_has_read_it_gets_no_mail(talk: Conversation, agent: User, work: Any, sent: Sent) -> None:
    message = answer(talk, agent, "Hello.")
    Conversation.objects.filter(pk=talk.pk).update(visitor_seq=message.seq)
    mailed(work)
    assert (list(sent), Delivery.objects.count(), Participant.objects.count()) == ([], 0, 0)


def test_who_is_reading_right_now_gets_no_mail(talk: Conversation, agent: User, work: Any, sent: Sent) -> None:
    message = answer(talk, agent, "Hello.")
    work()
    with later(minutes=3, seconds=5):
        Conversation.objects.filter(pk=talk.pk).update(seen_at=clock.now())
        work()
        Conversation.objects.filter(pk=talk.pk).update(visitor_seq=message.seq)
    mailed(work, minutes=20)
    assert list(sent) == []


def test_an_open_tab_that_nobody_reads_does_not_hold_it_back_for_ever(
    talk: Conversation, agent: User, work: Any, sent: Sent
) -> None:
    answer(talk, agent, "Hello.")
    work()
    for minute in range(3, 12):
        with later(minutes=minute):
            Conversation.objects.filter(pk=talk.pk).update(seen_at=clock.now())
            work()
            work()
    assert len(sent) == 1


@pytest.mark.parametrize("state", [{"wants_mail": True}, {"state": "ended", "ended_at": clock.now()}])
def test_to_whoever_has_gone_for_good_it_leaves_at_once(
    talk: Conversation, agent: User, work: Any, sent: Sent, state: dict[str, Any]
) -> None:
    Conversation.objects.filter(pk=talk.pk).update(**state)
    answer(talk, agent, "Hello.")
    mailed(work, seconds=1)
    assert len(sent) == 1


def test_without_an_address_nothing_leaves(widget: Inbox, inbox: Inbox, agent: User, work: Any, sent: Sent) -> None:
    answer(chat(widget, agent=agent), agent, "Hello.")
    mailed(work)
    assert (list(sent), Delivery.objects.count()) == ([], 0)


def test_our_own_address_is_never_written_to(widget: Inbox, inbox: Inbox, agent: User, work: Any, sent: Sent) -> None:
    talk = chat(widget, agent=agent, email=tokens.reply_address(inbox.address, 7))
    silent(talk)
    answer(talk, agent, "Hello.")
    mailed(work)
    assert (list(sent), Participant.objects.count()) == ([], 0)


def test_a_vouched_for_visitor_is_written_to_at_their_customers_proven_address(
    widget: Inbox, inbox: Inbox, agent: User, work: Any, sent: Sent
) -> None:
    talk = chat(widget, agent=agent, identity="verified", external_id="42", name="Nina")
    silent(talk)
    customer_actions.add_handle(
        by=SYSTEM, customer=talk.visitor.customer, handle=Handle("email", "n@x.org"), verified=True
    )
    answer(talk, agent, "Hello.")
    mailed(work)
    assert [(mail.recipient, mail.recipient_name) for mail in sent] == [("n@x.org", "Nina")]


def test_the_mail_speaks_the_visitors_language(widget: Inbox, inbox: Inbox, agent: User, work: Any, sent: Sent) -> None:
    talk = chat(widget, agent=agent, email=NINA, language="fa")
    silent(talk)
    answer(talk, agent, "موجود است.")
    mailed(work)
    (mail,) = sent
    assert mail.language == "fa"
    assert "گفت‌وگو" in mail.subject
    assert "/fa/t/" in mail.text


def test_it_leaves_by_the_inbox_that_the_widget_names(
    talk: Conversation, widget: Inbox, agent: User, work: Any, sent: Sent
) -> None:
    other = inboxes.create_inbox(by=SYSTEM, kind="email", name="Help", settings={"address": "help@desk.example"})
    Inbox.objects.filter(pk=widget.pk).update(settings={"mail_inbox": other.pk})
    message = answer(talk, agent, "Hello.")
    mailed(work)
    assert sent[0].sender == "help@desk.example"
    assert message.deliveries.get().header_id.endswith("@desk.example>")


def reply_to_it(post: Post, mail: Any, sender: str = NINA, **more: str) -> Message:
    return post.send("Yes, keep one.", sender=sender, to=mail.reply_to, In_Reply_To=mail.header_id, **more)


def test_the_answer_by_mail_comes_back_into_the_same_conversation(
    talk: Conversation, agent: User, work: Any, sent: Sent, post: Post
) -> None:
    answer(talk, agent, "Shall I keep one?")
    mailed(work)
    back = reply_to_it(post, sent[0])
    talk.refresh_from_db()
    assert (back.ticket, back.seq, back.held_at, Ticket.objects.count()) == (talk.ticket, 3, None, 1)
    assert talk.ticket.status != "resolved"
    mailed(work, hours=2)
    assert len(sent) == 1


def test_a_claimed_address_proves_nothing(talk: Conversation, agent: User, work: Any, sent: Sent, post: Post) -> None:
    answer(talk, agent, "Shall I keep one?")
    mailed(work)
    plain = post.send("About something else.", sender=NINA, subject="Hello")
    assert plain.ticket != talk.ticket
    assert plain.customer != talk.visitor.customer
    held = reply_to_it(post, sent[0], sender="mallory@evil.example")
    assert (held.ticket, held.held_at is not None) == (talk.ticket, True)


def test_a_machines_answer_sets_off_no_mail(talk: Conversation, agent: User, work: Any, sent: Sent, post: Post) -> None:
    post.inbox.settings = {"ack": True}
    post.inbox.save()
    answer(talk, agent, "Shall I keep one?")
    mailed(work)
    away = reply_to_it(post, sent[0], Auto_Submitted="auto-replied")
    mailed(work, days=1)
    assert (away.ticket, away.is_automatic, len(sent)) == (talk.ticket, True, 1)


def test_a_bounce_shows_on_the_ticket_and_tells_the_author(
    talk: Conversation, agent: User, inbox: Inbox, work: Any, sent: Sent
) -> None:
    message = answer(talk, agent, "Hello.")
    mailed(work)
    arrive(inbox, bounce(message.deliveries.get(), whom=NINA))
    mailed(work, hours=1)
    assert (message.deliveries.get().state, len(sent)) == ("failed", 1)
    assert Notice.objects.filter(user=agent, kind="failed").count() == 1
    assert suspensions.why(NINA) is not None


def test_what_was_erased_before_it_left_does_not_leave(
    talk: Conversation, lead: User, agent: User, act: Any, work: Any, sent: Sent
) -> None:
    first = answer(talk, agent, "The secret number.")
    answer(talk, agent, "Hello.")
    with later(minutes=4):
        chatmail.look(talk.pk)
        removal.remove(by=act(lead), message=first)
    mailed(work)
    assert ["secret" in mail.text for mail in sent] == [False]


def test_looking_twice_mails_once(talk: Conversation, agent: User, sent: Sent) -> None:
    answer(talk, agent, "Hello.")
    with later(minutes=4):
        assert chatmail.look(talk.pk) is not None
        assert chatmail.look(talk.pk) is None
    assert Delivery.objects.count() == 1


def test_the_link_opens_the_seat_that_it_was_sent_to(talk: Conversation, agent: User, work: Any, sent: Sent) -> None:
    answer(talk, agent, "Hello.")
    mailed(work)
    link = guestlinks.read(sent[0].text.partition("/en/t/")[2].partition("/")[0])
    assert link is not None
    assert Participant.objects.get(pk=link.seat_id).address == NINA


def test_who_names_another_address_ends_what_went_to_the_first(
    talk: Conversation, agent: User, work: Any, sent: Sent, post: Post
) -> None:
    answer(talk, agent, "Hello.")
    mailed(work)
    talk.visitor.email = "nina@new.example"
    talk.visitor.save()
    answer(talk, agent, "Still there?")
    mailed(work)
    assert [mail.recipient for mail in sent] == [NINA, "nina@new.example"]
    assert [seat.address for seat in talk.ticket.participants.all()] == ["nina@new.example"]
    assert reply_to_it(post, sent[0]).held_at is not None
    assert reply_to_it(post, sent[1], sender="nina@new.example").held_at is None
