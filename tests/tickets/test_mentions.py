"""`@` and a name in a note tells that colleague, in either script, and nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts import actions as account_actions
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tickets import access
from tickets.actions import lifecycle, replies
from tickets.models import Notice, Ticket
from tickets.queries import notices
from tickets.queries.mentions import blind, mentioned, offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def hire(team: Team) -> Callable[[str, str], User]:
    """Somebody of this name and address joins the team."""

    def enter(name: str, email: str) -> User:
        return account_actions.create_user(
            by=SYSTEM, email=email, name=name, role="agent", password="correct-horse-battery", teams=[team]
        )

    return enter


def names(body: str) -> list[str]:
    return [person.name for person in mentioned(body)]


def test_the_whole_name_mentions_one_ali_and_not_the_other(hire: Callable[[str, str], User]) -> None:
    hire("Ali Rezaei", "a.rezaei@desk.example")
    hire("Ali Karimi", "a.karimi@desk.example")
    assert names("@Ali Rezaei please look") == ["Ali Rezaei"]
    assert names("@ali rezaei, please") == ["Ali Rezaei"]
    assert sorted(names("@Ali please look")) == ["Ali Karimi", "Ali Rezaei"]
    assert names("ask @a.karimi") == ["Ali Karimi"]


@pytest.mark.parametrize("written", ["@امیرحسین کاظمی‌نیا", "@اميرحسين كاظمي نيا", "@امیرحسین کاظمی نیا، لطفاً ببین"])
def test_a_persian_name_is_found_however_it_is_typed(hire: Callable[[str, str], User], written: str) -> None:
    hire("امیرحسین کاظمی‌نیا", "k@desk.example")
    hire("امیرحسین مرادی", "m@desk.example")
    assert names(f"سلام {written}") == ["امیرحسین کاظمی‌نیا"]


def test_a_longer_word_and_an_address_mention_nobody(hire: Callable[[str, str], User]) -> None:
    hire("Ali Rezaei", "rezaei@desk.example")
    for body in ("@Alice knows", "write to narges@ali.example", "Ali Rezaei said so", "a @ b", "@"):
        assert names(body) == [], body


def test_a_mention_raises_one_notice_for_the_person_and_none_for_others(
    ticket: Ticket, agent: User, hire: Callable[[str, str], User], act: Any
) -> None:
    sara, ali = hire("سارا احمدی‌پور", "s@desk.example"), hire("Ali Rezaei", "r@desk.example")
    body = "@سارا احمدی‌پور دکل غرب را ببین. @سارا احمدی پور فوری است."
    replies.note(by=act(agent), ticket=ticket, body=body, mentions=mentioned(body))
    assert [(row.user_id, row.kind) for row in Notice.objects.all()] == [(sara.pk, "mention")]
    assert not Notice.objects.filter(user=ali).exists()


def test_who_may_not_see_the_ticket_has_no_notice_and_no_badge_and_the_author_hears_it(
    ticket: Ticket, agent: User, outsider: User, act: Any, client: Client
) -> None:
    client.force_login(agent)
    answer = client.post(f"/desk/t/{ticket.number}/note/", {"body": "@Reza look"}, headers={"HX-Request": "true"})
    assert "Not told" in answer.content.decode() and "Reza" in answer.content.decode()
    assert Notice.objects.count() == 0 and notices.badges(act(outsider))["notices"] == 0


def test_the_badge_forgets_what_one_may_no_longer_see(
    ticket: Ticket, agent: User, teammate: User, other_team: Team, act: Any
) -> None:
    replies.note(by=act(agent), ticket=ticket, body="@Ali", mentions=[teammate])
    assert notices.badges(act(teammate))["notices"] == 1
    lifecycle.transfer(by=SYSTEM, ticket=ticket, team=other_team)
    assert notices.badges(act(teammate))["notices"] == 0
    assert notices.newest(act(teammate)) == []


def test_the_other_side_of_sight_agrees_with_the_policy(
    ticket: Ticket, agent: User, teammate: User, outsider: User, lead: User, admin: User, act: Any
) -> None:
    people = [agent, teammate, outsider, lead, admin]
    for holder in (None, outsider):
        lifecycle.assign(by=SYSTEM, ticket=ticket, assignee=holder)
        ticket.refresh_from_db()
        unseeing = [each for each in people if not access.visible(act(each)).filter(pk=ticket.pk).exists()]
        assert blind(ticket, people) == unseeing


def test_those_who_see_the_ticket_are_offered_by_the_beginning_of_a_name(
    client: Client, ticket: Ticket, agent: User, teammate: User, outsider: User, hire: Callable[[str, str], User]
) -> None:
    hire("امیرحسین کاظمی‌نیا", "k@desk.example")
    hire("Ali Rezaei", "rezaei@desk.example")
    client.force_login(agent)

    def offered(typed: str) -> list[str]:
        found = client.get(f"/desk/t/{ticket.number}/people/", {"q": typed}).json()["people"]
        return [one["sign"] for one in found]

    assert offered("al") == ["@ali@desk.example", "@Ali Rezaei"], "Ali Rezaei is an Ali too"
    assert [names(sign) for sign in offered("al")] == [["Ali"], ["Ali Rezaei"]]
    assert offered("ali rez") == offered("REZ") == ["@Ali Rezaei"]
    assert offered("كاظمي") == offered("امیرحسین کاظمی") == ["@امیرحسین کاظمی‌نیا"]
    assert offered("reza") == ["@Ali Rezaei"] and outsider.name == "Reza"
    assert offered("sara") == [] and offered("nobody") == []
    client.force_login(outsider)
    assert client.get(f"/desk/t/{ticket.number}/people/", {"q": "a"}).status_code == 404


def test_of_two_with_one_name_each_is_offered_by_their_address(
    ticket: Ticket, agent: User, hire: Callable[[str, str], User]
) -> None:
    hire("Ali Rezaei", "rezaei.one@desk.example")
    hire("Ali Rezaei", "rezaei.two@desk.example")
    signs = [one.sign for one in offered(ticket, "rezaei", agent.pk)]
    assert signs == ["@rezaei.one", "@rezaei.two"]
    assert [[person.email for person in mentioned(sign)] for sign in signs] == [
        ["rezaei.one@desk.example"],
        ["rezaei.two@desk.example"],
    ]
