"""Single-use links: invitations and password resets. Only the SHA-256 of a link is kept."""

import secrets
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.access import actor_of, digest, open_token
from helpdesk.accounts.actions.common import allow, check_password, count_try
from helpdesk.accounts.actions.users import create_user, set_password
from helpdesk.accounts.models import AccountToken, Role, Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import audit, clock
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.events import emit
from helpdesk.core.secrets import seal as sealed

INVITE_DAYS, RESET_HOURS = 7, 1
RESETS_PER_ADDRESS, RESETS_PER_IP, WINDOW = 5, 50, 3600
ANSWER_SECONDS = 0.25


@transaction.atomic
def invite(*, by: Actor, email: str, role: str, team: Team | None = None, language: str = "en") -> str:
    """Mails an invitation and returns its link's token, so that the admin can also hand it over."""
    allow(by, "user.manage")
    if role not in Role.values:
        raise Invalid({"role": _("Choose a role.")})
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict("email_taken", _("Somebody with this e-mail address is already here."))
    _void("invite", email)
    token, row = _make("invite", email, timedelta(days=INVITE_DAYS), role=role, team=team)
    audit.record(by, "user.invited", f"invite:{row.pk}", {"email": email, "role": role})
    with translation.override(language):
        subject = gettext("You are invited to the help desk")
        body = gettext(
            "Hello,\n\n%(name)s invites you to the help desk. Open this link within 7 days and choose a password:"
            "\n\n%(link)s\n"
        ) % {"name": by.name or gettext("An admin"), "link": link("join", token)}
    _mail(email, subject, body, language)
    return token


@transaction.atomic
def withdraw_invitation(*, by: Actor, invitation: AccountToken) -> None:
    """The link works no longer."""
    allow(by, "user.manage")
    invitation.used_at = clock.now()
    invitation.save(update_fields=["used_at"])
    audit.record(by, "user.invitation_withdrawn", f"invite:{invitation.pk}")


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, language: str = "en") -> User:
    """The person that was invited, made now. Raises NotFound for a link that is used, old or wrong."""
    row = _claimed("invite", token)
    teams = [row.team] if row.team else []
    user = create_user(
        by=SYSTEM, email=row.email, name=name, role=row.role, password=password, teams=teams, language=language
    )
    audit.record(actor_of(user), "user.joined", f"user:{user.pk}", {"invite": row.pk})
    return user


def ask_reset(*, email: str, ip: str) -> None:
    """Mails a link to the stored address, if there is one. The answer and its time are the same if not."""
    started = time.monotonic()
    account = f"reset:account:{digest(email.strip().casefold())}"
    count_try({account: RESETS_PER_ADDRESS, f"reset:ip:{ip}": RESETS_PER_IP}, WINDOW)
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is not None:
        _send_reset(user)
    time.sleep(max(0.0, ANSWER_SECONDS - (time.monotonic() - started)))


@transaction.atomic
def _send_reset(user: User) -> None:
    _void("reset", user.email)
    token, _row = _make("reset", user.email, timedelta(hours=RESET_HOURS), user=user)
    with translation.override(user.language):
        subject = gettext("Choose a new password")
        body = gettext(
            "Hello %(name)s,\n\nOpen this link within one hour to choose a new password:\n\n%(link)s\n\n"
            "If you did not ask for it, do nothing: your password stays as it is.\n"
        ) % {"name": user.name, "link": link("reset", token)}
    audit.record(SYSTEM, "user.reset_asked", f"user:{user.pk}")
    _mail(user.email, subject, body, user.language)


@transaction.atomic
def reset_password(*, token: str, password: str) -> User:
    """A new password by link; open sessions end. Raises NotFound for a link that is used, old or wrong."""
    row = _claimed("reset", token)
    if row.user is None or not row.user.is_active:
        raise NotFound
    check_password(password, row.user)
    return set_password(by=actor_of(row.user), user=row.user, password=password)


def link(kind: str, token: str) -> str:
    """The full address to hand out."""
    return f"{settings.PUBLIC_URL}/{kind}/{token}/"


def _mail(to: str, subject: str, body: str, language: str) -> None:
    # The body holds the link, so the outbox keeps it sealed: rows and back-ups of it open nobody's account.
    # Key and time are drawn once, here, so that every try sends the same bytes.
    mail = {"to": to, "subject": subject, "sealed_body": sealed(body), "language": language}
    emit("account.mail", {**mail, "key": secrets.token_hex(16), "written_at": clock.now().isoformat()})


def _make(kind: str, email: str, lasts: timedelta, **values: object) -> tuple[str, AccountToken]:
    token, now = secrets.token_urlsafe(32), clock.now()
    row = AccountToken.objects.create(
        kind=kind, email=email, hash=digest(token), created_at=now, expires_at=now + lasts, **values
    )
    return token, row


def _void(kind: str, email: str) -> None:
    AccountToken.objects.filter(kind=kind, email__iexact=email, used_at=None).update(used_at=clock.now())


def _claimed(kind: str, token: str) -> AccountToken:
    # The update is the claim: of two requests with one link, one finds no row left.
    row = open_token(kind, token)
    now = clock.now()
    if row is None or not AccountToken.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        raise NotFound("bad_link", _("This link has been used or is too old. Ask for a new one."))
    return row
