"""A conversation to keep: what the customer may read, in their language, as a page, a text, or a mail."""

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, TooMany
from helpdesk.core.models import OutboxEvent
from helpdesk.core.rules.dates import MONTHS
from tests.support.chats import answer, chat
from tests.tickets.conftest import Sent
from tickets.actions import inboxes, messages, removal, replies, transcripts
from tickets.actions.transcripts import A_CHAT
from tickets.envelopes import InboundAttachment
from tickets.models import Conversation, Inbox, Message
from tickets.queries import transcripts as texts

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
NINA = "nina@example.org"


@pytest.fixture
def talk(team: Team, inbox: Inbox, agent: User, act: Any) -> Conversation:
    """Nina asked, Sara answered; then there is what Nina must not see."""
    widget = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)
    made = chat(widget, "<b>Red</b> or blue?", agent=agent, name="Nina", email=NINA)
    given = answer(made, agent, "Blue. «آبی»")
    messages.attach(given, [InboundAttachment("price <list>.pdf", "application/pdf", b"%PDF-1.4")])
    replies.note(by=act(agent), ticket=made.ticket, body="canary-note")
    for field in ("held_at", "withdrawn_at"):
        message = answer(made, agent, f"canary-{field}")
        kind = "in" if field == "held_at" else "out"
        Message.objects.filter(pk=message.pk).update(**{field: clock.now(), "kind": kind})
    Message.objects.filter(pk=answer(made, agent, "canary-forward").pk).update(mail_kind="forward")
    Message.objects.filter(pk=answer(made, agent, "canary-bounce").pk).update(kind="in", is_automatic=True)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("form", ["html", "txt"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_it_holds_what_was_said_and_nothing_else(talk: Conversation, language: str, form: str) -> None:
    text = texts.of(talk, language, form)
    assert "canary" not in text
    for words in ("Red", "Blue. «آبی»", "Nina", "Sara", ".pdf"):
        assert words in text
    assert text.index("Red") < text.index("Blue")


def test_the_page_carries_no_markup_of_anybodys(talk: Conversation) -> None:
    page = texts.of(talk, "en", "html")
    assert "&lt;b&gt;Red&lt;/b&gt;" in page
    assert "price &lt;list&gt;.pdf" in page
    assert "<script" not in page
    assert '<html lang="en" dir="ltr">' in page


def test_in_persian_dates_are_jalali_and_lines_run_right_to_left(talk: Conversation) -> None:
    page, plain = (texts.of(talk, "fa", form) for form in ("html", "txt"))
    assert '<html lang="fa" dir="rtl">' in page
    assert any(month in plain for month in MONTHS["fa", "jalali"])
    assert not any(month in plain for month in MONTHS["fa", "gregorian"])
    assert "گفت‌وگوی شما با Shop" in plain


def test_erased_words_and_their_files_are_gone(talk: Conversation, lead: User, act: Any) -> None:
    removal.remove(by=act(lead), message=talk.ticket.messages.get(seq=2))
    text = texts.of(talk, "en", "txt")
    assert "Blue" not in text
    assert ".pdf" not in text
    assert "This message was removed." in text


def test_it_takes_the_same_few_queries_however_long(
    talk: Conversation, agent: User, django_assert_num_queries: Any
) -> None:
    for number in range(20):
        answer(talk, agent, f"Line {number}")
    found = Conversation.objects.select_related("ticket__inbox", "inbox").get(pk=talk.pk)
    with django_assert_num_queries(4):
        texts.of(found, "en", "html")


def mailed(work: Any) -> None:
    work()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work()


def test_it_is_mailed_once_to_the_address_they_gave(talk: Conversation, work: Any, sent: Sent) -> None:
    Conversation.objects.filter(pk=talk.pk).update(visitor_seq=99)
    assert transcripts.mail(conversation=talk, email="Nina@Example.org", language="fa") == NINA
    mailed(work)
    (mail,) = sent
    assert (mail.recipient, mail.automatic, mail.language, mail.reply_to) == (NINA, True, "fa", "")
    assert "Blue" in mail.text
    assert mail.attachments[0].data.startswith(b"<!doctype html>")
    assert Message.objects.filter(ticket=talk.ticket, text__contains="Here is what we said").count() == 0


def test_a_repeat_after_a_crash_has_the_same_id(talk: Conversation, sent: Sent) -> None:
    transcripts.mail(conversation=talk, email=NINA, language="en")
    payload = OutboxEvent.objects.get(name="chat.transcript").payload
    transcripts.send(payload)
    transcripts.send(payload)
    assert sent[0] == sent[1]


def test_a_strangers_address_gets_nothing(talk: Conversation, work: Any, sent: Sent) -> None:
    for address in ("mallory@evil.example", "no address", ""):
        with pytest.raises(Invalid):
            transcripts.mail(conversation=talk, email=address, language="en")
    mailed(work)
    assert list(sent) == []


def test_before_anybody_has_answered_nothing_is_mailed(team: Team, inbox: Inbox) -> None:
    widget = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)
    with pytest.raises(Conflict):
        transcripts.mail(conversation=chat(widget, email=NINA), email=NINA, language="en")
    assert not OutboxEvent.objects.filter(name="chat.transcript").exists()


def test_it_is_mailed_three_times_a_day_at_most(talk: Conversation) -> None:
    for _ in range(A_CHAT):
        transcripts.mail(conversation=talk, email=NINA, language="en")
    with pytest.raises(TooMany):
        transcripts.mail(conversation=talk, email=NINA, language="en")
    assert OutboxEvent.objects.filter(name="chat.transcript").count() == A_CHAT


def vouched(
    talk: Conversation, *, proven: bool = True, identity: str = "verified", wanted: bool = True
) -> Conversation:
    """Nina as her shop vouches for her, with an address that has answered us or not; the chat is over."""
    talk.inbox.settings = {"mail_transcript": wanted}
    talk.inbox.save(update_fields=["settings"])
    visitor = talk.visitor
    visitor.identity, visitor.external_id = identity, "n-1"
    visitor.save(update_fields=["identity", "external_id"])
    proof = clock.now() if proven else None
    kept = {"kind": "email", "value": "nina@work.example", "verified_at": proof, "created_at": clock.now()}
    visitor.customer.identities.create(**kept)
    talk.state, talk.ended_at = "ended", clock.now()
    talk.save(update_fields=["state", "ended_at"])
    return talk


def test_at_the_end_it_goes_by_itself_once_to_the_proven_address(talk: Conversation) -> None:
    over = vouched(talk)
    assert transcripts.by_itself(over.pk) == "nina@work.example"
    assert transcripts.by_itself(over.pk) == ""
    sent = OutboxEvent.objects.get(name="chat.transcript")
    assert sent.payload["address"] == "nina@work.example"


@pytest.mark.parametrize(
    "but", [{"proven": False}, {"identity": "claimed"}, {"identity": "anonymous"}, {"wanted": False}]
)
def test_at_the_end_nothing_goes_to_an_address_that_is_only_said(talk: Conversation, but: dict[str, Any]) -> None:
    assert transcripts.by_itself(vouched(talk, **but).pk) == ""
    assert not OutboxEvent.objects.filter(name="chat.transcript").exists()


def test_at_the_end_nothing_goes_when_nobody_has_answered(talk: Conversation) -> None:
    over = vouched(talk)
    over.ticket.messages.filter(kind="out").delete()
    assert transcripts.by_itself(over.pk) == ""
    assert not OutboxEvent.objects.filter(name="chat.transcript").exists()


def test_a_chat_that_goes_on_sends_none(talk: Conversation) -> None:
    over = vouched(talk)
    Conversation.objects.filter(pk=over.pk).update(state="live", ended_at=None)
    assert transcripts.by_itself(over.pk) == ""
