"""Lists whose statement Django writes once per shape of reader: writing it took longer than running it.

A reader's shape is all that changes the text: kind, role, scopes and in how many teams they are. The statement is
written for a stand-in, and the reader's own ids take the places of the stand-in's each time. What may be seen is
thereby decided in the one place where it always is (access.sight).
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock

Statement = tuple[str, tuple[Any, ...]]
Write = Callable[..., Statement]

# The ids of the stand-in: no row has a negative one. And its texts: letters that belong to nobody.
ME, TEAM, GIVEN, GIVEN_TEXT = -1, -1_000, -1_000_000, "\uf8ff{}"
NOTHING: Statement = ("SELECT 1 WHERE false", ())


def rows(actor: Actor, write: Write, *fixed: Hashable, given: Sequence[int | str] = ()) -> list[Any]:
    """The rows, as tuples, of the statement that `write(actor, *fixed, *given)` writes.

    `write` is called with stand-ins for the actor and for what is `given` (ids and texts that go into the statement
    as they are); a moment in it always means now.
    """
    stand_ins = _stand_ins(given)
    sql, params = _written(write, fixed, _shape(actor), stand_ins)
    own: dict[Any, Any] = {ME: actor.user_id}
    own |= {TEAM - place: team for place, team in enumerate(sorted(actor.team_ids))}
    own |= dict(zip(stand_ins, given, strict=True))
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(sql, [_own(own, now, value) for value in params])
        return list(cursor.fetchall())


def sql_of(found: QuerySet[Any, Any]) -> Statement:
    """The statement of a query; one that finds nothing where Django already knows that nothing can be found."""
    try:
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:
        return NOTHING
    return sql, tuple(params)


def _stand_ins(given: Sequence[int | str]) -> tuple[int | str, ...]:
    return tuple(
        GIVEN_TEXT.format(place) if isinstance(value, str) else GIVEN - place for place, value in enumerate(given)
    )


def _own(own: dict[Any, Any], now: datetime, value: Any) -> Any:
    if isinstance(value, datetime):
        return now
    return own.get(value, value) if isinstance(value, int | str) else value


def _shape(actor: Actor) -> tuple[Any, ...]:
    return actor.kind, actor.role, actor.scopes, actor.user_id is None, len(actor.team_ids)


@lru_cache(maxsize=512)
def _written(
    write: Write, fixed: tuple[Any, ...], shape: tuple[Any, ...], stand_ins: tuple[int | str, ...]
) -> Statement:
    kind, role, scopes, nobody, teams = shape
    team_ids = frozenset(TEAM - place for place in range(teams))
    stand_in = Actor(kind, None if nobody else ME, role, team_ids, scopes)
    return write(stand_in, *fixed, *stand_ins)
