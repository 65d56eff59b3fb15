"""How edges obtain people, teams and keys: fetched and allowed in one named call."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet

from helpdesk.accounts.models import AccountToken, ApiKey, Membership, Team, User, Workspace
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock, sql
from helpdesk.core.errors import NotFound

EPOCH_KEY = "epoch"
T = TypeVar("T")


def digest(token: str) -> str:
    """What we keep of a secret that we hand out."""
    return hashlib.sha256(token.encode()).hexdigest()


# Every page begins with this. Written out: the ORM took 2 ms of processor time to say the same.
SESSION_SQL = """
SELECT u.*, ARRAY(SELECT m.team_id FROM accounts_membership m WHERE m.user_id = u.id) AS team_id_list,
  (SELECT json_build_object('name', w.name, 'logo', f.token, 'language', w.language, 'timezone', w.timezone,
     'currency', w.currency, 'is_demo', w.is_demo)
   FROM accounts_workspace w LEFT JOIN core_storedfile f ON f.id = w.logo_id WHERE w.id = 1) AS workspace_facts,
  (SELECT json_build_array(a.state, a.until) FROM accounts_availability a WHERE a.user_id = u.id) AS availability_facts
FROM accounts_user u WHERE u.id = %s AND u.is_active
"""


def actor_of(user: User) -> Actor:
    """The actor that this person is. Asks the database for the teams unless `user` came with them."""
    teams = getattr(user, "team_id_list", ...)
    if teams is ...:
        teams = Membership.objects.filter(user=user).values_list("team_id", flat=True)
    return Actor(kind="user", user_id=user.pk, role=user.role, team_ids=frozenset(teams or ()), name=str(user))


def session_user(session: Mapping[str, Any] | SessionBase) -> User | None:
    """The person of this session, in one query with teams and workspace; None when the session has ended.

    For pages and sockets alike: an inactive person or a raised epoch ends the session.
    """
    pk = session.get(SESSION_KEY)
    if pk is None:
        return None
    user = next(iter(User.objects.raw(SESSION_SQL, [int(pk)])), None)
    return user if user is not None and user.session_epoch == session.get(EPOCH_KEY) else None


# Every call of the API begins with this. Written out: the ORM took 1.8 ms of processor time to say the same.
KEY_SQL = """
SELECT k.id, k.user_id, k.name, k.scopes, k.last_used_at, u.email, u.name, u.role,
  ARRAY(SELECT m.team_id FROM accounts_membership m WHERE m.user_id = u.id)
FROM accounts_apikey k JOIN accounts_user u ON u.id = k.user_id
WHERE k.hash = %s AND k.revoked_at IS NULL AND u.is_active
"""


def session_user_now(session: SessionBase) -> User | None:
    """As session_user, from the session as it is stored now: sockets live long and keep an old copy of theirs."""
    return session_user(session.__class__(session.session_key))


def key_by_token(token: str) -> tuple[ApiKey, Actor] | None:
    """The valid key with this token and the actor it makes, in one query. Other fields load when asked for."""
    row = sql.first(KEY_SQL, [digest(token)])
    if row is None:
        return None
    pk, user_id, key_name, scopes, last_used_at, email, name, role, teams = row
    user = User.from_db("default", ["id", "email", "name", "role"], [user_id, email, name, role])
    key = ApiKey.from_db(
        "default", ["id", "user_id", "name", "scopes", "last_used_at"], [pk, user_id, key_name, scopes, last_used_at]
    )
    key.user = user
    actor = Actor("key", user_id, role, frozenset(teams), frozenset(scopes), str(user))
    return key, actor


def open_token(kind: str, token: str) -> AccountToken | None:
    """The unused, unexpired link of this kind. Blank or malformed tokens match nothing."""
    if not token or not token.isascii():
        return None
    return (
        AccountToken.objects.select_related("user", "team")
        .filter(kind=kind, hash=digest(token), used_at=None, expires_at__gt=clock.now())
        .first()
    )


def workspace() -> Workspace:
    """The one row; unsaved defaults before the first migration made it."""
    return Workspace.objects.select_related("logo").filter(pk=1).first() or Workspace(pk=1)


def awaits_set_up() -> bool:
    """Whether nobody exists yet and the first admin may be made."""
    return not User.objects.exists() and workspace().set_up_at is None


def users(actor: Actor) -> QuerySet[User]:
    """The people that `actor` manages."""
    rows = User.objects.prefetch_related("teams").order_by("-is_active", "name", "email")
    return rows if can(actor, "user.manage") else rows.none()


def user(actor: Actor, pk: int) -> User:
    """One of them. Raises NotFound."""
    return _found(users(actor).filter(pk=pk).first())


def colleagues() -> QuerySet[User]:
    """Everybody who works here now; every member of staff may know them."""
    return User.objects.filter(is_active=True).order_by("name", "email")


def team_list() -> QuerySet[Team]:
    """The teams in use; every member of staff may know them."""
    return Team.objects.filter(is_active=True).order_by("name")


def teams(actor: Actor) -> QuerySet[Team]:
    """All teams, for who manages them."""
    rows = Team.objects.order_by("-is_active", "name")
    return rows if can(actor, "team.manage") else rows.none()


def team(actor: Actor, pk: int) -> Team:
    """One of them. Raises NotFound."""
    return _found(teams(actor).filter(pk=pk).first())


def keys(actor: Actor) -> QuerySet[ApiKey]:
    """The keys that `actor` may revoke: all, or their own."""
    rows = ApiKey.objects.select_related("user").order_by("revoked_at", "-created_at")
    return rows if can(actor, "key.manage") else own_keys(actor)


def own_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The keys that act for `actor`."""
    rows = ApiKey.objects.select_related("user").order_by("-created_at")
    return rows.filter(user=actor.user_id, revoked_at=None) if can(actor, "key.own") else rows.none()


def key(actor: Actor, pk: int) -> ApiKey:
    """One of them. Raises NotFound."""
    return _found(keys(actor).filter(pk=pk).first())


def invitations(actor: Actor) -> QuerySet[AccountToken]:
    """Invitations that were not accepted yet."""
    rows = AccountToken.objects.select_related("team").filter(kind="invite", used_at=None, expires_at__gt=clock.now())
    return rows.order_by("-created_at") if can(actor, "user.manage") else rows.none()


def logo_file(token: str) -> Any:
    """The stored file of the workspace's logo. Raises NotFound for any other file."""
    logo = workspace().logo
    if logo is None or logo.token != token:
        raise NotFound
    return logo


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row


MOST_HELPERS = 3


def helpers(actor: Actor) -> list[str]:
    """Who may do more than `actor`: leads of the same teams first, then admins; at most three names."""
    rows = colleagues().filter(Q(role="admin") | Q(role="lead", memberships__team_id__in=sorted(actor.team_ids)))
    found = rows.exclude(pk=actor.pk).distinct().order_by("-role", "name")[:MOST_HELPERS]
    return [str(person) for person in found]
