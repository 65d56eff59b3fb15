"""The floor under a page: its own SQL, recorded while the product makes the page, then replayed bare."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import psycopg
from django.db import connection

Statement = tuple[str, Any]
PROCESSES = 2


@contextmanager
def recording() -> Iterator[list[Statement]]:
    """Within the block every statement that Django sends is noted."""
    noted: list[Statement] = []

    def note(execute: Callable[..., Any], query: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not many:
            noted.append((query, params))
        return execute(query, params, many, context)

    with connection.execute_wrapper(note):
        yield noted


def own(page: Sequence[Statement], empty: Sequence[Statement]) -> list[Statement]:
    """The statements of a page that the empty page does not send as well."""
    shared = {query for query, _params in empty}
    return [(query, params) for query, params in page if query not in shared and not _is_control(query)]


def _is_control(query: str) -> bool:
    return query.split(maxsplit=1)[0].upper() in {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET"}


def replay(url: str, pages: list[list[Statement]], clients: int, seconds: float) -> float:
    """How many pages' statements a second PostgreSQL answers over `clients` connections, with no page around them."""
    context = get_context("fork")
    shares = [clients // PROCESSES + (index < clients % PROCESSES) for index in range(PROCESSES)]
    with context.Pool(PROCESSES) as pool:
        done = pool.starmap(_share, [(url, pages, share, seconds) for share in shares if share])
    return sum(done) / seconds


def _share(url: str, pages: list[list[Statement]], connections: int, seconds: float) -> int:
    done: list[int] = []
    workers = [
        threading.Thread(target=_one, args=(url, pages[index:] + pages[:index], seconds, done))
        for index in range(connections)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(done)


def _one(url: str, pages: list[list[Statement]], seconds: float, done: list[int]) -> None:
    count = 0
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as raw:
        cursor = raw.cursor()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for query, params in pages[count % len(pages)]:
                cursor.execute(query, params)
                if cursor.description:
                    cursor.fetchall()
            count += 1
    done.append(count)
