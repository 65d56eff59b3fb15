"""Bulk loading: ids from the sequences, rows by COPY, search vectors made on the way in by PostgreSQL itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, models
from psycopg import sql

from helpdesk.core.search import CONFIG, MAX_INDEXED, WORD
from helpdesk.core.text import normalise

STAGE = "seed_stage"


@dataclass(frozen=True)
class Table:
    """Where rows go: columns in the order of each row; `vectors` = further text columns, by weight, for `search`."""

    model: type[models.Model]
    columns: tuple[str, ...]
    vectors: tuple[str, ...] = ()

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.model._meta.db_table)


def indexed(text: str) -> str:
    """The words of a text as the search stores them (helpdesk.core.search.vector does the same)."""
    return " ".join(WORD.findall(normalise(text[:MAX_INDEXED])))


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh ids of a model, taken from its own sequence, so that later rows never meet them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def take_numbers(sequence: str, count: int) -> list[int]:
    """`count` fresh values of a named sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]


def load(table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Copies rows in; columns that the table does not name get the model's default.

    With `vectors` they pass through a temporary table, where their search vector is made.
    """
    usual = _defaults(table)
    named = len(table.columns)
    # The words for the search vectors stay last.
    rows = ((*row[:named], *usual.values(), *row[named:]) for row in rows)
    table = replace(table, columns=(*table.columns, *usual))
    if table.vectors:
        _load_with_vectors(table, rows)
        return
    _copy(table.name, _names(table.columns), rows)


def _defaults(table: Table) -> dict[str, Any]:
    """What a row made by the model would hold in the columns that the table leaves out."""
    return {
        str(field.column): field.get_db_prep_save(field.get_default(), connection)
        for field in table.model._meta.concrete_fields
        if field.has_default() and field.column not in table.columns
    }


def _load_with_vectors(table: Table, rows: Iterable[Sequence[Any]]) -> None:
    words = [f"words_{weight}" for weight in table.vectors]
    stage = sql.Identifier(STAGE)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {}, {} FROM {} WITH NO DATA").format(
                stage,
                _names(table.columns),
                sql.SQL(", ").join(sql.SQL("''::text AS {}").format(sql.Identifier(word)) for word in words),
                table.name,
            )
        )
        _copy(stage, _names((*table.columns, *words)), rows)
        vector = sql.SQL(" || ").join(
            sql.SQL("setweight(to_tsvector({}, {}), {})").format(CONFIG, sql.Identifier(word), weight.upper())
            for word, weight in zip(words, table.vectors, strict=True)
        )
        columns = _names(table.columns)
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}, search) SELECT {}, {} FROM {}").format(
                table.name, columns, columns, vector, stage
            )
        )
        cursor.execute(sql.SQL("DROP TABLE {}").format(stage))


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _copy(into: sql.Identifier, columns: sql.Composed, rows: Iterable[Sequence[Any]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(into, columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
