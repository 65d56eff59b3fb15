"""Every page in Persian: no ASCII digit and no English sentence of ours in what people see."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest
from django.test import Client

from customers.models import Customer
from helpdesk.accounts import actions
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from tests.accounts.test_matrix import Route, routes
from tests.conftest import PASSWORD
from tickets.models import Ticket
from tools import translations

UNSEEN = {"script", "style", "svg", "code", "kbd", "pre", "textarea", "bdi", "time"}
VOID = {"input", "br", "hr", "img", "meta", "link", "use", "path"}
SHOWN = {"title", "aria-label", "placeholder", "alt", "data-confirm"}


@cache
def english() -> set[str]:
    """The texts that have a Persian of their own."""
    known = translations.known(translations.load())
    ours = {text for (_, text), strings in known.items() if strings[0] != text}
    return {text for text in ours if re.search("[a-z]{2}", text) and "%(" not in text} - translations.NAMES


class Visible(HTMLParser):
    """Collects the texts that a reader of the page sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        foreign = given.get("dir") == "ltr" or given.get("lang") == "en" or "ltr" in given.get("class", "").split()
        if tag not in VOID and (self.hidden or tag in UNSEEN or foreign):
            self.hidden.append(tag)
        self.texts += [value for name, value in given.items() if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        while tag in self.hidden and self.hidden.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.texts.append(" ".join(data.split()))


def faults(page: str) -> Iterator[str]:
    """Texts of the page that a Persian reader should not get."""
    reader = Visible()
    reader.feed(page)
    for text in reader.texts:
        # Names, addresses and file names of people are theirs; a text with Persian letters or digits alone is ours.
        ours = re.search("[آ-ی]", text) or not re.search("[A-Za-z]", text)
        if ours and re.search("[0-9]", translations.AS_IT_IS.sub("", text)):
            yield f"ASCII digits: {text!r}"
        if text in english():
            yield f"English: {text!r}"


@pytest.fixture
def reader(admin: User) -> Client:
    """An admin who reads Persian, signed in."""
    actions.change_preferences(by=actor_of(admin), user=admin, language="fa")
    client = Client()
    client.post("/sign-in/", {"email": admin.email, "password": PASSWORD})
    return client


def pages(ticket: Ticket, customer: Customer, admin: User, team: Team) -> Iterator[str]:
    """The address of every page that names something of the cast."""
    ours = {
        "customers": customer.pk,
        "desk/c/": customer.pk,
        "settings/users": admin.pk,
        "settings/teams": team.pk,
    }
    for route in routes():
        if route.is_api or not route.path or "media" in route.path or route.path.startswith("en/"):
            continue
        pk = next((value for start, value in ours.items() if route.path.startswith(start)), 1)
        yield Route(route.path, route.view).at(number=ticket.number, pk=pk, view="all")


def test_no_page_shows_ascii_digits_or_english(
    reader: Client, ticket: Ticket, customer: Customer, admin: User, team: Team
) -> None:
    wrong: dict[str, list[str]] = {}
    seen: list[str] = []
    for path in pages(ticket, customer, admin, team):
        answer = reader.get(path)
        if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        seen.append(path)
        if found := [*faults(answer.content.decode())]:
            wrong[path] = found
    assert not wrong, wrong
    assert {
        f"/desk/t/{ticket.number}/",
        f"/desk/c/{customer.pk}/",
        "/desk/q/all/",
        "/desk/search/",
        "/settings/",
    } <= set(seen)


def test_the_door_and_the_error_pages_speak_persian(client: Client, admin: User) -> None:
    client.cookies["django_language"] = "fa"
    for path in ("/sign-in/", "/reset/", "/join/nothing/", "/no-such-page/"):
        page = client.get(path, follow=True).content.decode()
        assert 'lang="fa"' in page
        assert 'dir="rtl"' in page
        assert [*faults(page)] == []


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("<p>۳ تیکت</p>", 0),
        ("<p>3 تیکت</p>", 1),
        ("<td>12</td>", 1),
        ("<p>invoice-7.pdf</p>", 0),
        ("<p>Sign in</p>", 1),
        ('<a aria-label="Close">×</a>', 1),
        ("<code>12</code>", 0),
    ],
)
def test_the_reader_of_pages_sees_what_is_wrong(page: str, count: int) -> None:
    assert len([*faults(page)]) == count
