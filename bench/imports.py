"""`python -m bench.imports [--lines 100000]`: a file of customers, taken in and imported, killed midway.

The worker is a process of its own that does what waits in the outbox; once half of the lines are done it is killed with
SIGKILL, and another one goes on. One line of JSON goes to bench/out/.
"""

import argparse
import csv
import io
import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import database, servers

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench" / "out"
TICKETS = 1000
PATIENCE = 540.0
GIVEN, FAMILY = ("Sara", "علی", "Nina", "مریم", "Paul"), ("Ahmadi", "رضایی", "Müller", "کریمی", "Smith")


def sheet(lines: int) -> tuple[bytes, dict[str, int]]:
    """A file, and what must come of it. Of each hundred lines ninety are people, five tell of one of them again, three
    tell of one of them something new, two cannot be used."""
    draw, out = random.Random(6), io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["name", "email", "phone", "customer id", "language", "tags"])
    counts = dict.fromkeys(("made", "same", "changed", "refused"), 0)
    for number in range(lines):
        kind = number % 100
        whom = number if kind < 90 else number - kind + draw.randrange(90)
        named = f"{GIVEN[whom % 5]} {FAMILY[whom // 5 % 5]}", f"import{whom}@people.example"
        row = [*named, f"0994{whom:07}", f"crm-{whom}", ("en", "fa")[whom % 2], "imported"]
        if kind >= 98:
            row[1:4] = ["no address", "12", ""]
        elif kind >= 95:
            row[5] = f"imported;vip{number}"
        rows.writerow(row)
        outcome = "made" if kind < 90 else "same" if kind < 95 else "changed" if kind < 98 else "refused"
        counts[outcome] += 1
    return out.getvalue().encode(), counts


def work() -> None:
    """The worker: until nothing is due. Its memory and processor time go to standard output."""
    import django

    django.setup()
    from customers.models import CustomerImport
    from helpdesk.core.jobs import run_outbox

    while CustomerImport.objects.filter(state__in=("reading", "running")).exists():
        if not run_outbox():
            time.sleep(0.05)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "mb": round(used.ru_maxrss / 1024)}))


def child(lines: int, out: Path) -> None:
    """Runs against the database in the environment."""
    import django

    django.setup()
    from bench.pages import actor
    from customers.actions import importing
    from customers.models import CustomerImport, Identity, ImportLine
    from helpdesk.accounts.models import User
    from helpdesk.core.models import AuditEntry, OutboxDelivery

    data, wanted = sheet(lines)
    by = actor(User.objects.get(email="agent0@seed.example"))
    began = time.perf_counter()
    row = importing.take(by=by, name="people.csv", data=data)
    row = importing.match(by=by, row=row, targets=row.columns)
    importing.start(by=by, row=row)
    taken = time.perf_counter() - began
    lines_done, ends = 0, time.monotonic() + PATIENCE
    worker = _worker()
    while lines_done < lines // 2 and worker.poll() is None and time.monotonic() < ends:
        time.sleep(0.1)
        row = CustomerImport.objects.get(pk=row.pk)
        lines_done = row.made + row.changed + row.same + row.refused
    worker.kill()
    worker.wait(20)
    # Two minutes after a death the job is somebody else's; here at once.
    OutboxDelivery.objects.filter(event__name="customers.import", state="pending").update(due_at=datetime.now(UTC))
    second = json.loads(_worker().communicate(timeout=PATIENCE)[0])
    seconds = time.perf_counter() - began
    row = CustomerImport.objects.get(pk=row.pk)
    people = Identity.objects.filter(kind="email", value__endswith="@people.example")
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": "imports",
        "lines": lines,
        "bytes": len(data),
        "killed_at": lines_done,
        **{name: getattr(row, name) for name in wanted},
        "customers": people.values("customer").distinct().count(),
        "told": AuditEntry.objects.filter(facts__import=row.pk, verb="customer.created").count(),
        "kept_lines": ImportLine.objects.filter(of=row).count(),
        "taken_seconds": round(taken, 2),
        "seconds": round(seconds, 1),
        "per_second": round(lines / seconds),
        "second_worker_cpu": round(second["cpu"], 1),
        "worker_mb": second["mb"],
    }
    with out.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line))
    _hold(line, wanted)


def _hold(line: dict[str, object], wanted: dict[str, int]) -> None:
    right = wanted | {"customers": wanted["made"], "told": wanted["made"], "kept_lines": wanted["refused"]}
    wrong = {name: (line[name], count) for name, count in right.items() if line[name] != count}
    if wrong:
        raise SystemExit(f"not as the file says: {wrong}")


def _worker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench.imports", "--work"], cwd=ROOT, stdout=subprocess.PIPE)


def main() -> None:
    """Prepares the database and starts the child."""
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work()
    elif asked.child:
        child(asked.lines, asked.child)
    else:
        OUT.mkdir(parents=True, exist_ok=True)
        out = OUT / f"imports-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.jsonl"
        with servers.running(OUT / "data") as (owner_url, app_url):
            name = database.make(owner_url, app_url, TICKETS, None)
            env = os.environ | {
                "DATABASE_URL": database.named(app_url, name),
                "DATABASE_OWNER_URL": "",
                "DJANGO_SETTINGS_MODULE": "bench.settings",
            }
            command = [sys.executable, "-m", "bench.imports", f"--lines={asked.lines}", "--child", str(out)]
            subprocess.run(command, cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    main()
