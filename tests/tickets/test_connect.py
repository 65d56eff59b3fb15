"""Connecting an inbox: what is tried is really tried, what fails says what to do, and nothing is kept half."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, dns
from helpdesk.core.dns import Answer
from tests.conftest import PASSWORD, Post
from tests.support import fakeimap, fakesmtp
from tests.support.fakeimap import Mailbox
from tests.support.fakesmtp import Sink
from tickets.actions import cursors, inboxes
from tickets.channels.email import imap
from tickets.channels.email.guess import provider_of
from tickets.models import Inbox, RawInbound
from tickets.queries.troublewords import explain
from tickets.rules import mailproviders
from tickets.rules.mailtrouble import cause_of

pytestmark = pytest.mark.django_db
PAGE = "/settings/inboxes/connect/"


@dataclass
class Provider:
    """A mailbox and a sink that stand for a provider's two servers."""

    box: Mailbox
    sink: Sink

    def form(self, **other: str) -> dict[str, str]:
        """A filled page."""
        return {
            "address": "help@shop.example", "name": "Shop", "password": self.box.password, "ack": "1",
            "in_host": "127.0.0.1", "in_port": str(self.box.port), "in_tls": "none",
            "smtp_host": "127.0.0.1", "smtp_port": str(self.sink.port), "smtp_tls": "none", "do": "connect",
        } | other  # fmt: skip


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with fakeimap.serving() as box, fakesmtp.serving(sign_in="secret") as sink:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{box.port}", f"127.0.0.1:{sink.port}")
        yield Provider(box, sink)


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.login(username=admin.email, password=PASSWORD)
    return client


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_good_mailbox_is_connected_with_one_press(page: Client, provider: Provider, admin: User) -> None:
    answer = page.post(PAGE, provider.form())
    made = Inbox.objects.get()
    assert (answer.status_code, made.address, made.name) == (302, "help@shop.example", "Shop")
    assert (made.settings["ack"], made.settings["from_person"]) == (True, False)
    assert [recipients for _, recipients, _ in provider.sink.kept] == [[admin.email]]
    assert b"Auto-Submitted: auto-generated" in provider.sink.kept[0][2]
    assert imap.fetch(made) == 0
    made.refresh_from_db()
    assert made.last_success_at is not None


def test_a_wrong_password_keeps_nothing_and_says_what_to_do(page: Client, provider: Provider) -> None:
    answer = page.post(PAGE, provider.form(password="guess"))
    text = body(answer)
    assert (answer.status_code, Inbox.objects.count(), provider.sink.kept) == (422, 0, [])
    assert "The account or the password is wrong." in text
    assert "[AUTHENTICATIONFAILED] wrong password" in text


def test_an_inbox_that_cannot_send_is_not_kept(page: Client, provider: Provider) -> None:
    answer = page.post(PAGE, provider.form(smtp_password="guess"))
    assert (answer.status_code, Inbox.objects.count()) == (422, 0)
    assert "Receiving works" in body(answer)
    assert "Sending does not work yet." in body(answer)


def test_trying_saves_nothing(page: Client, provider: Provider) -> None:
    for do in ("receive", "send", "guess"):
        assert page.post(PAGE, provider.form(do=do)).status_code == 200
    assert Inbox.objects.count() == 0


def test_the_password_is_kept_between_tries_but_never_shown(page: Client, provider: Provider) -> None:
    first = page.post(PAGE, provider.form(do="receive", password="secret"))
    assert not re.search(r"secret\b", body(first).replace("csrf", ""))
    assert "secret" not in str(dict(page.session))
    assert page.post(PAGE, provider.form(password="")).status_code == 302
    assert "connecting" not in page.session


def test_the_kept_password_is_not_used_for_another_address(page: Client, provider: Provider) -> None:
    page.post(PAGE, provider.form(do="receive"))
    answer = page.post(PAGE, provider.form(password="", address="other@shop.example"))
    assert (answer.status_code, Inbox.objects.count()) == (422, 0)
    assert "Type the mailbox" in body(answer)


def test_much_old_mail_is_asked_about_first(page: Client, provider: Provider, post: Post) -> None:
    Inbox.objects.all().delete()
    for number in range(25):
        provider.box.append(post.make(f"old {number}"))
    assert "25 mails" in body(page.post(PAGE, provider.form()))
    assert Inbox.objects.count() == 0
    page.post(PAGE, provider.form(old="leave"))
    made = Inbox.objects.get()
    provider.box.append(post.make("new"))
    assert (imap.fetch(made), RawInbound.objects.count()) == (1, 1)


def test_mail_of_the_last_days_is_taken_and_no_older(page: Client, provider: Provider, post: Post) -> None:
    Inbox.objects.all().delete()
    for number in range(25):
        uid = provider.box.append(post.make(f"old {number}"))
        provider.box.came[uid] = (clock.now() - timedelta(days=60 - 2 * number)).date()
    text = body(page.post(PAGE, provider.form()))
    assert "Take what came in the last 30 days" in text
    page.post(PAGE, provider.form(old="30"))
    assert imap.fetch(Inbox.objects.get()) == 10


def test_servers_in_our_own_network_are_refused_in_words(page: Client, provider: Provider) -> None:
    answer = page.post(PAGE, provider.form(in_host="127.0.0.1", in_port="6379", do="receive"))
    assert "This is not a public server." in body(answer)


def test_an_address_that_is_taken_is_said_so(page: Client, provider: Provider) -> None:
    page.post(PAGE, provider.form())
    answer = page.post(PAGE, provider.form())
    assert (answer.status_code, Inbox.objects.count()) == (422, 1)
    assert "already an inbox with this address" in body(answer)


@pytest.mark.parametrize("bad", [{"address": "nobody"}, {"name": ""}, {"in_port": "70000"}, {"password": ""}])
def test_what_cannot_be_used_is_said_at_its_field(page: Client, provider: Provider, bad: dict[str, str]) -> None:
    answer = page.post(PAGE, provider.form(**bad))
    assert (answer.status_code, Inbox.objects.count()) == (422, 0)
    assert f'href="#id_{next(iter(bad))}"' in body(answer)
    assert provider.box.said == []


def test_connecting_again_heals_and_keeps_the_cursor(page: Client, provider: Provider, post: Post) -> None:
    page.post(PAGE, provider.form())
    row = Inbox.objects.get(address="help@shop.example")
    provider.box.append(post.make("one"))
    imap.fetch(row)
    provider.box.password = "changed"
    imap.fetch(row)
    url = f"/settings/inboxes/{row.pk}/connect/"
    assert "[AUTHENTICATIONFAILED]" in body(page.get(url))
    assert page.post(url, provider.form(password="changed", smtp_password="secret")).status_code == 302
    row.refresh_from_db()
    assert (row.last_error, row.last_uid, imap.fetch(row)) == ("", 1, 0)


def test_leads_and_agents_are_told_that_it_is_not_for_them(client: Client, lead: User, provider: Provider) -> None:
    client.login(username=lead.email, password=PASSWORD)
    assert client.post(PAGE, provider.form()).status_code == 403
    assert Inbox.objects.count() == 0


@pytest.fixture
def fetched(inbox: Inbox, provider: Provider) -> Inbox:
    given = {"imap_host": "127.0.0.1", "imap_port": provider.box.port, "imap_tls": "none", "imap_password": "secret"}
    row = inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)
    cursors.fetch_ok(row)
    return row


@pytest.mark.parametrize(("minutes", "red"), [(4, False), (6, True)])
def test_a_silent_inbox_is_red_after_five_minutes(page: Client, fetched: Inbox, minutes: int, red: bool) -> None:
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        for path in ("/desk/", "/settings/inboxes/"):
            assert ("No mail comes in through Support" in body(page.get(path))) is red


def test_the_lead_is_told_and_the_agent_is_not(client: Client, fetched: Inbox, lead: User, agent: User) -> None:
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        client.login(username=lead.email, password=PASSWORD)
        assert "Tell an administrator." in body(client.get("/desk/"))
        client.login(username=agent.email, password=PASSWORD)
        assert "No mail comes in" not in body(client.get("/desk/"))


def test_it_heals_by_itself_with_the_next_success(page: Client, fetched: Inbox, provider: Provider) -> None:
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert "No mail comes in through" in body(page.get("/desk/"))
        imap.fetch(fetched)
        assert "No mail comes in through" not in body(page.get("/desk/"))


def test_an_inbox_that_is_off_or_not_fetched_is_never_red(page: Client, fetched: Inbox) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=fetched, team=fetched.team, is_active=False)
    inboxes.create_inbox(by=SYSTEM, kind="email", name="Forwarded", settings={"address": "f@desk.example"})
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert "No mail comes in through" not in body(page.get("/desk/"))


def test_words_of_the_inbox_are_changed_only_by_pages_that_show_them(page: Client, fetched: Inbox) -> None:
    url = f"/settings/inboxes/{fetched.pk}/"
    page.post(url, {"name": "Support", "is_active": "1", "words": "1", "ack": "1", "signature_en": "Bye"})
    page.post(url, {"name": "Support", "is_active": "1"})
    fetched.refresh_from_db()
    kept = fetched.settings
    assert (kept["ack"], kept["signature_en"], kept["from_person"]) == (True, "Bye", False)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("me@gmail.com", "imap.gmail.com"),
        ("me@yahoo.co.uk", "imap.mail.yahoo.com"),
        ("me@hotmail.fr", "outlook.office365.com"),
        ("me@bk.ru", "imap.mail.ru"),
        ("me@ya.ru", "imap.yandex.com"),
        ("me@icloud.com", "imap.mail.me.com"),
        ("me@zoho.com", "imap.zoho.com"),
        ("me@fastmail.com", "imap.fastmail.com"),
    ],
)
def test_known_providers_are_known_by_their_domain(address: str, host: str) -> None:
    assert provider_of(address).imap.host == host


@pytest.mark.parametrize(
    ("answers", "host"),
    [
        ({"MX": ("aspmx.l.google.com",)}, "imap.gmail.com"),
        ({"MX": ("shop-example.mail.protection.outlook.com",)}, "outlook.office365.com"),
        ({"MX": ("mx.evilgoogle.com",), "mail.shop.example": ("9.9.9.9",)}, "mail.shop.example"),
        ({}, "imap.shop.example"),
    ],
)
def test_other_domains_are_known_by_their_exchanger_or_the_usual_names(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, tuple[str, ...]], host: str
) -> None:
    def ask(name: str, kind: str) -> Answer:
        return Answer(answers.get("MX" if kind == "MX" else name, ()))

    monkeypatch.setattr(dns, "ask", ask)
    assert provider_of("help@shop.example").imap.host == host


SAID = {
    "error: [AUTHENTICATIONFAILED] Invalid credentials (Failure)": "password",
    "error: [ALERT] Application-specific password required: https://support.google.com/x (Failure)": "app_password",
    "error: [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings": "switched_off",
    "SMTPAuthenticationError: 535 5.7.8 Username and Password not accepted": "password",
    "SMTPAuthenticationError: 534 5.7.9 Application-specific password required": "app_password",
    "SMTPAuthenticationError: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled.": "basic_off",
    "error: LOGIN failed.": "password",
    "SMTPAuthenticationError: 535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru": "app_password",
    "SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed": "certificate",
    "SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)": "encryption",
    "SMTPNotSupportedError: STARTTLS extension not supported by server.": "encryption",
    "gaierror: [Errno -2] Name or service not known": "name",
    "TimeoutError: timed out": "timeout",
    "ConnectionRefusedError: [Errno 111] Connection refused": "blocked",
    "OSError: [Errno 101] Network is unreachable": "blocked",
    "Refused: egress_refused": "private",
    "error_proto: -ERR [AUTH] Username and password not accepted.": "password",
    "FetchFailed: cannot open the folder Old: [b'NO']": "folder",
    "SMTPSenderRefused: 553 5.7.1 Sender address rejected: not owned by user": "sender",
    "SMTPServerDisconnected: Connection unexpectedly closed": "closed",
    "SMTPDataError: 554 something of its own": "other",
    "no server": "unset",
}


@pytest.mark.parametrize(("said", "cause"), SAID.items())
def test_what_servers_say_has_a_cause(said: str, cause: str) -> None:
    assert cause_of(said) == cause


def test_every_cause_has_words_and_a_step() -> None:
    for said in SAID:
        found = explain(said)
        assert found is not None
        assert found.title
        assert found.step
    assert explain("") is None


def test_gmail_sends_a_wrong_password_to_its_app_passwords() -> None:
    found = explain("error: [AUTHENTICATIONFAILED] Invalid credentials", mailproviders.PROVIDERS["gmail"])
    assert found is not None
    assert (found.cause, found.link) == ("app_password", mailproviders.GOOGLE_PAGE)
