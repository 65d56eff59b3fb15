"""The desk's pages: what they show, what they cost, and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.accounts.models import User, Workspace
from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import Post
from tickets.actions import desk, lifecycle, raw
from tickets.models import Delivery, Draft, Inbox, Message, RawInbound, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def visit(client: Client) -> Callable[[User], Client]:
    """The client, signed in as somebody, with what a process keeps already warm."""

    def enter(person: User) -> Client:
        client.force_login(person)
        client.get("/desk/q/all/")
        return client

    return enter


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_queue_costs_at_most_eight_queries(
    visit: Callable[[User], Client], post: Post, agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        post.send(sender=f"Person {number} <p{number}@example.com>")
    client = visit(agent)
    with django_assert_max_num_queries(8):
        answer = client.get("/desk/q/all/")
    assert body(answer).count("data-row ") == 6


def test_the_ticket_page_costs_at_most_thirteen_queries(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = visit(agent)
    with django_assert_max_num_queries(13):
        answer = client.get(f"/desk/t/{ticket.number}/")
    assert "Please help." in body(answer)


def test_a_missing_workspace_row_costs_no_query(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Workspace.objects.all().delete()
    client = visit(agent)
    with django_assert_max_num_queries(14):
        client.get(f"/desk/t/{ticket.number}/")


@pytest.mark.parametrize(
    "path",
    [
        *("/desk/q/mine/", "/desk/q/unassigned/", "/desk/q/team/", "/desk/q/waiting/", "/desk/q/snoozed/"),
        *("/desk/q/resolved/", "/desk/q/spam/", "/desk/t/new/", "/desk/search/?q=help", "/desk/search/"),
        *("/desk/notifications/", "/desk/quarantine/"),
    ],
)
def test_every_page_of_the_desk_opens(
    visit: Callable[[User], Client], ticket: Ticket, teammate: User, path: str
) -> None:
    answer = visit(teammate).get(path)
    assert answer.status_code == 200
    assert 'dir="rtl"' in body(answer)


def test_nonsense_in_an_address_is_not_found_or_ignored(visit: Callable[[User], Client], agent: User) -> None:
    client = visit(agent)
    assert client.get("/desk/q/nonsense/").status_code == 404
    for query in ("after=zzz", "status=nonsense", "team=x", "assignee=99999999999999999999", "tag=%00"):
        assert client.get(f"/desk/q/all/?{query}").status_code in (200, 404), query


def test_filters_narrow_the_list(visit: Callable[[User], Client], post: Post, agent: User) -> None:
    post.send(subject="First matter")
    urgent = post.send(sender="b@example.com", subject="Second matter").ticket
    lifecycle.set_priority(by=SYSTEM, ticket=urgent, priority="urgent")
    page = body(visit(agent).get("/desk/q/all/?priority=urgent"))
    assert "Second matter" in page and "First matter" not in page


def test_a_foreign_ticket_is_not_found(visit: Callable[[User], Client], ticket: Ticket, outsider: User) -> None:
    client = visit(outsider)
    for path in ("", "conversation/", "presence/"):
        assert client.get(f"/desk/t/{ticket.number}/{path}").status_code == 404
    assert client.post(f"/desk/t/{ticket.number}/reply/", {"body": "x"}).status_code == 404
    assert not Message.objects.exclude(kind="in").exists()


def test_an_answer_by_form_stands_in_the_conversation(
    visit: Callable[[User], Client], ticket: Ticket, agent: User
) -> None:
    answer = visit(agent).post(
        f"/desk/t/{ticket.number}/reply/", {"body": "Repaired.", "seen": ticket.seq}, follow=True
    )
    assert "Repaired." in body(answer)
    assert Delivery.objects.get().state == "queued"


def test_a_note_has_no_copy_to_send(visit: Callable[[User], Client], ticket: Ticket, agent: User) -> None:
    visit(agent).post(f"/desk/t/{ticket.number}/note/", {"body": "Mast is down"})
    assert ticket.messages.get(kind="note").text == "Mast is down"
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_answer_that_has_not_seen_the_newest_is_stopped_and_kept(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, teammate: User, act: Any, headers: dict[str, str]
) -> None:
    desk.see(by=act(teammate), ticket=ticket, mode="replying")
    typed = {"body": "Me too", "seen": ticket.seq}
    answer = visit(agent).post(f"/desk/t/{ticket.number}/reply/", typed, headers=headers)
    assert answer.status_code == 409
    assert "Ali" in body(answer) and 'name="anyway"' in body(answer)
    assert headers or "Me too" in body(answer)
    assert not Message.objects.filter(kind="out").exists()


def test_send_anyway_sends(visit: Callable[[User], Client], ticket: Ticket, agent: User) -> None:
    visit(agent).post(f"/desk/t/{ticket.number}/reply/", {"body": "Still", "seen": "0", "anyway": "1"})
    assert Message.objects.filter(kind="out").count() == 1


def test_a_double_click_sends_once(visit: Callable[[User], Client], ticket: Ticket, agent: User) -> None:
    client = visit(agent)
    for _ in range(2):
        client.post(f"/desk/t/{ticket.number}/reply/", {"body": "Once", "client_id": "a1"})
    assert Message.objects.filter(kind="out").count() == 1


def test_undo_by_form_brings_the_text_back(visit: Callable[[User], Client], ticket: Ticket, agent: User) -> None:
    client = visit(agent)
    client.post(f"/desk/t/{ticket.number}/reply/", {"body": "Too early"})
    answer = client.post(f"/desk/m/{Message.objects.get(kind='out').pk}/undo/", follow=True)
    assert "Too early</textarea>" in body(answer)
    assert Delivery.objects.get().state == "cancelled"


def test_drafts_are_kept_and_colleagues_see_that_there_is_one(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, teammate: User
) -> None:
    visit(agent).post(f"/desk/t/{ticket.number}/draft/", {"mode": "reply", "body": "Half"})
    assert Draft.objects.get().body == "Half"
    page = body(visit(teammate).get(f"/desk/t/{ticket.number}/"))
    assert "Sara" in page and "Half</textarea>" not in page


def test_an_unchanged_conversation_is_not_sent_again(
    visit: Callable[[User], Client], ticket: Ticket, agent: User
) -> None:
    client = visit(agent)
    assert client.get(f"/desk/t/{ticket.number}/conversation/?v={ticket.version}").status_code == 204
    assert client.get(f"/desk/t/{ticket.number}/conversation/?v=0").status_code == 200


@pytest.mark.parametrize(
    ("what", "value", "field", "then"),
    [("status", "on_hold", "status", "on_hold"), ("priority", "high", "priority", "high"), ("assignee", "me", "", "")],
)
def test_details_are_changed_by_small_forms(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, what: str, value: str, field: str, then: str
) -> None:
    visit(agent).post(f"/desk/t/{ticket.number}/change/{what}/", {what: value})
    ticket.refresh_from_db()
    assert ticket.assignee == agent if what == "assignee" else getattr(ticket, field) == then


def test_a_change_that_makes_no_sense_changes_nothing(
    visit: Callable[[User], Client], ticket: Ticket, agent: User
) -> None:
    client, before = visit(agent), Ticket.objects.values().get()
    for what, value in (
        ("status", "nonsense"),
        ("priority", "x"),
        ("assignee", "999"),
        ("team", "999"),
        ("snooze", "x"),
    ):
        answer = client.post(f"/desk/t/{ticket.number}/change/{what}/", {what: value, "until": value})
        assert answer.status_code in (302, 404, 422)
    assert client.post(f"/desk/t/{ticket.number}/change/version/", {}).status_code == 404
    assert Ticket.objects.values().get() == before


def html_mail(post: Post, html: str) -> Message:
    data = post.make("plain words").replace(b"text/plain", b"text/html").replace(b"plain words", html.encode())
    row = raw.take_in(post.inbox, data)
    assert row
    message = raw.process(row.pk)
    assert message
    return message


def test_formatted_bodies_are_served_without_any_right(
    visit: Callable[[User], Client], post: Post, agent: User, outsider: User
) -> None:
    message = html_mail(post, '<b>Hi</b><script>alert(1)</script><img src="http://evil.example/p.png">')
    answer = visit(agent).get(f"/desk/m/{message.pk}/html/")
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy
    assert "<b>Hi</b>" in body(answer)
    assert "<script" not in body(answer) and "evil.example" not in body(answer)
    assert visit(outsider).get(f"/desk/m/{message.pk}/html/").status_code == 404


def test_files_are_kept_not_opened(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, outsider: User
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile('ÆØ" ..\\x.html', b"<script>alert(1)</script>", "text/html")
    client = visit(agent)
    client.post(f"/desk/t/{ticket.number}/reply/", {"body": "See", "files": file})
    token = Message.objects.get(kind="out").attachments.get().file.token
    answer = client.get(f"/desk/a/{token}/?show")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert visit(outsider).get(f"/desk/a/{token}/").status_code == 404


@pytest.fixture
def unreadable(inbox: Inbox) -> RawInbound:
    row = raw.take_in(inbox, b"")
    assert row
    raw.process(row.pk)
    row.refresh_from_db()
    assert row.state == "quarantined"
    return row


def test_what_could_not_be_read_waits_in_quarantine(
    visit: Callable[[User], Client], unreadable: RawInbound, lead: User
) -> None:
    client = visit(lead)
    assert f"/desk/quarantine/{unreadable.pk}/" in body(client.get("/desk/quarantine/"))
    assert client.get(f"/desk/quarantine/{unreadable.pk}/").status_code == 200
    client.post(f"/desk/quarantine/{unreadable.pk}/dismiss/")
    unreadable.refresh_from_db()
    assert unreadable.state == "dismissed"


def test_secrets_of_an_inbox_are_never_shown(visit: Callable[[User], Client], inbox: Inbox, admin: User) -> None:
    client = visit(admin)
    given = {"name": "Support", "is_active": "1", "imap_host": "imap.example.com", "imap_password": "s3cret-Pass"}
    client.post(f"/settings/inboxes/{inbox.pk}/", given)
    page = body(client.get(f"/settings/inboxes/{inbox.pk}/"))
    assert "imap.example.com" in page and "s3cret-Pass" not in page
    inbox.refresh_from_db()
    assert "s3cret-Pass" not in inbox.secret_box + str(inbox.settings)


def test_a_ticket_for_a_caller(visit: Callable[[User], Client], agent: User) -> None:
    typed = {
        "contact": "09121234567",
        "name": "Hassan",
        "subject": "Billed twice",
        "body": "He called",
        "channel": "phone",
    }
    answer = visit(agent).post("/desk/t/new/", typed, follow=True)
    made = Ticket.objects.get()
    assert made.customer.identities.get().value == "+989121234567"
    assert "Billed twice" in body(answer)


def test_the_demo_mailbox_is_not_there_in_earnest(client: Client, db: None) -> None:
    assert client.get("/demo/mailbox/").status_code == 404
