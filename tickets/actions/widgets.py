"""Keeping an inbox of kind chat: how it looks, where it may stand, who vouches for visitors, its first words."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core import secrets as sealed
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from helpdesk.core.rules import digits
from tickets.actions import inboxes
from tickets.actions.widgetsettings import cleaned
from tickets.models import Inbox, ProactiveRule
from tickets.rules import widgets
from tickets.rules.visitors import LANGUAGES, Widget

MOST_RULES = 50
LONGEST_WAIT = 3600


def _locked(by: Actor, inbox: Inbox) -> Inbox:
    if not can(by, "inbox.manage"):
        raise NotAllowed
    row = Inbox.objects.select_for_update().filter(pk=inbox.pk, kind="chat").first()
    if row is None:
        raise NotFound
    return row


@transaction.atomic
def save(
    *, by: Actor, inbox: Inbox, name: str, team: Team | None, is_active: bool, settings: Mapping[str, Any]
) -> Inbox:
    """Changes what is given. Raises Invalid with every field that is wrong; then nothing has changed."""
    row = _locked(by, inbox)
    errors: dict[str, Any] = {} if name.strip() else {"name": _("Give the inbox a name.")}
    values: dict[str, Any] = {}
    try:
        values = cleaned(settings)
    except Invalid as wrong:
        errors |= wrong.errors
    if errors:
        raise Invalid(errors)
    made = inboxes.change_inbox(by=by, inbox=row, name=name, team=team, settings=values, is_active=is_active)
    _fits(made, "label_en" if values.get("label_en") else "label_fa")
    return made


def _fits(inbox: Inbox, field: str) -> None:
    """The button's script is on every page view of a host's site and never weighs more than 4 KB: the words that it
    carries have so much room, and no more. Raises Invalid, about `field`."""
    widget = Widget.of(inbox.settings)
    words = inbox.proactive_rules.filter(is_active=True).order_by("position", "id")
    label = {code: widget.text("label", code) for code in LANGUAGES}
    share = widgets.weight(widgets.carried(label, words)) * 100 // widgets.ROOM
    if share > 100:
        told = _(
            "The button’s script carries its label and the first words in use, and must stay small on your pages. "
            "Together they take %(share)s %% of the room. Shorten them, or switch off a first word."
        )
        raise Invalid({field: told % {"share": digits.number(share, get_language() or "en")}})


@transaction.atomic
def new_secret(*, by: Actor, inbox: Inbox) -> str:
    """A fresh identity secret, told this once; the one before stays good until it is forgotten."""
    row = _locked(by, inbox)
    kept = inboxes.secrets_of(row)
    made = secrets.token_urlsafe(32)
    if kept.get("identity_secret"):
        kept["identity_secret_old"] = kept["identity_secret"]
    _seal(row, kept | {"identity_secret": made})
    audit.record(by, "widget.secret_made", f"inbox:{row.pk}")
    return made


@transaction.atomic
def forget_old_secret(*, by: Actor, inbox: Inbox) -> None:
    """From now on only the newest secret is good; a repeat changes nothing."""
    row = _locked(by, inbox)
    kept = inboxes.secrets_of(row)
    if kept.pop("identity_secret_old", None) is not None:
        _seal(row, kept)
        audit.record(by, "widget.old_secret_forgotten", f"inbox:{row.pk}")


def _seal(row: Inbox, kept: dict[str, str]) -> None:
    row.secret_box = sealed.seal(json.dumps(kept))
    row.save(update_fields=["secret_box"])


@transaction.atomic
def save_rule(
    *,
    by: Actor,
    inbox: Inbox,
    pattern: str,
    after_seconds: int,
    only_returning: bool,
    text_en: str,
    text_fa: str,
    is_active: bool = True,
    rule: ProactiveRule | None = None,
) -> ProactiveRule:
    """A first word of ours on some pages: a new one, or `rule` changed. Raises Invalid."""
    row = _locked(by, inbox)
    texts = {"text_en": text_en.replace("\x00", "").strip(), "text_fa": text_fa.replace("\x00", "").strip()}
    pattern = pattern.replace("\x00", "").strip()
    _checked(pattern, after_seconds, texts)
    if rule is None:
        rule = _fresh(row)
    rule.pattern, rule.after_seconds, rule.only_returning = pattern, after_seconds, only_returning
    rule.text_en, rule.text_fa, rule.is_active = texts["text_en"], texts["text_fa"], is_active
    rule.save()
    if is_active:
        _fits(row, "text_en" if texts["text_en"] else "text_fa")
    audit.record(by, "widget.rule_saved", f"inbox:{row.pk}", {"rule": rule.pk})
    return rule


def _fresh(inbox: Inbox) -> ProactiveRule:
    count = inbox.proactive_rules.count()
    if count >= MOST_RULES:
        raise Invalid({"pattern": _("At most %(most)s first words. Remove one.") % {"most": MOST_RULES}})
    return ProactiveRule(inbox=inbox, position=count, created_at=clock.now())


def _checked(pattern: str, after_seconds: int, texts: Mapping[str, str]) -> None:
    errors: dict[str, Any] = {}
    if not pattern.startswith(("/", "*", "https://", "http://")) or any(letter.isspace() for letter in pattern):
        errors["pattern"] = _("Begin with / for a path (/prices*), or write a whole address; * stands for anything.")
    elif len(pattern) > 500:
        errors["pattern"] = _("This is too long. Keep it under %(most)s letters.") % {"most": 500}
    if not 0 <= after_seconds <= LONGEST_WAIT:
        errors["after_seconds"] = _("Write a number from 0 to %(most)s.") % {"most": LONGEST_WAIT}
    for field, text in texts.items():
        if len(text) > 500:
            errors[field] = _("This is too long. Keep it under %(most)s letters.") % {"most": 500}
    if not any(texts.values()):
        errors["text_en"] = _("Write the words in at least one language.")
    if errors:
        raise Invalid(errors)


@transaction.atomic
def remove_rule(*, by: Actor, inbox: Inbox, rule: ProactiveRule) -> None:
    """Takes a first word away; a repeat changes nothing."""
    row = _locked(by, inbox)
    deleted, _rows = row.proactive_rules.filter(pk=rule.pk).delete()
    if deleted:
        audit.record(by, "widget.rule_removed", f"inbox:{row.pk}", {"rule": rule.pk})
