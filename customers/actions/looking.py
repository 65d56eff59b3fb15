"""Who of us looked at somebody, and when: one row an hour for each pair and kind of look, however often they click."""

from typing import Any

from customers.models import Fact
from customers.queries import memory
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock, sql

# A second look in the hour finds the first and writes nothing.
NOTE = """
INSERT INTO customers_look (customer_id, "of", user_id, role, team_ids, what, hour)
SELECT c.id, c.id, %s, %s, %s::bigint[], %s, %s::timestamptz FROM customers_customer c WHERE c.id = %s
ON CONFLICT ("of", user_id, what, hour) DO NOTHING
"""
PAGE, HISTORY, EXPORT, MEMORY, API, TICKET = "page", "history", "export", "memory", "api", "ticket"


def note(by: Actor, customer_id: int, what: str) -> None:
    """Remembers that this person, or a program with their key, looked. The system and customers leave no trace."""
    if by.kind in ("user", "key"):
        sql.run(NOTE, _given(by, customer_id, what))


def facts(by: Actor, customer_id: int, what: str) -> list[memory.Remembered]:
    """What is remembered of somebody, and that it was looked at, in one statement: pages of tickets ask it."""
    if by.kind not in ("user", "key"):
        return memory.facts(by, customer_id)
    text, given = memory.visible(by, customer_id).query.sql_with_params()
    rows = Fact.objects.raw(f"WITH noted AS ({NOTE}) {text}", [*_given(by, customer_id, what), *given])
    return memory.marked(rows)


def _given(by: Actor, customer_id: int, what: str) -> list[Any]:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return [by.user_id, by.role, sorted(by.team_ids), what, hour, customer_id]
