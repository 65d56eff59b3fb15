"""The OpenAPI document says what the API does: its examples run, and fuzzed answers conform."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from jsonschema_rs import Draft202012Validator, meta

from customers.actions import duplicates
from customers.models import Customer, Duplicate
from helpdesk.accounts.models import User
from helpdesk.core.problems import CODES
from tests.api.conftest import NEW_TICKET, Api, MakeKey

pytestmark = pytest.mark.django_db
FORBIDDEN = re.compile(r"token|secret|hash|password|scopes", re.IGNORECASE)


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def schema_of(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": document["components"]})


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in item.keys() - {"parameters"}:
            yield method.upper(), path, item[method]


def done(operation: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    status = next(status for status in operation["responses"] if status.startswith("2"))
    return int(status), operation["responses"][status]["content"]["application/json"]


def test_every_schema_is_a_schema_and_every_operation_has_its_own_name(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        meta.validate(schema)
    names = [operation["operationId"] for _method, _path, operation in operations(document)]
    assert len(names) == len(set(names)) >= 18


def test_no_answer_can_hold_a_secret(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            assert not FORBIDDEN.search(field), f"{name}.{field}"


def test_every_example_runs_and_its_answer_conforms(
    document: dict[str, Any], key: MakeKey, agent: User, admin: User, customer: Customer
) -> None:
    api = key(admin)
    for method, path, operation in operations(document):
        with transaction.atomic():
            run_example(document, api, customer, method, path, operation)
            transaction.set_rollback(True)


def run_example(
    document: dict[str, Any], api: Api, customer: Customer, method: str, path: str, operation: dict[str, Any]
) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    if path.endswith("/reopen/"):
        api.post(f"tickets/{made['id']}/resolve/", {})
    place = path.replace("/api/v1/", "").replace("{id}", str(made["id"] if "/tickets/" in path else customer.pk))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    assert "example" in content or "requestBody" not in operation, operation["operationId"]
    example = content.get("example")
    if "/customer-imports/{id}/" in path:
        brought = api.post("customer-imports/", {"name": "a.csv", "text": "Name,E-mail\nSara,sara@example.com\n"})[1]
        place = path.replace("/api/v1/", "").replace("{id}", str(brought["id"]))
    elif "/v1/identities/" in path:
        place, example = about_a_handle(api, customer, path, example)
    elif path.endswith("/erase/") and example:
        example = {"customer": customer.pk}
    elif any(part in path for part in ("/facts/", "/organisations/", "/members/")):
        place, example = about_people(api, customer, path, example)
    elif "customer-duplicates" in path:
        place = path.replace("/api/v1/", "").replace("{id}", str(a_question(api)))
    elif "customer" in path and ("merge" in path or "split" in path):
        place, example = who_is_who(api, customer, method, place)
    elif "merge" in path:
        example = {"other": api.post("tickets/", NEW_TICKET)[1]["id"]}
    if path.startswith("/api/v1/ticket-merges/"):
        merged = api.post(f"tickets/{made['id']}/merge/", example)[1]["merge_id"]
        place, example = f"ticket-merges/{merged}/undo/", None
    status, body = api.call(method, place, example, If_Match="*")
    expected, answer = done(operation)
    assert status == expected, (operation["operationId"], body)
    schema_of(document, answer["schema"]).validate(body)
    schema_of(document, answer["schema"]).validate(answer["example"])


def about_people(
    api: Api, customer: Customer, path: str, example: dict[str, Any] | None
) -> tuple[str, dict[str, Any] | None]:
    """The same example about a fact, an organisation or a membership that exists."""
    if path.startswith("/api/v1/customers/"):
        return f"customers/{customer.pk}/facts/", example
    bakery = api.post("organisations/", {"name": "Nan"})[1]["id"]
    member = api.post(f"organisations/{bakery}/members/", {"customer": customer.pk})[1]["id"]
    fact = api.post(f"customers/{customer.pk}/facts/", {"text": "Has a dog"})[1]["id"]
    ids = {"facts": fact, "organisations": bakery, "members": member}
    place = path.replace("/api/v1/", "").replace("{id}", str(ids[path.split("/")[3]]))
    return place, {"customer": customer.pk} if path.endswith("/members/") and example else example


def about_a_handle(
    api: Api, customer: Customer, path: str, example: dict[str, Any] | None
) -> tuple[str, dict[str, Any] | None]:
    """The same example about a handle that exists, and somebody who may have it now."""
    handle = api.post(f"customers/{customer.pk}/identities/", {"kind": "phone", "value": "+989121234567"})[1]["id"]
    other = api.post("customers/", {"name": "Sara"})[1]["id"]
    changed = example | {"into": other} if example and "into" in example else example
    return path.replace("/api/v1/", "").replace("{id}", str(handle)), changed


def a_question(api: Api) -> int:
    """Whether two customers with one number are one person."""
    numbers = ({"kind": "phone", "value": "+989121234500"}, {"kind": "whatsapp", "value": "+989121234500"})
    for number in numbers:
        made = api.post("customers/", {"name": "Sara Ahmadi"})[1]["id"]
        api.post(f"customers/{made}/identities/", number)
        duplicates.refresh(made)
    return Duplicate.objects.get().pk


def who_is_who(api: Api, customer: Customer, method: str, place: str) -> tuple[str, dict[str, Any] | None]:
    """The same example about two customers who exist."""
    other = api.post("customers/", {"name": "Sara"})[1]["id"]
    if "undo" in place:
        merge = api.post(f"customers/{customer.pk}/merge/", {"other": other})[1]["merge_id"]
        return f"customer-merges/{merge}/undo/", None
    if "split" in place:
        return place, {"identities": [customer.identities.get().pk], "into": None}
    return (f"{place}?other={other}" if place.endswith("merge/") and method == "GET" else place), {"other": other}


def test_a_problem_conforms(document: dict[str, Any], api: Api) -> None:
    problem = schema_of(document, document["components"]["schemas"]["Problem"])
    for body in (api.get("tickets/?x=1")[1], api.get("nowhere/")[1], Api().get("tickets/")[1]):
        problem.validate(body)


def test_every_error_code_of_the_api_has_its_page(client: Client) -> None:
    root = Path(__file__).parents[2]
    raised = re.compile(r'(?:Conflict|Stale|OtherRequest|Precondition|ImportNeeded)\(\s*"([a-z_]+)"')
    actions = [root / "tickets/actions" / f"{name}.py" for name in ("tickets", "replies", "lifecycle")]
    areas = [p for area in ("helpdesk/core", "customers", "tickets/api") for p in (root / area).rglob("*.py")]
    found = {code for source in [*areas, *actions] for code in raised.findall(source.read_text())}
    assert "handle_taken" in found and found - CODES.keys() == set()
    for code in CODES:
        for language in ("en", "fa"):
            page = client.get(f"/developers/errors/{code}/", headers={"Accept-Language": language})
            assert page.status_code == 200 and code in page.content.decode()


def test_the_reference_shows_every_operation_in_both_languages(client: Client, document: dict[str, Any]) -> None:
    for language in ("en", "fa"):
        page = client.get("/developers/", headers={"Accept-Language": language}).content.decode()
        for _method, path, _operation in operations(document):
            assert path in page
        assert json.dumps(NEW_TICKET["subject"])[1:-1] in page
