"""The settings of a live chat, and the page for integrators."""

import re

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.env import ROOT
from tests.conftest import PASSWORD
from tests.support.chats import chat as began
from tickets.actions import inboxes, widgets
from tickets.actions.inboxes import secrets_of
from tickets.models import Conversation, Inbox
from tickets.rules.visitors import Widget

pytestmark = pytest.mark.django_db
SCRIPTS = ROOT / "helpdesk" / "static" / "widget"
GIVEN = {
    "name": "Shop chat",
    "is_active": "1",
    "colour": "#0a7d4f",
    "position": "start",
    "language": "fa",
    "greeting_fa": "سلام!",
    "ask_name": "ask",
    "ask_email": "must",
    "show_wait": "1",
    "origins": "https://shop.example\nhttps://*.shop.example",
    "identity": "optional",
    "mail_inbox": "",
}


@pytest.fixture
def widget(db: None) -> Inbox:
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop")


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.login(username=admin.email, password=PASSWORD)
    return client


def at(widget: Inbox, more: str = "") -> str:
    return f"/settings/inboxes/{widget.pk}/{more}"


def test_a_chat_is_made_with_a_name_and_shows_its_lines(page: Client) -> None:
    answer = page.post("/settings/inboxes/chat/", {"name": "Shop", "team": ""}, follow=True)
    made = Inbox.objects.get(kind="chat")
    assert answer.redirect_chain == [(at(made), 302)]
    assert f"key:&#x27;{made.key}&#x27;" in answer.content.decode()
    assert secrets_of(made)["identity_secret"] not in answer.content.decode()
    assert at(made) in page.get("/settings/inboxes/").content.decode()


def test_a_chat_without_a_name_is_not_made(page: Client) -> None:
    assert page.post("/settings/inboxes/chat/", {"name": " "}).status_code == 422
    assert not Inbox.objects.exists()


def test_what_is_saved_is_what_the_widget_is(page: Client, widget: Inbox) -> None:
    assert page.post(at(widget), GIVEN).status_code == 302
    widget.refresh_from_db()
    found = Widget.of(widget.settings)
    assert (widget.name, widget.is_active) == ("Shop chat", True)
    assert (found.colour, found.position, found.language, found.identity) == ("#0a7d4f", "start", "fa", "optional")
    assert (found.ask, found.must) == (("name", "email"), ("email",))
    assert (found.show_wait, found.typing_preview) == (True, False)
    assert found.origins == ("https://shop.example", "https://*.shop.example")
    shown = page.get(at(widget)).content.decode()
    assert "سلام!" in shown
    assert "https://*.shop.example" in shown


def test_what_is_wrong_is_said_beside_it_and_keeps_what_was_typed(page: Client, widget: Inbox) -> None:
    answer = page.post(at(widget), GIVEN | {"origins": "shop.example", "greeting_en": "Hello you"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Write it as https://shop.example" in shown
    assert "Hello you" in shown
    assert 'aria-invalid="true"' in shown
    widget.refresh_from_db()
    assert (widget.name, widget.settings) == ("Shop", {})


def test_a_new_secret_is_shown_once(page: Client, widget: Inbox) -> None:
    shown = page.post(at(widget, "secret/new/")).content.decode()
    widget.refresh_from_db()
    made = secrets_of(widget)["identity_secret"]
    assert made in shown
    again = page.get(at(widget)).content.decode()
    assert made not in again
    assert secrets_of(widget)["identity_secret_old"] not in again
    assert page.post(at(widget, "secret/forget/")).status_code == 302
    widget.refresh_from_db()
    assert secrets_of(widget) == {"identity_secret": made}
    assert page.post(at(widget, "secret/steal/")).status_code == 404


def test_first_words_are_kept_and_tried_on_an_address(page: Client, widget: Inbox, admin: User) -> None:
    given = {"pattern": "/prices*", "after_seconds": "20", "text_en": "Shall we help?", "rule_active": "1"}
    talk = began(widget, agent=admin)
    Conversation.objects.filter(pk=talk.pk).update(page_url="https://shop.example/prices/red")
    assert page.post(at(widget, "first-words/"), given).status_code == 302
    shown = page.get(at(widget), {"try": "https://shop.example/prices"}).content.decode()
    assert "Shows there" in shown
    assert "https://shop.example/prices/red" in shown
    rule = widget.proactive_rules.get()
    assert page.post(at(widget, "first-words/"), given | {"rule": rule.pk, "pattern": "/buy"}).status_code == 302
    assert "Does not show there" in page.get(at(widget), {"try": "https://shop.example/prices"}).content.decode()
    assert page.post(at(widget, f"first-words/{rule.pk}/remove/")).status_code == 302
    assert not widget.proactive_rules.exists()


def test_a_wrong_first_word_opens_its_own_form_with_what_was_typed(page: Client, widget: Inbox) -> None:
    rule = widgets.save_rule(
        by=SYSTEM, inbox=widget, pattern="/a", after_seconds=1, only_returning=False, text_en="A", text_fa=""
    )
    wrong = {"rule": rule.pk, "pattern": "prices", "after_seconds": "soon", "text_en": "Typed words"}
    answer = page.post(at(widget, "first-words/"), wrong)
    shown = answer.content.decode()
    assert (answer.status_code, shown.count('id="id_pattern"'), shown.count("Typed words")) == (422, 1, 1)
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert sorted(ids) == sorted(set(ids))
    rule.refresh_from_db()
    assert (rule.pattern, rule.text_en) == ("/a", "A")


def test_another_inboxs_first_words_are_out_of_reach(page: Client, widget: Inbox) -> None:
    other = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Other")
    rule = widgets.save_rule(
        by=SYSTEM, inbox=other, pattern="/a", after_seconds=1, only_returning=False, text_en="A", text_fa=""
    )
    assert page.post(at(widget, f"first-words/{rule.pk}/remove/")).status_code == 404
    assert other.proactive_rules.count() == 1


def test_an_email_inbox_has_no_widget(page: Client, inbox: Inbox) -> None:
    assert page.post(at(inbox, "secret/new/")).status_code == 404
    assert page.post(at(inbox, "first-words/"), {"pattern": "/"}).status_code == 404


@pytest.mark.parametrize("language", ["en", "fa"])
def test_integrators_find_snippet_commands_and_code(client: Client, language: str) -> None:
    client.cookies["language"] = language
    shown = client.get("/developers/widget/", headers={"Accept-Language": language}).content.decode()
    assert f'lang="{language}"' in shown
    for words in ("/w.js", "setContext", "identity:required", "hash_hmac", "frame-src"):
        assert words in shown


def test_what_the_scripts_know_is_told_to_integrators(client: Client) -> None:
    shown = client.get("/developers/widget/").content.decode()
    loader, more, app = ((SCRIPTS / f"{name}.js").read_text() for name in ("loader", "more", "app"))
    told = set(re.findall(r"<code>([\w:]+)</code>", shown))
    body = more[more.index("const commands = {") : more.index("const run = ")]
    commands = set(re.findall(r"^    (\w+)(?:\(.*\) \{|: )", body, re.M)) - {"greet"}
    events = set(re.findall(r'(?:fire|event)\("([\w:]+)"', loader + more + app))
    options = set(re.findall(r"options\.(\w+)", loader + more))
    codes = set(re.findall(r'code: "(\w+)"', loader + more))
    assert {"boot", "identify", "setContext", "shutdown"} < commands
    assert {"ready", "unread", "identity:required", "csat"} < events
    assert {"onTokenExpired", "consent"} < options
    assert (commands | {"on"} | events | options | codes) - told == set()
    shim = (SCRIPTS / "shim.js").read_text()
    for name in re.findall(r"^    (\w+)(?:: |\()", shim, re.M):
        assert name in shown
