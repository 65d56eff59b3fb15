"""Somebody is signed out while writing, in a browser without scripts: their words come back to them."""

import pytest
from django.test import Client

from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


def test_the_words_come_back_with_a_way_in_and_nothing_is_sent(client: Client, ticket: Ticket) -> None:
    place = f"/desk/t/{ticket.number}/"
    given = {"body": "A long <b>answer</b>"}
    answer = client.post(f"{place}reply/", given, headers={"Referer": f"http://testserver{place}"})
    page = answer.content.decode()
    assert answer.status_code == 401 and answer["Cache-Control"] == "no-store"
    assert "A long &lt;b&gt;answer&lt;/b&gt;" in page
    assert f"/sign-in/?next=%2Fdesk%2Ft%2F{ticket.number}%2F" in page
    assert not Message.objects.filter(kind="out").exists()


def test_a_referer_from_elsewhere_leads_nowhere_else(client: Client, ticket: Ticket) -> None:
    given = {"body": "Words"}
    answer = client.post(f"/desk/t/{ticket.number}/reply/", given, headers={"Referer": "https://evil.example/x"})
    assert "next=%2Fdesk%2F&quot;" in answer.content.decode().replace('"', "&quot;")


def test_without_the_forms_own_token_nothing_is_shown(ticket: Ticket) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/desk/t/{ticket.number}/reply/", {"body": "Planted words"})
    assert answer.status_code == 403 and b"Planted words" not in answer.content
