"""What the audit page says, in words and in both languages."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from helpdesk.accounts import actions
from helpdesk.accounts.auditwords import WORDS
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import audit
from tests.test_house import calls, product, text_of
from tickets.models import Ticket

CALLED = re.compile(r"\b(record|announce)\b")
VERB = re.compile(r"[a-z]+\.[a-z_]+")


def recorded() -> Iterator[str]:
    """Every verb that the product writes into the audit."""
    for path in product():
        if not CALLED.search(text_of(path)):
            continue
        for call, what in calls(path):
            if what.rpartition(".")[2] in ("record", "announce"):
                parts = [part for given in call.args for part in ast.walk(given)]
                texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                yield from (text for text in texts if VERB.fullmatch(text))


def test_every_verb_of_the_audit_has_words() -> None:
    verbs = {*recorded()}
    assert verbs - WORDS.keys() == set()
    assert {"ticket.status", "session.started", "customer.changed"} <= verbs


def test_the_words_are_persian_for_those_who_read_persian() -> None:
    with translation.override("fa"):
        assert not [verb for verb, word in WORDS.items() if re.search("[a-z]", str(word))]


@pytest.mark.django_db
def test_the_page_says_it_in_words(client: Client, ticket: Ticket, admin: User) -> None:
    client.force_login(admin)
    page = client.get("/settings/audit/").content.decode()
    assert "Message received" in page and "message.received" in page


def test_what_an_entry_is_about_is_a_link_while_it_is_there(
    client: Client, admin: User, ticket: Ticket, team: Team
) -> None:
    audit.record(SYSTEM, "ticket.changed", "ticket:999999", {})
    actions.change_team(by=SYSTEM, team=team, name="Care")
    client.force_login(admin)
    page = client.get("/settings/audit/").content.decode()
    for kind, key, address in (
        ("ticket", ticket.pk, f"/desk/t/{ticket.number}/"),
        ("customer", ticket.customer_id, f"/desk/c/{ticket.customer_id}/"),
        ("team", team.pk, f"/settings/teams/{team.pk}/"),
    ):
        assert f'<a href="{address}"><code class="ltr">{kind}:{key}</code></a>' in page
    assert '<code class="ltr">ticket:999999</code></td>' in page
