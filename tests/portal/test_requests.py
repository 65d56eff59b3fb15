"""Asking, answering, saying whether it is solved, keeping a copy; and what we owe, said honestly."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from customers.models import Customer, Identity, PortalSession
from helpdesk import wiring
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Holiday, Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core import files as stored
from helpdesk.core.models import OutboxEvent
from tests.conftest import CUSTOMER, Post
from tests.portal.conftest import link_in, mails
from tests.tickets.conftest import Sent
from tickets.actions import blocks, inboxes, lifecycle, replies
from tickets.models import Inbox, Message, Ticket
from tickets.views.portal.places import Line

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
HOURS = {day: [["09:00", "17:00"]] for day in ("sat", "sun", "mon", "tue", "wed")}
# Wednesday 25 November 2026, 12:00 in Tehran.
WEDNESDAY = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


@pytest.fixture
def sara(agent: User) -> Any:
    return actor_of(agent)


def url(ticket: Ticket, tail: str = "") -> str:
    return f"/en/requests/{ticket.number}/{tail}"


def answered(by: Any, ticket: Ticket, *, resolve: bool = False) -> None:
    with clock.frozen(clock.now() - timedelta(minutes=1)):
        replies.reply(by=by, ticket=ticket, body="Done", resolve=resolve)


def test_what_one_adds_is_our_turn_again(narges: Client, ticket: Ticket, sara: Any) -> None:
    answered(sara, ticket, resolve=True)
    files = [SimpleUploadedFile("note.txt", b"Some text", "text/plain")]
    answer = narges.post(url(ticket, "reply/"), {"body": "Still broken", "client_id": "a1", "files": files})
    message = Message.objects.get(text="Still broken")
    assert answer["Location"] == f"{url(ticket)}?sent#m-{message.pk}"
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_at, ticket.waiting_since is not None) == ("open", None, True)
    assert (message.channel, message.kind, message.from_address) == ("portal", "in", CUSTOMER)
    assert message.attachments.count() == 1 and not message.deliveries.exists()
    assert ticket.assignee_id == sara.user_id, "the same agent has it"


def test_sent_twice_it_is_there_once(narges: Client, ticket: Ticket) -> None:
    places = {narges.post(url(ticket, "reply/"), {"body": "Once", "client_id": "same"})["Location"] for _ in range(3)}
    assert len(places) == 1 and Message.objects.filter(text="Once").count() == 1
    narges.post(url(ticket, "reply/"), {"body": "Once", "client_id": "other"})
    assert Message.objects.filter(text="Once").count() == 2


@pytest.mark.parametrize("given", [{"body": ""}, {"body": " \n "}, {"body": "x" * 50_001}])
def test_what_cannot_be_sent_is_said_and_kept(narges: Client, ticket: Ticket, given: dict[str, str]) -> None:
    answer = narges.post(url(ticket, "reply/"), given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "<title>Error:" in page and 'href="#id_body"' in page
    assert given["body"].strip() in page
    assert ticket.messages.count() == 1


def test_too_many_files_are_refused_whole(narges: Client, ticket: Ticket) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", b"x", "text/plain") for n in range(6)]
    answer = narges.post(url(ticket, "reply/"), {"body": "Many", "files": files})
    assert answer.status_code == 422 and ticket.messages.count() == 1
    assert "Many" in answer.content.decode()


def test_a_photo_tells_no_place(narges: Client, ticket: Ticket) -> None:
    photo, out = Image.new("RGB", (40, 30), "red"), BytesIO()
    exif = photo.getexif()
    exif[0x010E] = "CANARY-PLACE"
    photo.save(out, "JPEG", exif=exif)
    assert b"CANARY-PLACE" in out.getvalue()
    files = [SimpleUploadedFile("me.jpg", out.getvalue(), "image/jpeg")]
    assert narges.post(url(ticket, "reply/"), {"body": "Me", "files": files}).status_code == 302
    kept = Message.objects.get(text="Me").attachments.get()
    assert kept.content_type == "image/jpeg" and b"CANARY-PLACE" not in stored.read(kept.file)


def test_solved_is_the_customers_own_word(narges: Client, ticket: Ticket, sara: Any) -> None:
    answered(sara, ticket, resolve=True)
    page = narges.get(url(ticket)).content.decode()
    assert "We think this is solved. Is it?" in page
    for _ in range(2):
        assert narges.post(url(ticket, "solved/"), {"solved": "yes"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.is_confirmed and ticket.status == "resolved"
    assert "You told us that this is solved." in narges.get(url(ticket)).content.decode()


def test_not_solved_reopens_to_the_same_agent_with_more_weight(narges: Client, ticket: Ticket, sara: Any) -> None:
    answered(sara, ticket, resolve=True)
    before = OutboxEvent.objects.filter(name="ticket.reopened").count()
    for _ in range(2):
        narges.post(url(ticket, "solved/"), {"solved": "no"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.assignee_id) == ("open", "high", sara.user_id)
    assert ticket.resolved_at is None and ticket.waiting_since is not None
    assert OutboxEvent.objects.filter(name="ticket.reopened").count() == before
    assert "It is our turn." in narges.get(url(ticket)).content.decode()


def test_an_open_matter_can_be_called_solved(narges: Client, ticket: Ticket) -> None:
    narges.post(url(ticket, "solved/"), {"solved": "yes"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since, ticket.is_confirmed) == ("resolved", None, True)


def test_reading_changes_nothing(narges: Client, ticket: Ticket) -> None:
    version = ticket.version
    for path in ("solved/", "reply/"):
        assert narges.get(url(ticket, path)).status_code == 405
    for path in ("", "news/", "transcript/txt/"):
        narges.get(url(ticket, path))
    ticket.refresh_from_db()
    assert ticket.version == version


# --- a new request ------------------------------------------------------------------------------------------------


def ask(client: Client, language: str = "en", **given: Any) -> Any:
    form = {"subject": "Do you ship?", "body": "To Shiraz", "client_id": str(uuid.uuid4())}
    return client.post(f"/{language}/requests/new/", {**form, **given})


def test_a_signed_in_customer_asks(narges: Client, customer: Customer, inbox: Inbox) -> None:
    form = str(uuid.uuid4())
    answers = [ask(narges, client_id=form, address="other@example.com") for _ in range(2)]
    ticket = Ticket.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/en/requests/{ticket.number}/?sent"}
    assert (ticket.customer, ticket.channel, ticket.team, ticket.status) == (customer, "portal", inbox.team, "new")
    assert ticket.participants.get().address == CUSTOMER and ticket.waiting_since is not None
    assert [text for text in mails(CUSTOMER) if "/t/" in text] == []


def test_a_guest_asks_and_gets_the_way_by_mail_alone(client: Client, inbox: Inbox) -> None:
    answer = ask(client, "fa", address="New.Guest@Example.com")
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/fa/requests/sent/{ticket.number}/"
    page = client.get(answer["Location"]).content.decode()
    assert "example.com" not in page and "/t/" not in page
    assert ticket.participants.get().address == "new.guest@example.com" and ticket.customer.language == "fa"
    text = mails("new.guest@example.com")[0]
    assert "Shiraz" not in text and "ship" not in text and "درخواست" in text
    assert client.get("/fa/requests/").status_code == 302, "asking signs nobody in"
    assert "To Shiraz" in client.get(link_in("new.guest@example.com")).content.decode()


def test_an_answer_reaches_the_guest_by_mail(
    client: Client, inbox: Inbox, agent: User, work: Callable[[], Any], sent: Sent
) -> None:
    ask(client, address="guest@example.com")
    reply = replies.reply(by=actor_of(agent), ticket=Ticket.objects.get(), body="Yes, we do")
    assert (reply.channel, reply.deliveries.get().address) == ("email", "guest@example.com")
    page = client.get(link_in("guest@example.com")).content.decode()
    assert "Yes, we do" not in page
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work()
        assert "Yes, we do" in client.get(link_in("guest@example.com")).content.decode()
    mail = sent[-1]
    assert mail.text == "Yes, we do" and mail.recipient == "guest@example.com"
    way = mail.footer.partition("See this request on the web: ")[2].partition("/en/t/")
    assert client.get(f"/en/t/{way[2]}").status_code == 200


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"address": "nobody"}, ["address"]),
        ({"address": "", "subject": "", "body": ""}, ["address", "subject", "body"]),
        ({"address": "a@example.com,b@example.com"}, ["address"]),
        ({"address": "a@example.com", "website": "http://spam.example"}, ["website"]),
        ({"address": "a@example.com", "subject": "x" * 201}, ["subject"]),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(
    client: Client, inbox: Inbox, given: dict[str, str], fields: list[str]
) -> None:
    answer = ask(client, **given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "<title>Error:" in page
    assert [field for field in ("address", "subject", "body", "website") if f'href="#id_{field}"' in page] == fields
    assert given.get("body", "To Shiraz") in page
    assert not Ticket.objects.exists() and not Customer.objects.exists()
    assert not OutboxEvent.objects.filter(name="account.mail").exists()


def test_the_form_has_at_most_four_fields(client: Client, narges: Client) -> None:
    for who, most in ((client, 4), (narges, 3)):
        page = who.get("/en/requests/new/").content.decode()
        form = page.partition('data-draft="new"')[2].partition("</form>")[0]
        assert form.count("<label for=") - form.count('class="portal-trap') == most


def test_the_form_cannot_be_used_to_pester_others(client: Client, inbox: Inbox) -> None:
    """Row 11: many forms for few victims: one mail each, and not a word of what was typed."""
    for number in range(60):
        visitor = Client(REMOTE_ADDR=f"192.0.2.{number}")
        ask(visitor, address=f"victim{number % 6}@example.org", subject="MARKER", body="MARKER http://evil.example")
    sent = [text for number in range(6) for text in mails(f"victim{number}@example.org")]
    assert len(sent) == 6
    assert not [text for text in sent if "MARKER" in text or "evil" in text]
    assert Ticket.objects.count() == 60, "what was written is kept all the same"


def test_asking_is_limited_by_place(client: Client, inbox: Inbox) -> None:
    answers = [ask(client, address=f"p{number}@example.org") for number in range(22)]
    assert [answer.status_code for answer in answers[:20]] == [302] * 20
    assert answers[-1].status_code == 429 and "To Shiraz" in answers[-1].content.decode()
    assert Ticket.objects.count() == 20


def test_a_blocked_sender_gets_no_mail_and_no_hint(client: Client, inbox: Inbox) -> None:
    blocks.block(by=SYSTEM, pattern="bad@example.org")
    assert ask(client, address="bad@example.org").status_code == 302
    assert Ticket.objects.get().status == "spam" and mails("bad@example.org") == []


def test_asking_proves_no_address(client: Client, customer: Customer, inbox: Inbox) -> None:
    ask(client, address=CUSTOMER)
    assert Identity.objects.get(value=CUSTOMER).verified_at is None
    assert Ticket.objects.get().customer == customer


def test_without_any_inbox_a_request_is_kept(client: Client, db: None) -> None:
    assert ask(client, address="a@example.com").status_code == 302
    assert Ticket.objects.get().messages.get().text == "To Shiraz"


# --- what we owe --------------------------------------------------------------------------------------------------


@pytest.fixture
def hours(team: Team) -> None:
    Team.objects.filter(pk=team.pk).update(hours=HOURS)


def standing(client: Client, ticket: Ticket) -> str:
    page = client.get(url(ticket)).content.decode()
    words = page.partition('<p class="chips">')[2].partition("</p>")[0]
    return words.rpartition("<span>")[2].partition("</span>")[0]


def opened(post: Post, at: datetime) -> Ticket:
    with clock.frozen(at):
        return post.send().ticket


@pytest.mark.parametrize(
    ("hours_later", "said"),
    [
        (0, "It is our turn. We are open now and answer as soon as we can."),
        (6, "It is our turn. We answer in opening hours: next Saturday 28 November, 09:00."),
    ],
)
def test_without_a_rule_no_time_is_promised(
    narges: Client, post: Post, hours: None, hours_later: int, said: str
) -> None:
    ticket = opened(post, WEDNESDAY)
    stay_in()
    with clock.frozen(WEDNESDAY + timedelta(hours=hours_later)):
        assert standing(narges, ticket) == said


def stay_in() -> None:
    """Sessions last into the test's own time."""
    PortalSession.objects.update(expires_at=WEDNESDAY + timedelta(days=60))


@pytest.mark.parametrize(
    ("hours_later", "said"),
    [
        (0, "We owe you an answer by Saturday 28 November, 12:00."),
        (80, "We owed you an answer by Saturday 28 November, 12:00 and are late. We are sorry."),
    ],
)
def test_a_rule_of_the_inbox_promises_a_time_of_its_working_hours(
    narges: Client, post: Post, inbox: Inbox, hours: None, hours_later: int, said: str
) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"answer_hours": "8"})
    ticket = opened(post, WEDNESDAY)
    stay_in()
    with clock.frozen(WEDNESDAY + timedelta(hours=hours_later)):
        assert standing(narges, ticket) == said
        listed = narges.get("/en/requests/").content.decode()
        assert said in listed


def test_the_words_follow_the_matter(narges: Client, ticket: Ticket, sara: Any) -> None:
    assert standing(narges, ticket).startswith("It is our turn. ")
    answered(sara, ticket)
    assert standing(narges, ticket) == "We have answered. It is your turn."
    lifecycle.set_status(by=sara, ticket=ticket, status="on_hold")
    assert standing(narges, ticket) == "We are working on it and will write to you."


def test_open_and_ended_ones_stand_apart(narges: Client, post: Post, sara: Any) -> None:
    ended = post.send(subject="An old matter").ticket
    post.send(subject="A present matter")
    answered(sara, ended, resolve=True)
    pages = [narges.get(f"/en/requests/{tail}").content.decode() for tail in ("", "?closed")]
    assert ["A present matter" in page for page in pages] == [True, False]
    assert ["An old matter" in page for page in pages] == [False, True]


def test_an_empty_list_says_what_to_do(narges: Client) -> None:
    page = narges.get("/en/requests/").content.decode()
    assert "You have no open request" in page and "/en/requests/new/" in page


def test_the_first_page_tells_hours_days_off_and_how_long_it_takes(
    client: Client, inbox: Inbox, team: Team, hours: None
) -> None:
    with clock.frozen(WEDNESDAY):
        page = client.get("/en/").content.decode()
        assert "09:00 to 17:00" in page and "Open now" in page
        assert "We are open now and answer as soon as we can." in page
        Holiday.objects.create(team=team, day=WEDNESDAY.date(), name="Founders' day")
        page = client.get("/en/").content.decode()
    assert "Today is a day off: Founders&#x27; day." in page and "Open again Saturday 28 November, 09:00." in page
    with clock.frozen(WEDNESDAY):
        persian = client.get("/fa/").content.decode()
    assert "از شنبه ۷ آذر، ساعت ۰۹:۰۰ دوباره باز است." in persian


def test_a_live_chat_stands_among_the_channels_and_in_the_frame(client: Client, team: Team, inbox: Inbox) -> None:
    assert "Live chat" not in (page := client.get("/en/").content.decode()) and "/w.js" not in page
    chat = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Chat", settings={}, team=team)
    Team.objects.filter(pk=team.pk).update(hours={day: [["00:00", "24:00"]] for day in (*HOURS, "thu", "fri")})
    page = client.get("/en/").content.decode()
    assert "Live chat" in page and "Nobody is in the chat just now." in page
    assert f'src="/w.js?key={chat.key}" data-helpdesk data-key="{chat.key}" data-locale="en"' in page
    assert 'href="/en/requests/new/" data-human' in page, "without scripts the same button leads to a person too"


def found(text: str, language: str) -> list[Any]:
    """Stands for what a later part of the house will know."""
    return [Line(f"About {text or 'the outage'}", f"/{language}/kb/x/", "In short")]


def test_places_show_what_fills_them(client: Client, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    assert 'type="search"' not in client.get("/en/").content.decode()
    for place in ("answers", "incidents"):
        monkeypatch.setitem(wiring.PORTAL_PLACES, place, [f"{__name__}.found"])
    page = client.get("/en/?q=shipping").content.decode()
    assert 'type="search"' in page and "About shipping" in page and "About the outage" in page
    form = client.post("/en/requests/new/", {"subject": "Shipping", "address": "x"}).content.decode()
    assert "About Shipping" in form and 'name="body"' in form


# --- a copy to keep -----------------------------------------------------------------------------------------------


def test_a_copy_has_whole_dates_of_ones_own_calendar(narges: Client, post: Post, sara: Any) -> None:
    ticket = opened(post, WEDNESDAY)
    texts = {}
    for language in ("en", "fa"):
        for form in ("html", "txt"):
            answer = narges.get(f"/{language}/requests/{ticket.number}/transcript/{form}/")
            assert answer["Content-Disposition"] == f'attachment; filename="request-{ticket.number}.{form}"'
            texts[language, form] = answer.content.decode()
    for form in ("html", "txt"):
        assert "Wednesday 25 November 2026, 12:00" in texts["en", form]
        assert "چهارشنبه ۴ آذر ۱۴۰۵، ساعت ۱۲:۰۰" in texts["fa", form]
        assert "Please help." in texts["fa", form]
    assert "<script" not in texts["en", "html"]
    assert narges.get(f"/en/requests/{ticket.number}/transcript/pdf/").status_code == 404
