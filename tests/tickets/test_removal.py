"""What was erased is nowhere any more; blocked senders' mail is kept as spam."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from customers.models import TimelineEntry
from helpdesk.accounts.models import User
from helpdesk.core import clock, files
from helpdesk.core.errors import Invalid, NotAllowed
from helpdesk.core.models import StoredFile
from tests.conftest import CUSTOMER, Post
from tickets.actions import blocks, raw, removal
from tickets.models import Attachment, BlockedSender, Inbox, Message, RawInbound, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
CARD = "6037-9911-2233-4455"


@pytest.fixture
def message(inbox: Inbox) -> Message:
    """A mail with a card number in its text and a picture of the card."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CUSTOMER, inbox.address, "My card"
    mail.set_content(f"My card is {CARD}, please pay me back.\n")
    mail.add_attachment(b"a picture of the card", maintype="image", subtype="png", filename="card.png")
    row = raw.take_in(inbox, mail.as_bytes())
    assert row is not None
    made = raw.process(row.pk)
    assert made is not None
    return made


def on_disk(settings) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(settings.FILES_DIR.rglob("*")) if path.is_file())


def test_a_removed_message_is_nowhere_any_more(message: Message, lead: User, act, work, settings) -> None:
    removal.remove(by=act(lead), message=message)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        for path in settings.FILES_DIR.rglob("*"):
            import os

            os.utime(path, (1, 1))
        work()
    message.refresh_from_db()
    assert (message.text, message.html, message.removed_by) == ("", "", lead)
    assert CARD not in str(list(TimelineEntry.objects.values_list("summary", flat=True))) + str(message.search)
    assert CARD.encode() not in on_disk(settings) and b"picture of the card" not in on_disk(settings)
    assert not Attachment.objects.exists()


def test_the_same_mail_does_not_come_back(message: Message, lead: User, act, inbox: Inbox) -> None:
    row = RawInbound.objects.get()
    data = files.read(row.file)
    removal.remove(by=act(lead), message=message)
    assert raw.take_in(inbox, data) is None
    assert StoredFile.objects.get(pk=row.file_id).size == 0


def test_a_passage_is_blackened_everywhere(message: Message, lead: User, act) -> None:
    removal.redact(by=act(lead), message=message, passage=CARD)
    message.refresh_from_db()
    assert message.text == f"My card is {removal.BLACK}, please pay me back."
    assert message.attachments.count() == 1
    assert CARD not in str(list(TimelineEntry.objects.values_list("summary", flat=True)))


def test_words_that_are_not_there_cannot_be_blackened(message: Message, lead: User, act) -> None:
    with pytest.raises(Invalid):
        removal.redact(by=act(lead), message=message, passage="1234")
    before = message.text
    message.refresh_from_db()
    assert message.text == before


def test_one_file_goes_and_the_message_stays(message: Message, lead: User, act) -> None:
    removal.remove_file(by=act(lead), attachment=message.attachments.get())
    message.refresh_from_db()
    assert (message.attachments.count(), CARD in message.text) == (0, True)


def test_an_agent_may_not_erase(message: Message, agent: User, act) -> None:
    with pytest.raises(NotAllowed):
        removal.remove(by=act(agent), message=message)
    message.refresh_from_db()
    assert (message.removed_at, message.attachments.count()) == (None, 1)


@pytest.mark.parametrize("pattern", [CUSTOMER, "@example.com", " Narges@Example.com "])
def test_a_blocked_senders_mail_is_kept_as_spam(pattern: str, post: Post, agent: User, act) -> None:
    blocks.block(by=act(agent), pattern=pattern)
    blocks.block(by=act(agent), pattern=pattern)
    ticket = post.send().ticket
    assert (ticket.status, ticket.waiting_since) == ("spam", None)
    blocks.unblock(by=act(agent), pattern=pattern)
    assert post.send("again", subject="again").ticket.status == "new"


@pytest.mark.parametrize("pattern", ["", "nobody", "@", "@desk.example", "support@desk.example"])
def test_nonsense_and_our_own_addresses_cannot_be_blocked(pattern: str, inbox: Inbox, agent: User, act) -> None:
    with pytest.raises(Invalid):
        blocks.block(by=act(agent), pattern=pattern)
    assert not BlockedSender.objects.exists() and not Ticket.objects.exists()
