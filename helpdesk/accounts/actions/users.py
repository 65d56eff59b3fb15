"""People: made, changed, deactivated. Role and password changes end their sessions."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.actions.common import allow, check_password, check_timezone, end_sessions
from helpdesk.accounts.models import LANGUAGES, Membership, Role, Team, User, Workspace
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit, clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from helpdesk.core.events import emit
from helpdesk.core.realtime import hint, user_group

PREFERENCES = frozenset({"name", "language", "calendar", "timezone", "theme", "density", "shortcuts"})


@transaction.atomic
def create_user(
    *,
    by: Actor,
    email: str,
    name: str,
    role: str,
    password: str,
    teams: Iterable[Team] = (),
    language: str = "en",
    timezone: str = "",
    weak_ok: bool = False,
) -> User:
    """A new member of staff. Raises Conflict(email_taken) and Invalid for a weak password or unknown role.

    `weak_ok` takes any password: only the operator's own command asks for that.
    """
    allow(by, "user.manage")
    if role not in Role.values or language not in dict(LANGUAGES):
        raise Invalid({"role": _("Choose a role.")})
    user = User(
        email=email.strip(),
        name=name.strip()[:120],
        role=role,
        language=language,
        timezone=timezone or _workspace_timezone(),
        created_at=clock.now(),
    )
    if not weak_ok:
        check_password(password, user)
    user.set_password(password)
    _save_new(user)
    Membership.objects.bulk_create(Membership(user=user, team=team) for team in set(teams))
    audit.record(by, "user.created", f"user:{user.pk}", {"role": role, "email": user.email})
    return user


def _workspace_timezone() -> str:
    row = Workspace.objects.filter(pk=1).values_list("timezone", flat=True).first()
    return row or "Asia/Tehran"


def _save_new(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Conflict("email_taken", _("Somebody with this e-mail address is already here.")) from error


@transaction.atomic
def change_role(*, by: Actor, user: User, role: str) -> User:
    """Another role; open sessions end. The last active admin stays one."""
    allow(by, "user.manage")
    row = _locked(user)
    if role not in Role.values:
        raise Invalid({"role": _("Choose a role.")})
    if role == row.role:
        return row
    if row.role == Role.ADMIN:
        _keep_an_admin(row)
    before, row.role = row.role, role
    end_sessions(row)
    row.save(update_fields=["role", "session_epoch"])
    audit.record(by, "user.role_changed", f"user:{row.pk}", {"role": [before, role]})
    return row


@transaction.atomic
def change_user(*, by: Actor, user: User, name: str) -> User:
    """Another name, by an admin."""
    allow(by, "user.manage")
    row = _locked(user)
    before, row.name = row.name, name.strip()[:120]
    row.save(update_fields=["name"])
    if before != row.name:
        audit.record(by, "user.renamed", f"user:{row.pk}", {"name": [before, row.name]})
    return row


@transaction.atomic
def set_teams(*, by: Actor, user: User, teams: Iterable[Team]) -> User:
    """Exactly these teams. What was seen through a lost team is no longer seen from the next request on."""
    allow(by, "user.manage")
    row = _locked(user)
    wanted = {team.pk for team in teams}
    present = set(Membership.objects.filter(user=row).values_list("team_id", flat=True))
    if wanted == present:
        return row
    Membership.objects.filter(user=row, team_id__in=present - wanted).delete()
    Membership.objects.bulk_create(Membership(user=row, team_id=pk) for pk in sorted(wanted - present))
    audit.record(by, "user.teams_changed", f"user:{row.pk}", {"teams": [sorted(present), sorted(wanted)]})
    hint([user_group(row.pk)], "access_changed")
    return row


@transaction.atomic
def set_password(*, by: Actor, user: User, password: str) -> User:
    """A new password; open sessions end."""
    if by.user_id != user.pk or by.kind == "key":
        allow(by, "user.manage")
    row = _locked(user)
    check_password(password, row)
    row.set_password(password)
    end_sessions(row)
    row.save(update_fields=["password", "session_epoch"])
    audit.record(by, "user.password_changed", f"user:{row.pk}")
    return row


def change_password(*, by: Actor, user: User, current: str, password: str) -> User:
    """One's own new password, against the present one."""
    if by.user_id != user.pk:
        raise NotAllowed
    if not user.check_password(current):
        raise Invalid({"current": _("This is not your present password.")})
    return set_password(by=by, user=user, password=password)


@transaction.atomic
def deactivate(*, by: Actor, user: User, hand_over_to: User | None = None) -> User:
    """Ends sessions, keys and links, and hands open work over (to nobody: back to the team)."""
    allow(by, "user.manage")
    row = _locked(user)
    if not row.is_active:
        return row
    if by.user_id == row.pk:
        raise Conflict("yourself", _("You cannot deactivate yourself. Ask another admin."))
    if hand_over_to is not None and (hand_over_to.pk == row.pk or not hand_over_to.is_active):
        raise Invalid({"hand_over_to": _("Choose somebody who works here.")})
    if row.role == Role.ADMIN:
        _keep_an_admin(row)
    now = clock.now()
    row.is_active = False
    end_sessions(row)
    row.save(update_fields=["is_active", "session_epoch"])
    row.keys.filter(revoked_at=None).update(revoked_at=now)
    row.tokens.filter(used_at=None).update(used_at=now)
    to = hand_over_to.pk if hand_over_to else None
    audit.record(by, "user.deactivated", f"user:{row.pk}", {"to": to})
    emit("user.deactivated", {"user": row.pk, "to": to})
    return row


@transaction.atomic
def reactivate(*, by: Actor, user: User) -> User:
    """The person may sign in again; keys stay revoked."""
    allow(by, "user.manage")
    row = _locked(user)
    if not row.is_active:
        row.is_active = True
        row.save(update_fields=["is_active"])
        audit.record(by, "user.reactivated", f"user:{row.pk}")
    return row


@transaction.atomic
def change_preferences(*, by: Actor, user: User, **values: Any) -> User:
    """One's own name, language, calendar ("" is whichever the language has), time zone, theme, density, shortcuts."""
    if by.user_id != user.pk or not PREFERENCES.issuperset(values):
        raise NotAllowed
    if "timezone" in values:
        check_timezone(values["timezone"])
    row = _locked(user)
    changed = {name: [getattr(row, name), new] for name, new in values.items() if getattr(row, name) != new}
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=sorted(changed))
        audit.record(by, "user.preferences_changed", f"user:{row.pk}", changed)
    return row


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _keep_an_admin(leaving: User) -> None:
    # All admins are locked in order, so that two who leave at once cannot both pass.
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
    if not [admin for admin in admins if admin.pk != leaving.pk]:
        raise Conflict("last_admin", _("This is the last admin. Make somebody else an admin first."))
