"""What a test need not do anew: empty tables that nobody wrote to, and list the static files for each client."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.creation import BaseDatabaseCreation
from django.test import TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.support import firstdb

MANY = 300  # rows from which on truncating is cheaper than deleting
# Django makes these rows from the models, so that they are the same after a flush, which would make them again.
MADE = {"auth_permission", "django_content_type", "django_migrations"}
APPEND_ONLY = {"core_auditentry", "core_auditseal"}  # a trigger refuses to delete from them


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        found = set(connection.introspection.table_names(cursor))
    return sorted(found - MADE)


def _written(tables: list[str]) -> dict[str, bool]:
    """Tables with rows; whether they are many."""
    asks = (
        f"SELECT '{table}', EXISTS (SELECT FROM {table} OFFSET {MANY}) WHERE EXISTS (SELECT FROM {table})"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asks))
        return dict(cursor.fetchall())


def empty() -> bool:
    """Deletes every row, in 10 ms instead of 150; False when there are so many that truncating is better.

    The lock waits, as a flush does, for what other connections have not committed yet: their rows go too.
    """
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        written = _written(tables)
        if any(many for table, many in written.items() if table not in APPEND_ONLY):
            return False
        for table in written.keys() - APPEND_ONLY:
            cursor.execute(f"DELETE FROM {table}")
        if written.keys() & APPEND_ONLY:
            cursor.execute(f"TRUNCATE {', '.join(sorted(APPEND_ONLY))}")
    return True


def _thrifty(flush: Callable[[Any], None]) -> Callable[[Any], None]:
    def teardown(case: Any) -> None:
        if case.available_apps is not None or case.reset_sequences or case.serialized_rollback or not empty():
            flush(case)

    return teardown


def _listed_once(read: Callable[[Any], None]) -> Callable[[Any], None]:
    known: dict[str, Any] = {}

    def files(self: Any) -> None:
        if not known:
            read(self)
            known.update(self.files)
        self.files.update(known)

    return files


@pytest.fixture(scope="session", autouse=True)
def thrift() -> Any:
    """For the whole run."""
    with pytest.MonkeyPatch.context() as patch:
        # A test cannot cut the machine's power, so it cannot see whether the disk was waited for either.
        patch.setattr("os.fsync", lambda handle: None)
        patch.setattr(BaseDatabaseCreation, "create_test_db", firstdb.copied(BaseDatabaseCreation.create_test_db))
        patch.setattr(TransactionTestCase, "_fixture_teardown", _thrifty(TransactionTestCase._fixture_teardown))
        patch.setattr(
            WhiteNoiseMiddleware, "add_files_from_finders", _listed_once(WhiteNoiseMiddleware.add_files_from_finders)
        )
        yield
