"""Full-text indexes while much is loaded: gathered in the pending list, merged once, never dropped.

Dropping and making them again would be a little faster, but a seed that is killed half-way must leave every index.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models
from psycopg import sql

OWNED_GIN = """
    SELECT relname FROM pg_class JOIN pg_am ON pg_am.oid = relam JOIN pg_index ON indexrelid = pg_class.oid
    WHERE amname = 'gin' AND indrelid = ANY (%s::regclass[]) AND pg_has_role(relowner, 'USAGE')
"""


@contextmanager
def gathering(touched: tuple[type[models.Model], ...]) -> Iterator[None]:
    """Within the block new words wait outside the GIN indexes. Without the owner's rights nothing changes."""
    with connection.cursor() as cursor:
        cursor.execute("SET gin_pending_list_limit = '256MB'")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(OWNED_GIN, [[model._meta.db_table for model in touched]])
        names = [sql.Identifier(row[0]) for row in cursor.fetchall()]
    _fastupdate(names, sql.SQL("on"))
    try:
        yield
    finally:
        _fastupdate(names, sql.SQL("off"))
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(
                    sql.SQL("SELECT gin_clean_pending_list({}::regclass)").format(sql.Literal(name.as_string()))
                )


def tidy(touched: tuple[type[models.Model], ...]) -> None:
    """Tells the planner what is there now; outside a transaction also marks the pages that all may see."""
    names = sql.SQL(", ").join(sql.Identifier(model._meta.db_table) for model in touched)
    order = sql.SQL("ANALYZE {}") if connection.in_atomic_block else sql.SQL("VACUUM (ANALYZE) {}")
    with connection.cursor() as cursor:
        cursor.execute(order.format(names))


def _fastupdate(names: list[sql.Identifier], state: sql.SQL) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(sql.SQL("ALTER INDEX {} SET (fastupdate = {})").format(name, state))
