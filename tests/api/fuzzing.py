"""Throws what fits the API's document and what does not; apart from its test, as schemathesis takes long to load."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from helpdesk.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 8


@contextmanager
def one_connection() -> Iterator[None]:
    """Within the block requests stay in the test's own transaction, as those of Django's test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def everything(mode: str, token: str, ticket: int, customer: int) -> None:
    """Throws at every operation what fits (`positive`) or what does not (`negative`)."""
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
        for result in schema.get_all_operations():
            fuzz(result.ok(), GenerationMode(mode), token, ticket, customer)


def fuzz(operation: Any, mode: GenerationMode, token: str, ticket: int, customer: int) -> None:
    """Positive cases go to things that exist and pass If-Match; negative ones anywhere."""
    headers, given_places = {"Authorization": f"Bearer {token}"}, {}
    if mode.is_positive:
        headers["If-Match"] = "*"
        if "{id}" in operation.path:
            given_places["path_parameters"] = {"id": ticket if "/tickets/" in operation.path else customer}
    throw(operation.as_strategy(generation_mode=mode, **given_places), headers)


def throw(cases: Any, headers: dict[str, str]) -> None:
    """Sends EXAMPLES cases, always the same ones."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def one(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    one()
