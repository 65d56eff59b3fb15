"""Tickets over REST: made, found, changed, answered."""

from datetime import UTC, datetime

import pytest

from customers.models import Customer
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.models import AuditEntry, OutboxEvent
from tests.api.conftest import NEW_TICKET, Api, MakeKey, codes
from tickets.actions import lifecycle, lists
from tickets.models import Message, Notice, Ticket

pytestmark = pytest.mark.django_db


def test_a_ticket_is_made_with_its_customer_and_first_message(api: Api) -> None:
    status, body = api.post("tickets/", NEW_TICKET)
    assert status == 201
    assert (body["status"], body["channel"], body["id"]) == ("new", "email", body["number"])
    assert api.last["Location"] == f"/api/v1/tickets/{body['id']}/"
    assert Message.objects.get(ticket__number=body["id"]).kind == "in"
    status, found = api.get(f"tickets/{body['id']}/")
    assert (status, found) == (200, body)
    assert api.last["ETag"] == f'"{body["version"]}"'


def test_a_known_customer_is_used_again_by_handle_and_by_id(api: Api, customer: Customer) -> None:
    for who in ({"email": "NARGES@example.com"}, {"id": customer.pk}):
        status, body = api.post("tickets/", NEW_TICKET | {"customer": who})
        assert (status, body["customer"]["id"]) == (201, customer.pk)
    assert Customer.objects.count() == 1


def test_an_unknown_customer_id_makes_nothing(api: Api) -> None:
    status, body = api.post("tickets/", NEW_TICKET | {"customer": {"id": 424242}})
    assert (status, body["code"]) == (404, "not_found")
    assert not Ticket.objects.exists()


def test_a_refused_ticket_leaves_no_new_customer_behind(api: Api) -> None:
    status, body = api.post("tickets/", NEW_TICKET | {"reason": "no such reason"})
    assert (status, codes(body)) == (422, [("/reason", "invalid")])
    assert not Customer.objects.exists()


def test_unknown_and_read_only_fields_are_refused_and_change_nothing(api: Api) -> None:
    for name in ("id", "status", "number", "version", "bcc", "assignee_id"):
        status, body = api.post("tickets/", NEW_TICKET | {name: 1})
        assert (status, codes(body)) == (400, [(f"/{name}", "unknown_field")])
    assert not Ticket.objects.exists()


def test_every_missing_and_wrong_field_is_named_at_once(api: Api) -> None:
    status, body = api.post("tickets/", {"subject": 5, "channel": "pigeon", "customer": {}})
    assert status == 400
    assert codes(body) == [
        ("/body", "missing"),
        ("/channel", "unknown_value"),
        ("/customer", "not_exactly_one"),
        ("/subject", "not_text"),
    ]


def test_a_list_page_costs_at_most_five_queries(api: Api, django_assert_max_num_queries) -> None:
    for _ in range(5):
        api.post("tickets/", NEW_TICKET)
    with django_assert_max_num_queries(5):
        status, body = api.get("tickets/?limit=3")
    assert (status, len(body["data"]), body["has_more"]) == (200, 3, True)


def test_pages_hold_every_ticket_once_newest_first(api: Api) -> None:
    made = [api.post("tickets/", NEW_TICKET)[1]["id"] for _ in range(5)]
    found, path = [], "tickets/?limit=2"
    while path:
        _status, body = api.get(path)
        found += [row["id"] for row in body["data"]]
        path = f"tickets/?limit=2&cursor={body['next_cursor']}" if body["has_more"] else ""
    assert found == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "W10:1:2", "%00", "", "a" * 500])
def test_a_cursor_that_we_did_not_write_is_refused(api: Api, cursor: str) -> None:
    status, body = api.get(f"tickets/?cursor={cursor}")
    assert (status, body["code"], body["errors"][0]["pointer"]) == (400, "bad_input", "?cursor")


def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    for _ in range(2):
        api.post("tickets/", NEW_TICKET)
    cursor = api.get("tickets/?limit=1")[1]["next_cursor"]
    assert api.get(f"customers/?cursor={cursor}")[0] == 400
    assert api.get(f"tickets/?updated_since=2020-01-01T00:00:00Z&cursor={cursor}")[0] == 400


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=1e9", "limit=ten", "status=lost", "updated_since=soon", "sort=id", "tag=%00"],
)
def test_a_query_that_does_not_fit_is_refused(api: Api, query: str) -> None:
    assert api.get(f"tickets/?{query}")[0] == 400


def test_filters_narrow_the_list(api: Api, agent: User, team: Team, customer: Customer) -> None:
    lists.save_tag(by=SYSTEM, name="parcel")
    made = api.post("tickets/", NEW_TICKET | {"tags": ["parcel"], "team": team.name})[1]
    api.post("tickets/", NEW_TICKET | {"channel": "phone", "customer": {"phone": "+989121234567"}})
    api.post(f"tickets/{made['id']}/assign/", {"assignee": agent.email})
    for query in (
        "channel=email", f"customer={customer.pk}", "tag=parcel", f"team={team.pk}", "team=care",
        f"assignee={agent.pk}", f"assignee={agent.email}",
    ):  # fmt: skip
        _status, body = api.get(f"tickets/?{query}")
        assert [row["id"] for row in body["data"]] == [made["id"]], query
    assert len(api.get("tickets/?status=new")[1]["data"]) == 2
    assert api.get("tickets/?updated_since=2999-01-01T00:00:00Z")[1]["data"] == []


def test_a_ticket_of_another_team_is_not_there(api: Api, outsider: User, other_team: Team, key: MakeKey) -> None:
    made = key(outsider).post("tickets/", NEW_TICKET | {"team": other_team.pk})[1]
    before = Ticket.objects.values().get()
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"priority": "high"}),
        ("GET", "messages/", None),
        ("POST", "messages/", {"body": "hello"}),
        ("GET", "notes/", None),
        ("POST", "notes/", {"body": "hello"}),
        ("POST", "assign/", {"assignee": None}),
        ("POST", "resolve/", {}),
        ("POST", "reopen/", None),
    ):
        assert api.call(method, f"tickets/{made['id']}/{path}", body, If_Match="*")[0] == 404, (method, path)
    assert api.get("tickets/")[1]["data"] == []
    assert Ticket.objects.values().get() == before


def test_a_change_needs_the_present_version(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    path = f"tickets/{made['id']}/"
    assert api.patch(path, {"priority": "high"})[0] == 428
    status, body = api.patch(path, {"priority": "high"}, If_Match='"999"')
    assert (status, body["code"], body["current"]["version"]) == (412, "stale", made["version"])
    assert Ticket.objects.get().priority == "normal"
    status, body = api.patch(path, {"priority": "high"}, If_Match=f'"{made["version"]}"')
    assert (status, body["priority"], body["version"]) == (200, "high", made["version"] + 1)


@pytest.mark.parametrize("role", ["agent", "lead", "admin"])
def test_what_was_read_cannot_be_written_back_whole(
    role: str, agent: User, lead: User, admin: User, key: MakeKey
) -> None:
    mine = key({"agent": agent, "lead": lead, "admin": admin}[role])
    made = mine.post("tickets/", NEW_TICKET)[1]
    before = Ticket.objects.values().get()
    status, body = mine.patch(f"tickets/{made['id']}/", made | {"secret": 1}, If_Match="*")
    refused = {pointer.strip("/") for pointer, code in codes(body) if code == "unknown_field"}
    kept = {"subject", "status", "priority", "team", "assignee", "reason", "tags", "custom"}
    assert (status, refused) == (400, {*made, "secret"} - kept)
    assert Ticket.objects.values().get() == before


def test_a_change_is_all_or_nothing(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    status, body = api.patch(f"tickets/{made['id']}/", {"subject": "New", "team": "no such team"}, If_Match="*")
    assert (status, codes(body)) == (422, [("/team", "invalid")])
    assert Ticket.objects.get().subject == NEW_TICKET["subject"]


def test_an_answer_is_queued_for_the_customer(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    status, body = api.post(f"tickets/{made['id']}/messages/", {"body": "It comes tomorrow.", "direction": "out"})
    assert (status, body["direction"], body["delivery"]["state"]) == (201, "out", "queued")
    assert [copy["address"] for copy in body["delivery"]["copies"]] == ["narges@example.com"]
    assert api.get(f"tickets/{made['id']}/")[1]["status"] == "waiting"


def test_what_the_customer_said_is_entered(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    status, body = api.post(
        f"tickets/{made['id']}/messages/", {"body": "She called.", "direction": "in", "channel": "phone"}
    )
    assert (status, body["channel"], body["delivery"]) == (201, "phone", None)


def test_an_answer_to_an_old_state_is_refused(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    api.post(f"tickets/{made['id']}/messages/", {"body": "One more thing.", "direction": "in"})
    status, body = api.post(f"tickets/{made['id']}/messages/", {"body": "Done.", "seen_seq": 1})
    assert (status, body["code"]) == (409, "newer_messages")
    assert Message.objects.count() == 2


def test_notes_and_messages_are_listed_apart(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    api.post(f"tickets/{made['id']}/notes/", {"body": "Courier lost it."})
    for path, found in (("messages", "in"), ("notes", "note")):
        _status, body = api.get(f"tickets/{made['id']}/{path}/")
        assert [row["direction"] for row in body["data"]] == [found]


def test_resolve_says_a_last_word_and_reopen_takes_it_back(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    status, body = api.post(f"tickets/{made['id']}/resolve/", {"message": "Refunded."})
    assert (status, body["status"]) == (200, "resolved")
    assert Message.objects.filter(kind="out").count() == 1
    status, body = api.post(f"tickets/{made['id']}/reopen/")
    assert (status, body["status"], body["resolved_at"]) == (200, "open", None)


def test_what_does_not_follow_from_the_status_is_a_conflict(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    lifecycle.mark_spam(by=SYSTEM, ticket=Ticket.objects.get())
    status, body = api.post(f"tickets/{made['id']}/resolve/", {})
    assert (status, body["code"]) == (409, "status_not_possible")


def test_assign_takes_a_person_and_a_team(api: Api, teammate: User, team: Team) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    status, body = api.post(f"tickets/{made['id']}/assign/", {"assignee": teammate.pk, "team": team.pk})
    assert (status, body["assignee"]["id"], body["team"]["id"]) == (200, teammate.pk, team.pk)
    assert api.post(f"tickets/{made['id']}/assign/", {"assignee": None})[1]["assignee"] is None


def test_past_times_need_the_import_scope(agent: User, key: MakeKey) -> None:
    old = "2024-03-20T10:00:00Z"
    plain = key(agent, "tickets:read", "tickets:write", "customers:read")
    status, body = plain.post("tickets/", NEW_TICKET | {"created_at": old})
    assert (status, body["code"]) == (403, "import_scope_needed")
    assert not Ticket.objects.exists()
    importer = key(agent, "tickets:write", "tickets:read", "customers:write", "import")
    made = importer.post("tickets/", NEW_TICKET | {"created_at": old})[1]
    assert made["created_at"] == old
    path = f"tickets/{made['id']}"
    importer.post(f"{path}/messages/", {"body": "Sorry.", "direction": "out", "created_at": "2024-03-20T11:00:00Z"})
    status, done = importer.post(f"{path}/resolve/", {"resolved_at": "2024-03-20T12:00:00+01:00", "confirmed": True})
    assert (status, done["resolved_at"]) == (200, "2024-03-20T11:00:00Z")
    assert Ticket.objects.get().created_at == datetime(2024, 3, 20, 10, tzinfo=UTC)
    assert not OutboxEvent.objects.exists()
    assert AuditEntry.objects.filter(facts__confirmed=True).exists()
    assert done["confirmed"] is True and plain.get(f"{path}/")[1]["confirmed"] is True
    assert plain.post(f"{path}/reopen/")[1]["confirmed"] is False
    assert plain.post(f"{path}/resolve/", {"confirmed": True})[0] == 403
    assert plain.post(f"{path}/resolve/")[1]["confirmed"] is False
    assert importer.post("tickets/", NEW_TICKET | {"created_at": "2999-01-01T00:00:00Z"})[0] == 422


def test_a_note_tells_those_it_mentions_and_says_who_was_not_told(
    api: Api, ticket: Ticket, teammate: User, outsider: User
) -> None:
    path = f"tickets/{ticket.number}/notes/"
    status, body = api.post(path, {"body": "See this, @Ali.", "mentions": [outsider.email]})
    assert (status, sorted(each["name"] for each in body["mentioned"])) == (201, ["Ali", "Reza"])
    assert [each["name"] for each in body["not_told"]] == ["Reza"]
    assert [notice.user for notice in Notice.objects.all()] == [teammate]
    status, body = api.post(path, {"body": "And this", "mentions": ["nobody@desk.example"]})
    assert (status, body["errors"][0]["pointer"]) == (422, "/mentions")
    assert ticket.messages.filter(kind="note").count() == 1


@pytest.mark.parametrize(
    "promises", ["kept", {"moved_to": "2030-01-01T00:00:00Z", "reason": "Later"}, {"handed_to": 1}]
)
def test_resolving_leaves_promises_open_and_says_why_it_can_do_nothing_else(api: Api, promises: object) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    path = f"tickets/{made['id']}/resolve/"
    status, body = api.post(path, {"promises": promises})
    assert (status, body["errors"][0]["pointer"]) == (422, "/promises")
    assert "not kept here yet" in body["errors"][0]["detail"]
    assert api.get(f"tickets/{made['id']}/")[1]["status"] == "new"
    assert api.post(path, {"promises": "stays_open"})[1]["status"] == "resolved"


def test_what_the_customer_said_has_the_customer_as_its_author_wherever_it_was_entered(api: Api) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    api.post(f"tickets/{made['id']}/messages/", {"body": "Hello?", "direction": "in"})
    said = Message.objects.filter(ticket__number=made["id"])
    assert [(m.author_id, m.customer_id) for m in said] == [(None, made["customer"]["id"])] * 2
