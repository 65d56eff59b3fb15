"""What people allow, at the desk, in the settings and over REST."""

import pytest
from django.test import Client

from customers.actions import looking
from customers.models import Consent, Customer, Look, NoContact, PrivacyPolicy
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.core.models import AuditEntry
from tests.api.conftest import Api, MakeKey
from tests.api.conftest import api as api
from tests.api.conftest import full_buckets as full_buckets
from tests.api.conftest import key as key

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """Sara's browser."""
    client.force_login(agent)
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return str(answer.content.decode())


def test_an_agent_records_what_was_said_and_sees_who_said_it(desk: Client, customer: Customer) -> None:
    path = f"/desk/c/{customer.pk}/consent/"
    assert path in text(desk, f"/desk/c/{customer.pk}/")
    refused = desk.post(path, {"what": "no", "purpose": "survey", "words": " "})
    assert refused.status_code == 422 and "what was said or shown" in refused.content.decode()
    assert desk.post(path, {"what": "perhaps"}).status_code == 404
    assert not Consent.objects.exists()
    for purpose in ("survey", "followup.email"):
        desk.post(path, {"what": "no", "purpose": purpose, "words": "Please not"})
    desk.post(path, {"what": "alone", "reason": "Asked on the phone"})
    assert sorted(Consent.objects.values_list("purpose", "channel")) == [("followup", "email"), ("survey", "")]
    card = desk.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Asked on the phone" in card and "Please not" in card and "<html" not in card
    assert "/looks/" not in card
    desk.post(path, {"what": "again"})
    assert NoContact.objects.get().lifted_at is not None


def test_leads_read_names_of_who_looked_and_agents_do_not(
    desk: Client, customer: Customer, agent: User, lead: User
) -> None:
    path = f"/desk/c/{customer.pk}/looks/"
    assert desk.get(path).status_code in (403, 404)
    looking.note(actor_of(agent), customer.pk, looking.MEMORY)
    desk.force_login(lead)
    assert path in text(desk, f"/desk/c/{customer.pk}/consent/")
    page = text(desk, path)
    assert "Sara" in page and "what we remember" in page
    assert Look.objects.filter(user_id=lead.pk).exists()


def week(**more: str) -> dict[str, str]:
    days = {f"{day}_{end}": time for day in ("sat", "wed") for end, time in (("from", "۰۹:۰۰"), ("to", "21:00"))}
    return {"most": "۲", "days": "14", "version": "1", "names": "1", "survey.ask": "in", **days, **more}


def test_an_admin_sets_the_budget_with_digits_of_any_kind_and_mistakes_change_nothing(
    client: Client, admin: User, lead: User
) -> None:
    client.force_login(lead)
    assert client.get("/settings/contact/").status_code == 403
    client.force_login(admin)
    for wrong in ({"most": "many"}, {"sat_to": "nine"}, {"survey.most": "1"}):
        answer = client.post("/settings/contact/", week(**wrong))
        assert answer.status_code == 422
        assert next(iter(wrong.values())) in answer.content.decode()
    assert not PrivacyPolicy.objects.filter(most=2).exists()
    good = week(**{"survey.most": "1", "survey.days": "30"})
    assert client.post("/settings/contact/", good).status_code == 302
    row = PrivacyPolicy.objects.get()
    assert (row.most, row.days, row.shows_names, row.hours["wed"]) == (2, 14, True, [["09:00", "21:00"]])
    assert row.purposes["survey"] == {"ask": "in", "most": 1, "days": 30}
    stale = client.post("/settings/contact/", good)
    assert stale.status_code == 422 and "Somebody changed this meanwhile" in stale.content.decode()


def test_an_admin_tries_a_schedule_before_it_holds(
    client: Client, admin: User, agent: User, customer: Customer
) -> None:
    looking.note(actor_of(agent), customer.pk, looking.PAGE)
    client.force_login(admin)
    assert "Who looked at customers" in text(client, "/settings/retention/")
    tried = client.post("/settings/retention/", {"looks": "۳۰", "pages": "30", "try": "1"}).content.decode()
    assert "0 of 1 would go" in tried and 'value="۳۰"' in tried
    assert not PrivacyPolicy.objects.exclude(retention={}).exists()
    bad = client.post("/settings/retention/", {"looks": "30", "payments": "100", "version": "1"})
    assert bad.status_code == 422 and "from 3650" in bad.content.decode()
    assert not PrivacyPolicy.objects.exclude(retention={}).exists()
    assert client.post("/settings/retention/", {"looks": "30", "pages": "۹۰", "version": "1"}).status_code == 302
    kept = PrivacyPolicy.objects.get().retention
    assert (kept["looks"], kept["pages"], kept["memory"]) == (30, 90, None)
    assert AuditEntry.objects.filter(verb="retention.changed").count() == 1


def test_programs_record_consent_and_ask_before_they_contact(api: Api, customer: Customer) -> None:
    base = f"customers/{customer.pk}/"
    assert api.get(f"{base}may-contact/?purpose=marketing&channel=email")[1] == {"at": None, "why": "no_consent"}
    assert api.get(f"{base}may-contact/?purpose=pestering")[0] in (400, 422)
    assert api.get(f"{base}may-contact/?purpose=chat&channel=sms")[0] == 404
    status, made = api.post(f"{base}consents/", {"purpose": "survey", "given": False, "words": "No surveys"})
    assert (status, made["state"], made["how"], made["channel"]) == (201, "refused", "api", "")
    assert api.get(f"{base}may-contact/?purpose=survey&channel=email")[1]["why"] == "no_consent"
    wrong = {"purpose": "marketing", "channel": "chat", "given": True, "words": "Yes"}
    assert api.post(f"{base}consents/", wrong)[0] == 422
    status, told = api.get(f"{base}consents/")
    assert (status, len(told["data"]), told["no_contact"]) == (200, 1, None)
    assert {"purpose": "survey", "channel": "sms", "state": "refused", "agrees": False} in told["standing"]
    assert api.post(f"{base}no-contact/", {"reason": "Asked"})[1] == {"no_contact": "Asked"}
    assert api.get(f"{base}may-contact/?purpose=followup&channel=email")[1] == {"at": None, "why": "no_contact"}
    assert api.post(f"{base}no-contact/", {"reason": ""})[1] == {"no_contact": None}


def test_only_keys_of_leads_read_who_looked(api: Api, key: MakeKey, customer: Customer, lead: User) -> None:
    path = f"customers/{customer.pk}/looks/"
    assert api.get(path)[0] == 403
    api.get(f"customers/{customer.pk}/")
    status, told = key(lead).get(path)
    assert (status, [row["what"] for row in told["data"]]) == (200, ["api"])
