"""Every route of the customers' pages, generated: whom it needs, and that neither side's sign-in opens the other's."""

from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.core.models import AuditEntry
from tests.accounts.test_matrix import ALL, Route
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
PORTAL = [route for route in ALL if route.path.startswith(("en/", "fa/"))]
STAFF = [route for route in ALL if route not in PORTAL]
NEEDS = ("nobody", "customer", "link")


def needs(route: Route) -> str:
    found: str = route.view.needs
    return found


def outside_of(answer: Any) -> bool:
    """Whether somebody without a session was led to the sign-in of these pages."""
    return bool(answer.status_code == 302 and answer["Location"].startswith(("/en/enter/?next=", "/fa/enter/?next=")))


def test_every_page_says_whom_it_needs_and_is_there_in_both_languages() -> None:
    assert len(PORTAL) > 40
    assert {needs(route) for route in PORTAL} == set(NEEDS)
    english = {route.path[3:]: needs(route) for route in PORTAL if route.path.startswith("en/")}
    assert english == {route.path[3:]: needs(route) for route in PORTAL if route.path.startswith("fa/")}
    assert {route.view.verb for route in PORTAL} == {"public"}


@pytest.mark.parametrize("who", ["nobody", "staff"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_session_or_link_of_ones_own_nothing_opens(
    client: Client, admin: User, ticket: Ticket, who: str, method: str
) -> None:
    if who == "staff":
        client.force_login(admin)
    before, wrong = (AuditEntry.objects.count(), Message.objects.count()), []
    for route in PORTAL:
        answer = getattr(client, method)(route.at(number=ticket.number, form="html"))
        fits = {
            "nobody": answer.status_code < 500 and b"Internet is down" not in answer.content,
            "customer": outside_of(answer),
            "link": answer.status_code == 404 or (answer.status_code == 405),
        }
        if not fits[needs(route)]:
            wrong.append((route.path, answer.status_code))
    assert not wrong
    assert (AuditEntry.objects.count(), Message.objects.count()) == before


def test_a_customers_session_opens_nothing_of_the_staff(narges: Client, ticket: Ticket) -> None:
    wrong, stranger = [], Client()
    for route in STAFF:
        if route.verb("GET") in (None, "public"):
            continue
        path = route.at(number=ticket.number, pk=ticket.pk)
        answers = [each.get(path) for each in (narges, stranger)]
        if answers[0].status_code != answers[1].status_code or answers[0].status_code in (200, 204):
            wrong.append((path, answers[0].status_code))
    assert not wrong


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_form_needs_its_own_token(ticket: Ticket, narges: Client, language: str) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.cookies["portal"] = narges.cookies["portal"].value
    before = (Message.objects.count(), AuditEntry.objects.count())
    paths = [route.at(number=ticket.number) for route in PORTAL if route.path.startswith(language)]
    answers = {path: forger.post(path, {"body": "x", "solved": "yes"}).status_code for path in paths}
    assert set(answers.values()) == {403}, answers
    assert (Message.objects.count(), AuditEntry.objects.count()) == before
    assert narges.get("/en/requests/").status_code == 200


def test_pages_are_in_the_language_of_their_address(narges: Client, agent: User) -> None:
    for language, direction in (("en", "ltr"), ("fa", "rtl")):
        narges.cookies["django_language"] = "en" if language == "fa" else "fa"
        page = narges.get(f"/{language}/me/")
        text = page.content.decode()
        assert f'<html lang="{language}" dir="{direction}"' in text and page["Content-Language"] == language
        for other in ("en", "fa"):
            assert f'hreflang="{other}" href="http' in text
        assert f'href="/{"en" if language == "fa" else "fa"}/me/"' in text


def test_a_page_that_is_not_there_says_so_in_its_frame(client: Client) -> None:
    answer = client.get("/fa/nowhere/")
    assert answer.status_code == 404
    assert "گفت‌وگو با پشتیبان" in answer.content.decode() and "/desk/" not in answer.content.decode()
    assert client.get("/fa/nowhere")["Location"] == "/fa/nowhere/"
    assert client.get("/en/enter", follow=True).status_code == 200


def test_no_page_is_kept_by_a_cache(narges: Client, ticket: Ticket) -> None:
    for path in ("", "me/", "requests/", f"requests/{ticket.number}/", f"requests/{ticket.number}/transcript/txt/"):
        assert narges.get(f"/en/{path}")["Cache-Control"] == "private, no-store"
