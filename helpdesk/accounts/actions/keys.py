"""API keys: made (shown once), used, revoked. Only the SHA-256 is kept."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.access import digest
from helpdesk.accounts.actions.common import allow
from helpdesk.accounts.models import ApiKey, User
from helpdesk.accounts.rules.policy import ALL_SCOPES, SCOPES, Actor
from helpdesk.core import audit, clock
from helpdesk.core.errors import Invalid, NotAllowed

NOTE_USE_EVERY = timedelta(minutes=1)


def _allow_for(by: Actor, user_id: int) -> None:
    """One's own keys, or an admin's to give; a key never makes or ends keys."""
    if by.kind == "key":
        raise NotAllowed
    allow(by, "key.own" if by.user_id == user_id else "key.manage")


@transaction.atomic
def create_key(*, by: Actor, user: User, name: str, scopes: Iterable[str]) -> tuple[ApiKey, str]:
    """A key that acts for `user` within `scopes`, and its token, which nobody can ever read again."""
    _allow_for(by, user.pk)
    wanted = sorted(set(scopes))
    if not wanted or not {*SCOPES, ALL_SCOPES}.issuperset(wanted):
        raise Invalid({"scopes": _("Choose at least one of the scopes.")})
    token = "hd_" + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user, name=name.strip()[:80], prefix=token[:10], hash=digest(token), scopes=wanted, created_at=clock.now()
    )
    audit.record(by, "key.created", f"key:{key.pk}", {"user": user.pk, "scopes": wanted})
    return key, token


@transaction.atomic
def revoke_key(*, by: Actor, key: ApiKey) -> ApiKey:
    """The key works no longer, from the next request on."""
    _allow_for(by, key.user_id)
    row = ApiKey.objects.select_for_update().get(pk=key.pk)
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        audit.record(by, "key.revoked", f"key:{row.pk}", {"user": row.user_id})
    return row


def note_use(key: ApiKey) -> None:
    """Remembers that the key was used, at most once a minute."""
    now = clock.now()
    if key.last_used_at is None or now - key.last_used_at >= NOTE_USE_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
