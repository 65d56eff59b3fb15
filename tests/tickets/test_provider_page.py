"""Settings of an inbox whose mail a provider hands over by HTTP."""

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import PASSWORD
from tickets.actions import inboxes
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import hooks
from tickets.channels.email.door import provider_of
from tickets.channels.email.hooks import signatures
from tickets.models import Inbox
from tickets.queries.hookwords import PROVIDERS
from tickets.queries.inboxes import fetchable

pytestmark = pytest.mark.django_db
NEW = "/settings/inboxes/provider/"


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.login(username=admin.email, password=PASSWORD)
    return client


def of(inbox: Inbox) -> str:
    return f"/settings/inboxes/{inbox.pk}/provider/"


def test_every_provider_that_we_read_is_offered_with_its_words_in_both_languages(page: Client, inbox: Inbox) -> None:
    assert set(PROVIDERS) == set(hooks.READERS)
    assert {key for key, one in PROVIDERS.items() if one.signs} == signatures.ALWAYS
    for key, one in PROVIDERS.items():
        inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=None, settings={"receive": f"webhook:{key}"})
        said = {
            page.get(of(inbox), headers={"Accept-Language": language}).content.decode() for language in ("en", "fa")
        }
        assert all(f"/hooks/email/{inbox.key}/{one.ending}<" in text for text in said)


def test_an_inbox_at_a_provider_is_made_and_shows_its_address(page: Client) -> None:
    given = {"provider": "postmark", "address": "new@desk.example", "name": "New"}
    text = page.post(NEW, given, follow=True).content.decode()
    made = Inbox.objects.get(address="new@desk.example")
    assert provider_of(made) == "postmark"
    assert f"/hooks/email/{made.key}/" in text


@pytest.mark.parametrize("bad", [{"provider": ""}, {"provider": "aol"}, {"address": "nobody"}, {"name": " "}])
def test_what_cannot_be_made_is_said_and_makes_nothing(page: Client, bad: dict[str, str]) -> None:
    given = {"provider": "postmark", "address": "new@desk.example", "name": "New"} | bad
    assert page.post(NEW, given).status_code == 422
    assert not Inbox.objects.filter(address="new@desk.example").exists()


def test_a_secret_is_kept_sealed_and_never_shown_again(page: Client, inbox: Inbox) -> None:
    page.post(of(inbox), {"provider": "resend", "secret": "whsec_1", "api_key": "re_1"})
    inbox.refresh_from_db()
    assert secrets_of(inbox) | {"secret": "whsec_1", "api_key": "re_1"} == secrets_of(inbox)
    text = page.get(of(inbox)).content.decode()
    assert "whsec_1" not in text and "re_1" not in text
    page.post(of(inbox), {"provider": "resend", "secret": "", "api_key": ""})
    inbox.refresh_from_db()
    assert secrets_of(inbox)["secret"] == "whsec_1"


def test_another_providers_secret_is_forgotten_with_it(page: Client, inbox: Inbox) -> None:
    page.post(of(inbox), {"provider": "resend", "secret": "whsec_1", "api_key": "re_1"})
    page.post(of(inbox), {"provider": "postmark", "secret": ""})
    inbox.refresh_from_db()
    assert not secrets_of(inbox).keys() & {"secret", "api_key"}


def test_a_secret_is_forgotten_on_request(page: Client, inbox: Inbox) -> None:
    page.post(of(inbox), {"provider": "postmark", "secret": "word"})
    page.post(of(inbox), {"provider": "postmark", "secret_off": "1"})
    inbox.refresh_from_db()
    assert "secret" not in secrets_of(inbox)


def test_a_mailbox_is_not_fetched_while_a_provider_hands_its_mail_over(page: Client, inbox: Inbox) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=None, settings={"imap_host": "imap.desk.example"})
    assert fetchable().filter(pk=inbox.pk).exists()
    page.post(of(inbox), {"provider": "postmark"})
    assert not fetchable().filter(pk=inbox.pk).exists()


def test_leads_find_no_such_page(client: Client, lead: User, inbox: Inbox) -> None:
    client.login(username=lead.email, password=PASSWORD)
    assert client.post(of(inbox), {"provider": "postmark"}).status_code == 403
    inbox.refresh_from_db()
    assert provider_of(inbox) == ""
