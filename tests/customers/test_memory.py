"""What is remembered: written once, with its source, seen by whom it concerns, and theirs to correct."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers.actions import memory
from customers.actions.entry import actor_of as theirs
from customers.models import Customer, Fact
from customers.queries.memory import facts, visible
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit, clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from tickets.models import Message, Ticket

Acts = Callable[[User], Actor]


def test_a_fact_is_kept_with_its_writer_and_the_same_words_again_only_confirm_it(
    customer: Customer, agent: User, act: Acts
) -> None:
    first = memory.remember(by=act(agent), customer=customer, text="  Lives on the\nthird floor ")
    again = memory.remember(by=act(agent), customer=customer, text="Lives on the third floor")
    assert (first.pk, first.text, first.by) == (again.pk, "Lives on the third floor", "Sara")
    assert again.confirmed_at is not None
    assert Fact.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": "  \n "}, "text"),
        ({"text": "x" * 301}, "text"),
        ({"text": "fine", "sight": "world"}, "sight"),
        ({"text": "fine", "sight": "team"}, "team"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_and_nothing_is_kept(
    customer: Customer, agent: User, act: Acts, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        memory.remember(by=act(agent), customer=customer, **given)
    assert list(refused.value.errors) == [field]
    assert not Fact.objects.exists()


def test_a_team_keeps_to_itself_what_it_keeps_to_itself(
    customer: Customer, agent: User, outsider: User, admin: User, team: Team, act: Acts
) -> None:
    kept = memory.remember(by=act(agent), customer=customer, text="Owes us", sight="team", team_id=team.pk)
    assert [row.fact.pk for row in facts(act(agent), customer.pk)] == [kept.pk]
    assert facts(act(admin), customer.pk)
    assert not facts(act(outsider), customer.pk)
    with pytest.raises(NotFound):
        memory.forget(by=act(outsider), fact=kept)
    with pytest.raises(Invalid):
        memory.remember(by=act(outsider), customer=customer, text="Not mine", sight="team", team_id=team.pk)
    assert Fact.objects.count() == 1


def test_customers_see_and_correct_what_is_theirs_and_nothing_else(
    customer: Customer, stranger: Customer, agent: User, act: Acts
) -> None:
    shown = memory.remember(by=act(agent), customer=customer, text="Prefers mornings")
    hidden = memory.remember(by=act(agent), customer=customer, text="Was rude", sight="desk")
    assert list(visible(theirs(customer), customer.pk)) == [shown]
    row = memory.correct(by=theirs(customer), fact=shown, text="Prefers evenings")
    assert (row.text, row.theirs) == ("Prefers evenings", True)
    for actor, fact in ((theirs(customer), hidden), (theirs(stranger), shown)):
        with pytest.raises(NotFound):
            memory.forget(by=actor, fact=fact)
    assert Fact.objects.count() == 2
    memory.forget(by=theirs(customer), fact=shown)
    assert list(Fact.objects.all()) == [hidden]


def test_two_who_correct_at_once_do_not_overwrite_each_other(customer: Customer, agent: User, act: Acts) -> None:
    fact = memory.remember(by=act(agent), customer=customer, text="Has a dog")
    memory.correct(by=act(agent), fact=fact, text="Has two dogs", version=fact.version)
    with pytest.raises(Stale):
        memory.correct(by=act(agent), fact=fact, text="Has a cat", version=fact.version)
    assert Fact.objects.get().text == "Has two dogs"


def test_the_memory_has_an_end_and_the_audit_holds_no_words(
    customer: Customer, agent: User, act: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST", 1)
    memory.remember(by=act(agent), customer=customer, text="A secret sentence")
    with pytest.raises(Conflict):
        memory.remember(by=act(agent), customer=customer, text="One more")
    assert Fact.objects.count() == 1
    told = [str(line.facts) for line in audit.AuditEntry.objects.filter(verb__startswith="memory.")]
    assert told
    assert not any("secret" in line for line in told)


def test_after_a_year_somebody_should_ask_again(customer: Customer, agent: User, act: Acts) -> None:
    fact = memory.remember(by=act(agent), customer=customer, text="Moves in spring")
    with clock.frozen(clock.now() + timedelta(days=366)):
        assert facts(act(agent), customer.pk)[0].is_old
        memory.confirm(by=act(agent), fact=fact)
        assert not facts(act(agent), customer.pk)[0].is_old


def test_keys_without_the_right_remember_nothing(customer: Customer, agent: User, act: Acts) -> None:
    reader = Actor(kind="key", user_id=agent.pk, role="agent", scopes=frozenset({"customers:read"}), name="reader")
    with pytest.raises(NotAllowed):
        memory.remember(by=reader, customer=customer, text="No")
    assert not Fact.objects.exists()


def test_the_words_of_a_message_are_remembered_with_their_place(client: Client, agent: User, ticket: Ticket) -> None:
    client.force_login(agent)
    message = Message.objects.get()
    given = {"text": "Router: TP-Link Archer C6", "message": str(message.pk), "next": f"/desk/t/{ticket.number}/"}
    answer = client.post(f"/desk/c/{ticket.customer_id}/memory/", given)
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/t/{ticket.number}/")
    fact = Fact.objects.get()
    assert (fact.ticket, fact.message, fact.said_at) == (ticket.number, message.pk, message.created_at)
    page = client.get(f"/desk/t/{ticket.number}/").content.decode()
    assert "Router: TP-Link Archer C6" in page
    assert f"/desk/t/{ticket.number}/#m-{message.pk}" in page


def test_a_message_of_somebody_else_is_no_source(
    client: Client, agent: User, ticket: Ticket, stranger: Customer
) -> None:
    client.force_login(agent)
    client.post(f"/desk/c/{stranger.pk}/memory/", {"text": "Not theirs", "message": str(Message.objects.get().pk)})
    assert Fact.objects.get().ticket is None


def test_an_empty_sentence_is_said_at_the_field_and_other_steps_are_not_found(
    client: Client, agent: User, customer: Customer
) -> None:
    client.force_login(agent)
    answer = client.post(f"/desk/c/{customer.pk}/memory/", {"text": " "}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert b"in one sentence" in answer.content
    fact = memory.remember(by=Actor(kind="system", user_id=None, role="admin"), customer=customer, text="Likes tea")
    assert client.post(f"/desk/facts/{fact.pk}/eat/").status_code == 404
    assert client.post(f"/desk/facts/{fact.pk}/correct/", {"text": ""}).status_code == 422
    assert Fact.objects.get().text == "Likes tea"
    client.post(f"/desk/facts/{fact.pk}/forget/")
    assert not Fact.objects.exists()


def test_a_question_whose_answer_is_known_is_answered_above_the_composer(
    client: Client, agent: User, ticket: Ticket, act: Acts
) -> None:
    memory.remember(by=act(agent), customer=ticket.customer, text="Router: TP-Link Archer C6")
    client.force_login(agent)
    answer = client.post(f"/desk/t/{ticket.number}/advice/", {"body": "Hello. Which router do you use?"})
    assert "TP-Link Archer C6" in answer.content.decode()
    quiet = client.post(f"/desk/t/{ticket.number}/advice/", {"body": "We look into it and call back."})
    assert not quiet.content.decode().strip()


def test_how_they_like_it_is_said_when_the_draft_disagrees(
    client: Client, agent: User, ticket: Ticket, outsider: User
) -> None:
    client.force_login(agent)
    customer = ticket.customer
    given = {"name": customer.name, "language": "fa", "tone": "formal", "channel": "phone", "tags": ""}
    client.post(f"/desk/c/{customer.pk}/change/", given)
    customer.refresh_from_db()
    assert (customer.tone, customer.channel) == ("formal", "phone")
    said = client.post(f"/desk/t/{ticket.number}/advice/", {"body": "Hello, how are you today?"}).content.decode()
    assert "in Persian" in said
    said = client.post(
        f"/desk/t/{ticket.number}/advice/", {"body": "سلام عزیزم، بگو ببین چراغش روشن شد"}
    ).content.decode()
    assert "formally" in said
    client.force_login(outsider)
    assert client.post(f"/desk/t/{ticket.number}/advice/", {"body": "What is it?"}).status_code == 404
