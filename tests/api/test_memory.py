"""REST: what is remembered, organisations, and how somebody likes to be written to."""

import pytest

from customers.models import Customer, Fact, Membership, Organisation
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_a_fact_is_kept_corrected_and_forgotten(api: Api, customer: Customer) -> None:
    status, made = api.post(f"customers/{customer.pk}/facts/", {"text": "Lives on the third floor"})
    assert (status, made["sight"], made["theirs"]) == (201, "customer", False)
    where = f"facts/{made['id']}/"
    assert api.patch(where, {"text": "No"}, **{"If-Match": '"7"'})[0] == 412
    status, row = api.patch(where, {"text": "Lives on the fourth floor"}, **{"If-Match": '"1"'})
    assert (status, row["version"]) == (200, 2)
    assert [one["text"] for one in api.get(f"customers/{customer.pk}/facts/")[1]["data"]] == [
        "Lives on the fourth floor"
    ]
    assert api.post(f"{where}forget/", {}) == (200, {"id": made["id"]})
    assert api.get(where)[0] == 404
    assert not Fact.objects.exists()


def test_a_fact_without_words_is_refused(api: Api, customer: Customer) -> None:
    for body in ({"text": " "}, {"sight": "desk"}, {"text": "x", "sight": "world"}, {"text": "x", "sight": "team"}):
        assert api.post(f"customers/{customer.pk}/facts/", body)[0] in (400, 422)
    assert not Fact.objects.exists()


def test_an_organisation_and_its_members(api: Api, customer: Customer) -> None:
    status, made = api.post("organisations/", {"name": "Nan Bakery"})
    assert status == 201
    where = f"organisations/{made['id']}/"
    assert api.patch(where, {"notes": "Pays late"}, **{"If-Match": '"1"'})[1]["notes"] == "Pays late"
    assert api.get("organisations/")[1]["data"][0]["version"] == 2
    status, member = api.post(f"{where}members/", {"customer": customer.pk})
    assert (status, member["how"]) == (201, "staff")
    assert api.post(f"{where}members/", {"customer": customer.pk})[1]["id"] == member["id"]
    assert [one["customer"] for one in api.get(f"{where}members/")[1]["data"]] == [customer.pk]
    assert api.post(f"{where}members/", {"customer": 987654})[0] == 404
    assert api.post(f"members/{member['id']}/remove/", {})[0] == 200
    assert not Membership.objects.exists()
    assert api.post("organisations/", {"name": " "})[0] in (400, 422)
    assert Organisation.objects.count() == 1


def test_how_somebody_likes_to_be_written_to(api: Api, customer: Customer) -> None:
    row = api.patch(f"customers/{customer.pk}/", {"tone": "formal", "channel": "phone"}, **{"If-Match": '"1"'})[1]
    assert (row["tone"], row["channel"]) == ("formal", "phone")
    assert api.patch(f"customers/{customer.pk}/", {"tone": "rude"}, **{"If-Match": '"2"'})[0] == 400
