"""Each query of the hot pages has an index that serves it: forbidden to read whole tables, PostgreSQL still can."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.core import clock
from tests.conftest import CUSTOMER, Post
from tests.portal.conftest import come_in
from tickets import guestlinks
from tickets.models import Ticket
from tickets.queries.queue import VIEWS

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
GROWING = (
    *("tickets_ticket", "tickets_message", "tickets_delivery", "tickets_attachment", "tickets_participant"),
    *("tickets_link", "tickets_notice", "tickets_draft", "tickets_rawinbound", "core_storedfile"),
    *(
        "customers_portalsession",
        "customers_entrycode",
        "customers_customer",
        "customers_identity",
        "customers_timelineentry",
        "customers_event",
        "customers_order",
        "customers_subscription",
        "core_auditentry",
    ),
)


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database meanwhile."""
    found: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def reads_whole(sql: str, params: Any) -> list[str]:
    """Tables of ours that the plan reads from end to end although that is as good as forbidden."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = on")
    return [f"{table}: {sql[:300]}" for table in GROWING if f"Seq Scan on {table} " in plan]


def test_no_customers_page_reads_a_whole_table(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customers.actions.entry.ANSWER_SECONDS", 0.0)
    ticket: Ticket = post.send().ticket
    browser = come_in(CUSTOMER)
    link = f"t/{guestlinks.make(ticket.participants.get().pk, clock.now())}/"
    own = f"requests/{ticket.number}/"
    for page in ("", "me/", "requests/", "requests/?closed", own, f"{own}?before=1", f"{own}transcript/txt/", link):
        with asked() as statements:
            answer = browser.get(f"/en/{page}")
        assert answer.status_code == 200, (page, answer.status_code)
        for sql, params in statements:
            if sql.lstrip().upper().startswith(("SELECT", "WITH")):
                assert not reads_whole(sql, params), page


def test_it_would_be_seen() -> None:
    assert reads_whole("SELECT 1 FROM tickets_ticket WHERE subject = %s", ["x"])
    assert not reads_whole("SELECT 1 FROM tickets_ticket WHERE number = %s", [1])


def test_no_hot_page_reads_a_whole_table(client: Client, post: Post, agent: User, lead: User, admin: User) -> None:
    ticket: Ticket = post.send().ticket
    post.send(sender="Somebody Else <else@example.com>")
    pages = [f"/desk/q/{view}/" for view in VIEWS]
    pages += [f"/desk/t/{ticket.number}/", f"/desk/c/{ticket.customer_id}/", f"/desk/t/{ticket.number}/conversation/"]
    pages += ["/desk/", "/desk/search/?q=internet", "/desk/notifications/"]
    for person in (agent, lead, admin):
        client.force_login(person)
        for page in pages:
            with asked() as statements:
                answer = client.get(page)
            assert answer.status_code in (200, 204), (page, answer.status_code)
            for sql, params in statements:
                if sql.lstrip().upper().startswith(("SELECT", "WITH")):
                    assert not reads_whole(sql, params), page
