"""schemathesis throws what fits the document and what does not at every operation: never a 5xx, all answers conform."""

import pytest

from customers.models import Customer
from tests.api.conftest import NEW_TICKET, Api

pytestmark = [pytest.mark.django_db, pytest.mark.load]


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_no_answer_surprises(mode: str, api: Api, customer: Customer) -> None:
    from tests.api import fuzzing

    made = api.post("tickets/", NEW_TICKET)[1]
    fuzzing.everything(mode, api.token, made["id"], customer.pk)
