"""Words that are used again: one's own, a team's, or everybody's."""

import re

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor, can, sees_every_ticket
from helpdesk.core import audit, clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from tickets.models import CannedAnswer

SHORTCUT = re.compile(r"[\w-]{1,40}\Z")
MOST = 10_000
MINE, EVERYBODY = "mine", "all"


@transaction.atomic
def save(
    *,
    by: Actor,
    shortcut: str,
    title: str,
    text_en: str = "",
    text_fa: str = "",
    scope: str = MINE,
    team: Team | None = None,
    answer: CannedAnswer | None = None,
) -> CannedAnswer:
    """A new answer, or a changed one. `scope`: mine, all, or that of `team`; a team's and everybody's are a lead's."""
    if answer is not None:
        answer = CannedAnswer.objects.select_for_update().get(pk=answer.pk)
        _may(by, answer.owner_id, answer.team_id)
    row = answer or CannedAnswer(created_at=clock.now())
    row.owner_id = by.user_id if scope == MINE else None
    row.team = team if scope not in (MINE, EVERYBODY) else None
    if scope not in (MINE, EVERYBODY) and team is None:
        raise Invalid({"scope": _("Choose for whom this answer is.")})
    _may(by, row.owner_id, row.team_id)
    row.shortcut, row.title = shortcut.strip().lstrip("/").lower(), " ".join(title.split())[:120]
    row.text_en, row.text_fa = _text(text_en), _text(text_fa)
    _check(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("shortcut_taken", _("This shortcut is already used there. Choose another one.")) from error
    audit.record(by, "canned.saved", f"canned:{row.pk}", {"shortcut": row.shortcut})
    return row


def _text(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _check(row: CannedAnswer) -> None:
    errors = {}
    if not SHORTCUT.match(row.shortcut):
        errors["shortcut"] = _("Use up to 40 letters, digits and hyphens, without spaces.")
    if not row.title:
        errors["title"] = _("Write a title, so that colleagues find this answer.")
    if not row.text_en and not row.text_fa:
        errors["text_en"] = _("Write the answer in at least one language.")
    for name in ("text_en", "text_fa"):
        if len(getattr(row, name)) > MOST:
            errors[name] = _("This is too long. Keep it under 10,000 characters.")
    if errors:
        raise Invalid(errors)


def _may(by: Actor, owner_id: int | None, team_id: int | None) -> None:
    """One's own, or as a lead that of one's teams and of everybody."""
    if not can(by, "canned.use") or (owner_id is not None and owner_id != by.user_id):
        raise NotAllowed
    if owner_id is None and not can(by, "canned.share"):
        raise NotAllowed
    if team_id is not None and team_id not in by.team_ids and not sees_every_ticket(by):
        raise NotAllowed


@transaction.atomic
def remove(*, by: Actor, answer: CannedAnswer) -> None:
    """Takes the answer away; what was written with it stays."""
    row = CannedAnswer.objects.select_for_update().filter(pk=answer.pk).first()
    if row is not None:
        _may(by, row.owner_id, row.team_id)
        audit.record(by, "canned.removed", f"canned:{row.pk}", {"shortcut": row.shortcut})
        row.delete()


@transaction.atomic
def note_use(*, answer: CannedAnswer) -> None:
    """It was put into an answer: what is used most is offered first."""
    CannedAnswer.objects.filter(pk=answer.pk).update(used=F("used") + 1)
