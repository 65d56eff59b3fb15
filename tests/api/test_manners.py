"""What every resource of the API shares: keys, scopes, problems, idempotency, limits, strict JSON."""

import inspect
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import translation

from customers.models import Customer
from helpdesk.accounts.models import User
from helpdesk.core import buckets, clock, idempotency
from helpdesk.core.api import Changes, Creates, Reads
from helpdesk.core.models import IdempotencyKey
from helpdesk.core.problems import CODES
from helpdesk.core.shapes import Kind
from helpdesk.core.tasks import tidy
from tests.api.conftest import NEW_TICKET, Api, MakeKey
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_without_a_valid_key_there_is_nothing(agent: User, key: MakeKey) -> None:
    for token, code in (("", "no_key"), ("hd_wrong", "bad_key")):
        visitor = Api(token)
        status, body = visitor.post("tickets/", NEW_TICKET)
        assert (status, body["code"], visitor.last["WWW-Authenticate"]) == (401, code, "Bearer")
    assert not Ticket.objects.exists()


def test_a_browser_session_is_no_key(agent: User, client: Any) -> None:
    client.force_login(agent)
    assert client.get("/api/v1/tickets/").status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path", "allowed"),
    [
        ("tickets:read", "GET", "tickets/", True),
        ("tickets:read", "POST", "tickets/", False),
        ("tickets:read", "GET", "customers/", False),
        ("tickets:read", "GET", "search/?q=a&type=ticket", False),
        ("customers:read", "GET", "customers/", True),
        ("customers:read", "POST", "customers/", False),
        ("search:read", "GET", "search/?q=a&type=ticket", True),
        ("search:read", "GET", "tickets/", False),
    ],
)
def test_a_key_reaches_as_far_as_its_scopes(
    agent: User, key: MakeKey, scope: str, method: str, path: str, allowed: bool
) -> None:
    body = NEW_TICKET if method == "POST" else None
    status, answer = key(agent, scope).call(method, path, body)
    assert (status < 300) is allowed
    assert allowed or (status, answer["code"]) == (403, "not_allowed")
    assert not Ticket.objects.exists() and not Customer.objects.exists()


def test_a_problem_says_what_happened_in_the_readers_language(api: Api) -> None:
    status, body = api.get("tickets/424242/", Accept_Language="en")
    assert (status, body["code"], body["status"]) == (404, "not_found", 404)
    assert api.last["Content-Type"] == "application/problem+json"
    assert body["request_id"] and body["request_id"] == api.last["X-Request-Id"]
    assert body["type"].endswith("/developers/errors/not_found/")
    assert body["instance"] == "/api/v1/tickets/424242/"
    assert api.last["Content-Language"] == "en"
    _status, persian = api.get("tickets/424242/", Accept_Language="fa")
    assert api.last["Content-Language"] == "fa" and persian["code"] == "not_found"
    with translation.override("fa"):
        assert persian["title"] == str(CODES["not_found"][0])


@pytest.mark.parametrize(("method", "path"), [("GET", "nowhere/"), ("POST", "tickets"), ("GET", "tickets/abc/")])
def test_an_unknown_address_is_a_problem_too(api: Api, method: str, path: str) -> None:
    assert api.call(method, path)[1]["code"] == "not_found"


def test_methods_media_types_and_accept_are_checked(api: Api) -> None:
    assert api.call("DELETE", "tickets/")[0] == 405
    assert api.last["Allow"] == "GET, POST"
    assert api.call("OPTIONS", "tickets/")[0] == 405
    assert api.get("tickets/", Accept="text/html")[0] == 406
    assert api.get("tickets/", Accept="application/json;q=0")[0] == 406
    assert api.get("tickets/", Accept="text/html, */*;q=0.1")[0] == 200
    assert api.post("tickets/", b"subject=x", Content_Type="application/x-www-form-urlencoded")[0] == 415


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"subject": NaN}',
        b'{"subject": 1e999}',
        b"[" * 30 + b"]" * 30,
        b"[" * 100_000,
        b'{"subject": "a\\u0000b"}',
        b'{"subject": "\\ud800"}',
        b'{"\\u0000": 1}',
        b"[]",
        b"null",
        b'"text"',
        b"9" * 5000,
    ],
)
def test_json_that_is_not_plain_is_refused(api: Api, body: bytes) -> None:
    assert api.post("tickets/", body)[0] == 400
    assert not Ticket.objects.exists()


def test_head_is_get_without_a_body(api: Api) -> None:
    status, body = api.call("HEAD", "tickets/")
    assert (status, body, api.last["Content-Type"]) == (200, None, "application/json")


def test_a_body_over_a_mebibyte_is_refused(api: Api) -> None:
    assert api.post("tickets/", b'{"subject": "' + b"a" * 1024 * 1024 + b'"}')[0] == 413


@pytest.mark.parametrize("pk", [0, 2**63 - 1, 2**63, 10**40])
def test_an_id_that_cannot_be_is_not_found(api: Api, pk: int) -> None:
    for path in ("tickets/{}/", "tickets/{}/messages/", "customers/{}/", "customers/{}/timeline/"):
        assert api.get(path.format(pk))[0] == 404


def test_a_repeat_with_the_same_key_gets_the_first_answer(api: Api) -> None:
    status, first = api.post("tickets/", NEW_TICKET, Idempotency_Key="k-1")
    assert status == 201 and "Idempotency-Replayed" not in api.last
    headers = {name: api.last[name] for name in ("ETag", "Location")}
    spelled_otherwise = json.dumps(dict(reversed(NEW_TICKET.items())), indent=3).encode()
    assert api.post("tickets/", spelled_otherwise, Idempotency_Key="k-1") == (201, first)
    assert api.last["Idempotency-Replayed"] == "true"
    assert {name: api.last[name] for name in headers} == headers
    assert Ticket.objects.count() == 1


def test_the_same_key_for_another_request_is_refused(api: Api) -> None:
    api.post("tickets/", NEW_TICKET, Idempotency_Key="k-1")
    status, body = api.post("tickets/", NEW_TICKET | {"subject": "Other"}, Idempotency_Key="k-1")
    assert (status, body["code"]) == (422, "key_reused")
    assert api.post("customers/", {"name": "A"}, Idempotency_Key="k-1")[0] == 422
    assert Ticket.objects.count() == 1


def test_keys_of_different_people_do_not_meet(api: Api, teammate: User, key: MakeKey) -> None:
    assert api.post("tickets/", NEW_TICKET, Idempotency_Key="k-1")[0] == 201
    assert key(teammate).post("tickets/", NEW_TICKET, Idempotency_Key="k-1")[0] == 201
    assert Ticket.objects.count() == 2


def test_a_refused_request_does_not_use_up_its_key(api: Api) -> None:
    assert api.post("tickets/", NEW_TICKET | {"reason": "none"}, Idempotency_Key="k-1")[0] == 422
    assert not IdempotencyKey.objects.exists()
    assert api.post("tickets/", NEW_TICKET, Idempotency_Key="k-1")[0] == 201


@pytest.mark.parametrize("name", ["a" * 256, "with space", "ü"])
def test_a_key_that_cannot_be_kept_is_refused(api: Api, name: str) -> None:
    assert api.post("tickets/", NEW_TICKET, Idempotency_Key=name)[0] == 400
    assert not Ticket.objects.exists()


def test_a_key_is_kept_for_a_day(api: Api) -> None:
    api.post("tickets/", NEW_TICKET, Idempotency_Key="k-1")
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert api.post("tickets/", NEW_TICKET, Idempotency_Key="k-1")[0] == 201
        assert "Idempotency-Replayed" not in api.last
    assert (Ticket.objects.count(), IdempotencyKey.objects.count()) == (2, 1)
    with clock.frozen(clock.now() + timedelta(hours=50)):
        assert tidy() == 1


@pytest.mark.django_db(transaction=True)
def test_a_repeat_while_the_first_is_under_way_waits_for_nobody(api: Api) -> None:
    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(idempotency.LOCK, [f"user:{holder}/key\nk-1"])
            held.set()
            done.wait(10)
            cursor.execute("ROLLBACK")
        connections.close_all()

    holder = User.objects.get(name="Sara").pk
    held, done = threading.Event(), threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        status, body = api.post("tickets/", NEW_TICKET, Idempotency_Key="k-1")
    finally:
        done.set()
        thread.join()
    assert (status, body["code"], api.last["Retry-After"]) == (409, "request_in_flight", "1")
    assert not Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_key_make_one_ticket(api: Api) -> None:
    def send() -> None:
        statuses.append(Api(api.token).post("tickets/", NEW_TICKET, Idempotency_Key="k-1")[0])
        connections.close_all()

    statuses: list[int] = []
    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409} and 201 in statuses
    assert Ticket.objects.count() == 1


def test_every_answer_tells_what_is_left(api: Api) -> None:
    api.get("tickets/")
    assert api.last["RateLimit-Policy"] == '"default";q=2000;w=20'
    assert api.last["X-RateLimit-Remaining"] == "1999"


def test_after_the_burst_a_key_must_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "BURST", 2)
    monkeypatch.setattr(buckets, "RATE", 0.001)
    assert [api.get("tickets/")[0] for _ in range(3)] == [200, 200, 429]
    assert api.last["Retry-After"] == "1" and json.loads(api.last.content)["code"] == "too_many"


def test_a_bucket_holds_2000_and_refills_100_a_second() -> None:
    assert sum(buckets.spend("k", at=0.0).allowed for _ in range(2100)) == 2000
    assert sum(buckets.spend("k", at=1.0).allowed for _ in range(200)) == 100


def test_our_own_mistake_is_a_problem_with_an_id(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.access.visible", lambda actor: 1 / 0)
    status, body = api.get("tickets/")
    assert (status, body["code"]) == (500, "internal")
    assert "division" not in json.dumps(body)


def test_a_strange_name_is_shown_without_what_cannot_be_printed(api: Api) -> None:
    assert api.get("tickets/?%02%00=1")[1]["errors"][0]["pointer"] == "?��"


def test_a_resource_that_does_not_do_what_it_promises_cannot_be_made() -> None:
    class Halfway(Reads):
        pass

    class Shapeless(Kind):
        pass

    for kind in (Halfway, Shapeless):
        with pytest.raises(TypeError, match="abstract"):
            kind()


def test_each_resource_answers_exactly_the_methods_that_it_documents() -> None:
    parts = {"GET": Reads, "POST": Creates, "PATCH": Changes}
    found = [kind for part in parts.values() for kind in part.__subclasses__() if kind.__module__ != __name__]
    assert len(found) >= 15
    for kind in found:
        assert {method for method, part in parts.items() if issubclass(kind, part)} == set(kind.operations), kind
        assert not inspect.isabstract(kind)
