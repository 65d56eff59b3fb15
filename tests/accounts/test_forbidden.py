"""A page that refuses says whom to ask."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from helpdesk.accounts.models import User
from helpdesk.core.errors import NotAllowed, NotFound
from helpdesk.core.http import error_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(act: Any) -> Any:
    """The page that this person gets with this refusal."""

    def page(person: User, error: Any) -> str:
        request = RequestFactory().get("/desk/t/1/")
        request.user, request.actor = person, act(person)  # type: ignore[attr-defined]
        return error_page(request, error).content.decode()

    return page


def test_it_names_the_leads_of_the_same_team_and_the_admins(
    refused: Any, agent: User, lead: User, admin: User, outsider: User
) -> None:
    text = refused(agent, NotAllowed())
    assert text.index("Maryam") < text.index(">Admin<")
    assert "Reza" not in text and ">Sara<" not in text.partition("You can ask:")[2].partition("</p>")[0]


def test_somebody_of_another_team_is_sent_to_an_admin(refused: Any, outsider: User, lead: User, admin: User) -> None:
    asked = refused(outsider, NotAllowed()).partition("You can ask:")[2].partition("</p>")[0]
    assert ">Admin<" in asked and "Maryam" not in asked


def test_what_is_not_found_names_nobody(refused: Any, agent: User, lead: User) -> None:
    assert "You can ask:" not in refused(agent, NotFound())


def test_the_address_of_a_form_opened_as_a_page_says_so_and_leads_back(client: Client, agent: User) -> None:
    client.force_login(agent)
    page = client.get(
        "/desk/me/password/", headers={"Accept": "text/html", "Referer": "http://testserver/desk/me/?a=1"}
    )
    text = page.content.decode()
    assert page.status_code == 405 and page["Allow"] == "POST"
    assert "There is no page at this address" in text and 'href="/desk/me/?a=1"' in text
    assert client.get("/desk/me/password/", headers={"Accept": "application/json"}).content == b""


def test_a_refused_form_leads_back_to_its_page_and_to_no_other_site(client: Client, agent: User) -> None:
    client.force_login(agent)
    for referer, wanted in (("http://testserver/desk/q/all/", 'href="/desk/q/all/"'), ("https://evil.example/x", "")):
        page = client.post("/settings/users/invite/", headers={"Accept": "text/html", "Referer": referer})
        text = page.content.decode()
        assert page.status_code == 403 and wanted in text and "evil.example" not in text
        assert "Try again" not in text
