"""`python -m bench.history [--entries 1000000]`: the page of a person with 10,000 lines of history against one with 10.

A million lines of other people lie beside. Both pages are asked in turn, by the product's own view in this process; the
queries of one page are counted without those that every page sends.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import database, servers
from bench.__main__ import OUT, ROOT

ROUNDS = 200
FILL = """
INSERT INTO customers_timelineentry
  (customer_id, kind, channel, occurred_at, summary, ticket, team_id, link_id, staff_only)
SELECT {whose}, (ARRAY['message', 'call', 'chat', 'note', 'status', 'order'])[1 + n %% 6], 'email',
  now() - make_interval(mins => n), 'line ' || n, NULL, NULL, NULL, n %% 6 = 3
FROM generate_series(1, %s) n
"""


def main() -> None:
    """Makes a database, lets the child measure on it; the line is kept in bench/out."""
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    asked = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    out = OUT / f"history-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.jsonl"
    with servers.running(OUT / "data") as (owner_url, app_url):
        name = database.make(owner_url, app_url, 10_000, None)
        env = os.environ | {
            "DATABASE_URL": database.named(app_url, name),
            "DATABASE_OWNER_URL": database.named(owner_url, name),
            "DJANGO_SETTINGS_MODULE": "bench.settings",
        }
        told = [sys.executable, "-m", "bench.history", "child", str(out), str(asked.entries)]
        subprocess.run(told, cwd=ROOT, env=env, check=True)
    print(out.read_text(encoding="utf-8"))


def child(out: Path, entries: int) -> None:
    """Fills the history and measures."""
    import django

    django.setup()
    from django.db import connection

    from customers.models import Customer
    from helpdesk.launch import prepare

    prepare.messages()
    prepare.static_files()
    few, many = Customer.objects.order_by("-id")[:2]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_timelineentry WHERE customer_id IN (%s, %s)", [few.pk, many.pk])
        others = "(SELECT min(id) FROM customers_customer) + n %% 2000"
        cursor.execute(FILL.format(whose=others), [entries])
        cursor.execute(FILL.format(whose=str(many.pk)), [10_000])
        cursor.execute(FILL.format(whose=str(few.pk)), [10])
        cursor.execute("ANALYZE customers_timelineentry")
    out.write_text(json.dumps(_measured(few.pk, many.pk, entries)) + "\n", encoding="utf-8")


def _measured(few: int, many: int, entries: int) -> dict[str, object]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from helpdesk.accounts.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.filter(role="agent").order_by("id").first() or User.objects.get(role="admin"))
    took: dict[int, list[float]] = {few: [], many: []}
    counts: dict[int, int] = {}
    for number in range(ROUNDS + 20):
        for pk in (few, many):
            began = time.perf_counter()
            answer = client.get(f"/desk/c/{pk}/")
            took[pk].append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.status_code
            assert b"line 1" in answer.content, number
    for pk in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as whole:
            client.get(f"/desk/c/{pk}/")
        with CaptureQueriesContext(connection) as bare:
            client.get("/bench/empty/")
        counts[pk] = len(whole) - len(bare)
    found = {pk: statistics.quantiles(times[20:], n=20)[18] for pk, times in took.items()}
    return {
        "entries": entries,
        "lines": {"10": round(found[few], 1), "10000": round(found[many], 1)},
        "p95 ratio": round(found[many] / found[few], 2),
        "median ms": {"10": round(statistics.median(took[few]), 1), "10000": round(statistics.median(took[many]), 1)},
        "queries": sorted(counts.values()),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
