"""What the account actions share."""

import zoneinfo
from collections.abc import Mapping
from functools import lru_cache

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import throttle
from helpdesk.core.errors import Invalid, NotAllowed, TooMany
from helpdesk.core.realtime import hint, user_group


def allow(by: Actor, verb: str) -> None:
    """Raises NotAllowed unless the policy lets `by` do `verb`."""
    if not can(by, verb):
        raise NotAllowed


def check_password(password: str, user: User) -> None:
    """Raises Invalid with what is wrong with a new password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from error


def count_try(limits: Mapping[str, int], seconds: int) -> None:
    """Counts one try under each key. Raises TooMany beyond any key's limit."""
    for key, limit in limits.items():
        allowed = throttle.hit(key, limit, seconds)
        if not allowed.allowed:
            raise TooMany(allowed.reset_seconds)


def end_sessions(user: User) -> None:
    """Raises the epoch (unsaved) and tells open pages, so that older sessions and sockets end."""
    user.session_epoch += 1
    hint([user_group(user.pk)], "sign_out")


@lru_cache(maxsize=1)
def timezones() -> tuple[str, ...]:
    """The time zones one can choose."""
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if name.startswith(areas)))


def check_timezone(name: str) -> str:
    """The name again. Raises Invalid when there is no such zone."""
    if name not in timezones():
        raise Invalid({"timezone": _("Choose a time zone from the list.")})
    return name
