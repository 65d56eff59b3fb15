"""Counting tries per key and window in PostgreSQL, in one statement; losing Redis resets nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from helpdesk.core import clock

SQL = """
INSERT INTO core_throttle AS t (key, window_start, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.window_start <= %(old)s THEN 1 ELSE t.count + 1 END,
  window_start = CASE WHEN t.window_start <= %(old)s THEN %(now)s ELSE t.window_start END
RETURNING count, window_start
"""

ONE, MANY = "VALUES (%(key)s, %(now)s, 1)", "SELECT key, %(now)s, 1 FROM unnest(%(keys)s::text[]) AS key"
ALL_SQL = SQL.replace(ONE, MANY).replace("RETURNING count", "RETURNING key, count")


@dataclass(frozen=True)
class Allowed:
    """Whether the try may go on, how many are left, and in how many seconds the window ends."""

    allowed: bool
    remaining: int
    reset_seconds: int


def hit(key: str, limit: int, seconds: int) -> Allowed:
    """Counts one try under `key`; at most `limit` within `seconds` are allowed."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"key": key[:200], "now": now, "old": now - timedelta(seconds=seconds)})
        count, start = cursor.fetchone()
    return _told(count, start, limit, seconds, now)


def hit_all(limits: Mapping[str, int], seconds: int) -> Allowed:
    """Counts one try under each key, in one statement; the tightest answer."""
    now, wanted = clock.now(), {key[:200]: limit for key, limit in limits.items()}
    with connection.cursor() as cursor:
        cursor.execute(ALL_SQL, {"keys": sorted(wanted), "now": now, "old": now - timedelta(seconds=seconds)})
        found = cursor.fetchall()
    told = [_told(count, start, wanted[key], seconds, now) for key, count, start in found]
    return min(told, key=lambda one: (one.allowed, one.remaining))


def _told(count: int, start: datetime, limit: int, seconds: int, now: datetime) -> Allowed:
    reset = max(0, int((start + timedelta(seconds=seconds) - now).total_seconds()))
    return Allowed(count <= limit, max(0, limit - count), reset)


def give_back(key: str) -> None:
    """Takes one try back: it turned out not to be one of those that are counted."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_throttle SET count = count - 1 WHERE key = %s AND count > 0", [key[:200]])
