"""Whose mails came to us by somebody else's hands: one sign among others that two customers may be one."""

from collections import defaultdict
from collections.abc import Sequence

from helpdesk.core import sql

FORWARDED_SQL = """
SELECT DISTINCT customer_id, lower(forwarded_from) FROM tickets_message
WHERE customer_id = ANY(%s::bigint[]) AND forwarded_from <> '' LIMIT 1000
"""


def by_them(customers: Sequence[int]) -> dict[int, set[str]]:
    """Addresses whose mails these customers passed on to us: customer -> addresses."""
    found: dict[int, set[str]] = defaultdict(set)
    for customer, address in sql.rows(FORWARDED_SQL, [list(customers)]):
        found[customer].add(address)
    return found
