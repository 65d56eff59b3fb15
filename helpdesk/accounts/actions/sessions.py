"""Signing in: e-mail and password, throttled in PostgreSQL per account and per address of the network."""

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.access import actor_of, digest
from helpdesk.accounts.actions.common import count_try
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit, throttle
from helpdesk.core.errors import Invalid
from helpdesk.core.realtime import hint, user_group

WINDOW = 15 * 60
PER_ACCOUNT, PER_IP = 10, 200


def sign_in(*, email: str, password: str, ip: str) -> User:
    """The person with this address and password.

    Raises Invalid with one message whatever is wrong, after the same work, and TooMany after too many failures.
    Only failures count: a success gives its tries back.
    """
    counted = {f"signin:account:{digest(email.strip().casefold())}": PER_ACCOUNT, f"signin:ip:{ip}": PER_IP}
    count_try(counted, WINDOW)
    user = _checked(email.strip(), password)
    if user is None:
        raise Invalid({"": _("The e-mail address or the password is not right.")})
    for key in counted:
        throttle.give_back(key)
    audit.record(actor_of(user), "session.started", f"user:{user.pk}", {"ip": ip})
    return user


def _checked(email: str, password: str) -> User | None:
    user = User.objects.filter(email__iexact=email).first()
    if user is None or not user.has_usable_password():
        make_password(password)  # the same work as a real check, so that time tells nothing
        return None
    return user if user.check_password(password) and user.is_active else None


def end_session(*, by: Actor) -> None:
    """After the session is gone: its open pages are told, and their sockets end."""
    audit.record(by, "session.ended", f"user:{by.user_id}")
    hint([user_group(by.pk)], "sign_out")
