"""Keeping an inbox of kind chat: what may be set, who may, and its two secrets."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from tickets.actions import inboxes, widgets
from tickets.actions.inboxes import secrets_of
from tickets.models import Inbox, ProactiveRule
from tickets.rules.visitors import Widget

pytestmark = pytest.mark.django_db
WORDS = {"pattern": "/prices*", "after_seconds": 20, "only_returning": False, "text_en": "Hi", "text_fa": ""}


@pytest.fixture
def chat(team: Any) -> Inbox:
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop chat", team=team)


def made(*more: str) -> dict[str, Any]:
    out = StringIO()
    call_command("create_inbox", "--kind", "chat", "--name", "Shop", *more, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_command_answers_the_widgets_page_and_the_identity_secret(settings: Any) -> None:
    found = made("--set", "origins=https://Shop.example/, https://*.shop.example", "--set", "identity=optional")
    chat = Inbox.objects.get(pk=found["id"])
    assert found["webhook_url"] == f"{settings.PUBLIC_URL}/w/{chat.key}/"
    assert found["secret"] == secrets_of(chat)["identity_secret"]
    assert Widget.of(chat.settings).origins == ("https://shop.example", "https://*.shop.example")
    assert Widget.of(chat.settings).identity == "optional"
    assert found["secret"] not in json.dumps(chat.settings) + chat.secret_box


@pytest.mark.parametrize("pair", ["origins=shop.example", "colour=red", "colr=#fff", "identity=always", "must=name x"])
def test_the_command_refuses_what_makes_no_sense(pair: str) -> None:
    with pytest.raises(CommandError):
        made("--set", pair)
    assert not Inbox.objects.exists()


def save(chat: Inbox, by: Actor = SYSTEM, **given: Any) -> Inbox:
    return widgets.save(by=by, inbox=chat, name="Shop chat", team=chat.team, is_active=True, settings=given)


def test_every_wrong_field_is_named_and_nothing_changes(chat: Inbox) -> None:
    with pytest.raises(Invalid) as wrong:
        save(chat, origins="http://shop.example", colour="red", greeting_en="x" * 501, position="start")
    assert set(wrong.value.errors) == {"origins", "colour", "greeting_en"}
    assert "https://" in str(wrong.value.errors["origins"])
    chat.refresh_from_db()
    assert chat.settings == {}


def test_only_an_email_inbox_in_use_can_mail_what_was_not_read(chat: Inbox, inbox: Inbox) -> None:
    assert Widget.of(save(chat, mail_inbox=str(inbox.pk)).settings).mail_inbox == inbox.pk
    assert Widget.of(save(chat, mail_inbox="").settings).mail_inbox is None
    with pytest.raises(Invalid):
        save(chat, mail_inbox=chat.pk)


def test_a_new_secret_keeps_the_one_before_until_it_is_forgotten(chat: Inbox) -> None:
    first = secrets_of(chat)["identity_secret"]
    second = widgets.new_secret(by=SYSTEM, inbox=chat)
    chat.refresh_from_db()
    assert secrets_of(chat) == {"identity_secret": second, "identity_secret_old": first}
    save(chat, colour="#000000")
    widgets.forget_old_secret(by=SYSTEM, inbox=chat)
    widgets.forget_old_secret(by=SYSTEM, inbox=chat)
    chat.refresh_from_db()
    assert secrets_of(chat) == {"identity_secret": second}


def test_who_keeps_no_inboxes_changes_nothing(chat: Inbox, lead: User, act: Callable[[User], Actor]) -> None:
    by, before = act(lead), Inbox.objects.values().get(pk=chat.pk)
    steps: list[Callable[[], object]] = [
        lambda: save(chat, by=by, colour="#000000"),
        lambda: widgets.new_secret(by=by, inbox=chat),
        lambda: widgets.forget_old_secret(by=by, inbox=chat),
        lambda: widgets.save_rule(by=by, inbox=chat, **WORDS),
    ]
    for step in steps:
        with pytest.raises(NotAllowed):
            step()
    assert Inbox.objects.values().get(pk=chat.pk) == before
    assert not ProactiveRule.objects.exists()


def test_an_inbox_of_another_kind_is_no_widget(inbox: Inbox) -> None:
    with pytest.raises(NotFound):
        widgets.new_secret(by=SYSTEM, inbox=inbox)


def test_a_first_word_is_saved_changed_and_removed(chat: Inbox) -> None:
    rule = widgets.save_rule(by=SYSTEM, inbox=chat, **WORDS)
    widgets.save_rule(by=SYSTEM, inbox=chat, rule=rule, **{**WORDS, "pattern": "/buy/*"})
    assert [row.pattern for row in chat.proactive_rules.all()] == ["/buy/*"]
    widgets.remove_rule(by=SYSTEM, inbox=chat, rule=rule)
    assert not chat.proactive_rules.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("pattern", "prices"), ("pattern", "/a b"), ("after_seconds", 3601), ("after_seconds", -1), ("text_en", " ")],
)
def test_a_first_word_that_makes_no_sense_is_refused(chat: Inbox, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as wrong:
        widgets.save_rule(by=SYSTEM, inbox=chat, **{**WORDS, field: value})
    assert field in wrong.value.errors
    assert not ProactiveRule.objects.exists()
