"""What customers and leads do with all that is kept: look at it, take a copy along, have it erased."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client

from customers.actions import copies, erasing, memory
from customers.models import Customer, Erasure, Identity, PersonalExport
from customers.queries import preview
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.management.commands.drain import drain
from helpdesk.core.models import AuditEntry
from helpdesk.core.rules.digits import digits_to_persian
from tests.api.conftest import MakeKey
from tests.api.conftest import full_buckets as full_buckets
from tests.api.conftest import key as key
from tests.conftest import CUSTOMER, Post
from tests.portal.conftest import code_for
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
DATA = "/en/me/data/"


def test_a_customer_sees_what_is_kept_and_takes_a_copy_along(
    narges: Client, mallory: Client, customer: Customer, ticket: Ticket, agent: User, act: Acts
) -> None:
    memory.remember(by=act(agent), customer=customer, text="Lives on the third floor")
    memory.remember(by=act(agent), customer=customer, text="Argues about invoices", sight="desk")
    page = narges.get(DATA).content.decode()
    assert "Messages" in page and "goes for good" in page
    assert "آنچه از شما نگه می‌داریم" in narges.get("/fa/me/data/").content.decode()
    narges.post(f"{DATA}copy/")
    assert "Being made" in narges.get(DATA).content.decode()
    drain()
    row = PersonalExport.objects.get()
    fetched = narges.get(f"{DATA}copies/{row.pk}/")
    assert fetched["Content-Type"] == "application/zip" and "no-store" in fetched["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(b"".join(fetched))) as found:
        told = json.loads(found.read("data.json"))["data"]
        assert "Lives on the third floor" in found.read("index.html").decode()
    assert [one["text"] for one in told["facts"]] == ["Lives on the third floor"]
    assert told["messages"][0]["text"].strip() == "Please help."
    assert mallory.get(f"{DATA}copies/{row.pk}/").status_code == 404
    assert AuditEntry.objects.filter(verb="customer.copy_fetched", actor=f"customer:{customer.pk}").count() == 1
    for _again in range(copies.A_DAY):
        narges.post(f"{DATA}copy/")
        drain()
    assert narges.post(f"{DATA}copy/").status_code == 429


def test_a_customer_erases_themselves_with_a_code(narges: Client, customer: Customer, ticket: Ticket) -> None:
    wrong = narges.post(f"{DATA}erase/", {"code": "123456"})
    assert wrong.status_code == 422 and not Erasure.objects.exists()
    door = code_for(CUSTOMER)
    narges.post(f"{DATA}erase/")
    code = code_for(CUSTOMER)
    assert narges.post(f"{DATA}erase/", {"code": door if door != code else "000001"}).status_code == 422
    assert Message.objects.get(ticket=ticket).text.strip() == "Please help."
    assert Identity.objects.filter(value=CUSTOMER).exists()
    done = narges.post(f"{DATA}erase/", {"code": code})
    assert "You are erased" in done.content.decode()
    assert narges.get(DATA).status_code == 302
    drain()
    assert Message.objects.get(ticket=ticket).text == ""
    assert not Identity.objects.filter(value=CUSTOMER).exists()


def test_a_code_to_erase_opens_no_door_and_a_code_of_the_door_erases_nobody(narges: Client) -> None:
    narges.post(f"{DATA}erase/")
    code, other = code_for(CUSTOMER), Client()
    other.post("/en/enter/", {"address": CUSTOMER})
    answer = other.post("/en/enter/code/", {"code": code})
    assert answer.status_code == 422 or code == code_for(CUSTOMER)


def test_a_lead_copies_and_erases_and_an_agent_does_neither(
    client: Client, customer: Customer, ticket: Ticket, agent: User, lead: User
) -> None:
    at = f"/desk/c/{customer.pk}/"
    client.force_login(agent)
    assert "Copy or erase" not in client.get(at).content.decode()
    assert client.get(f"{at}data/").status_code == 403
    assert client.post(f"{at}data/erase/", {"typed": str(customer.pk)}).status_code == 403
    assert not Erasure.objects.exists()
    client.force_login(lead)
    assert "Copy or erase" in client.get(at).content.decode()
    client.post(f"{at}data/copy/")
    drain()
    row = PersonalExport.objects.get()
    assert client.get(f"{at}data/copies/{row.pk}/")["Content-Type"] == "application/zip"
    assert client.post(f"{at}data/erase/", {"typed": "no"}).status_code == 422
    assert not Erasure.objects.exists()
    assert client.post(f"{at}data/erase/", {"typed": digits_to_persian(str(customer.pk))}).status_code == 302
    drain()
    assert Erasure.objects.get().done_at is not None
    assert client.get(at).status_code == 404
    left = client.get(f"/desk/t/{ticket.number}/").content.decode()
    assert "Erased person" in left and at not in left


def test_programs_copy_and_erase(key: MakeKey, agent: User, lead: User, customer: Customer, ticket: Ticket) -> None:
    at, may_not, api = f"customers/{customer.pk}/", key(agent), key(lead)
    assert may_not.get(f"{at}erase/")[0] == may_not.post(f"{at}export/", {})[0] == 403
    assert api.post(f"{at}export/", {"language": "fa"})[0] == 201
    drain()
    assert api.get(f"{at}export/")[1]["data"][0]["state"] == "ready"
    kept = {one["what"]: one for one in api.get(f"{at}erase/")[1]["data"]}
    assert kept["Messages"]["count"] == 1 and kept["Requests"]["stays"] == 1
    assert api.post(f"{at}erase/", {"customer": customer.pk + 1})[0] == 422
    assert not Erasure.objects.exists()
    assert api.post(f"{at}erase/", {"customer": customer.pk})[0] == 201
    assert api.get(at)[0] == 404


def test_the_preview_names_what_stays_and_why(customer: Customer, ticket: Ticket, post: Post) -> None:
    told = {str(one.word): one for one in preview.preview(customer.pk)}
    assert told["Requests"].stays == 1 and "figures" in str(told["Requests"].why)
    assert told["Messages"].stays == 0


def test_a_merged_customer_is_erased_with_whom_they_were_joined(
    customer: Customer, stranger: Customer, lead: User, act: Acts
) -> None:
    from customers.actions import merging

    decision = merging.merge(by=act(lead), survivor=customer, other=stranger)
    erasing.erase(by=act(lead), customer=customer, typed=str(customer.pk))
    drain()
    assert not Customer.objects.exclude(name="").exists()
    from helpdesk.core.errors import Conflict

    with pytest.raises(Conflict):
        merging.undo(by=act(lead), merge=decision)
