"""`python -m bench.events`: 100,000 events posted three times, shuffled, by 8 clients: exactly 100,000 are stored.

Starts the product on a fresh seeded database, as `make bench` does. One line of JSON goes to bench/out/.
"""

import argparse
import json
import os
import queue
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench import database, servers

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench" / "out"
TICKETS = 1000
BATCH = 1000
TIMES = 3
PATIENCE = 60.0


def story(number: int, people: int, now: datetime) -> dict[str, Any]:
    """One of many customers' events: mostly use of the product, one in four of commerce; one in ten of strangers."""
    rng = random.Random(number)
    type_ = ("order", "payment", "shipment", "feature_used")[rng.choice((0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3))]
    who = (
        f"new{rng.randrange(people)}@bench.example" if rng.random() < 0.1 else f"bench{rng.randrange(people)}@x.example"
    )
    event: dict[str, Any] = {
        "event_id": f"e{number}",
        "type": type_,
        "occurred_at": (now - timedelta(minutes=rng.randrange(40_000))).isoformat(),
        "customer": {"email": who},
        "properties": {"order_id": str(number // 12)}
        if type_ != "feature_used"
        else {"feature": "export", "n": number},
    }
    if type_ in {"order", "payment"}:
        event["amount"] = {"amount": 1_000_000 + number, "currency": "IRR"}
    return event


def batches(count: int, times: int) -> list[bytes]:
    """Every event so many times, each time in another order and other company."""
    now, made = datetime.now(UTC), []
    events = [story(number, max(10, count // 20), now) for number in range(count)]
    rng = random.Random(5)
    for _time in range(times):
        rng.shuffle(events)
        chunks = (events[start : start + BATCH] for start in range(0, count, BATCH))
        made += [json.dumps({"events": chunk}).encode() for chunk in chunks]
    return made


def client(at: tuple[str, int], token: str, waiting: "queue.SimpleQueue[bytes]", told: list[dict[str, Any]]) -> None:
    """Posts what waits until nothing does; a busy answer is asked again, as a good client does."""
    line = HTTPConnection(*at, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    while True:
        try:
            body = waiting.get_nowait()
        except queue.Empty:
            return
        began = time.perf_counter()
        line.request("POST", "/api/v1/events/", body, headers)
        answer = line.getresponse()
        said = json.loads(answer.read())
        told.append({"status": answer.status, "seconds": time.perf_counter() - began, **said})
        if answer.status in {429, 503}:
            waiting.put(body)


def press(at: tuple[str, int], token: str, made: list[bytes], clients: int) -> tuple[float, list[dict[str, Any]]]:
    """Posts all batches by that many clients; the seconds it took and the answers."""
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for body in made:
        waiting.put(body)
    told: list[dict[str, Any]] = []
    threads = [threading.Thread(target=client, args=(at, token, waiting, told)) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began, told


def child(count: int, times: int, clients: int, out: Path) -> None:
    """Runs against the database in the environment."""
    import django

    django.setup()
    from bench.pages import actor, staff
    from bench.product import running
    from customers.models import Customer, Event, Identity, Order
    from helpdesk.accounts.actions import keys

    (user,) = staff(1)
    _key, token = keys.create_key(by=actor(user), user=user, name="bench", scopes=["*"])
    made = batches(count, times)
    with running(out.with_suffix(".log")) as (at, _pids):
        seconds, told = press(at.pair, token, made, clients)
    taken = [one for one in told if one["status"] == 200]
    took = sorted(one["seconds"] for one in taken)
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": "events",
        "clients": clients,
        "posted": count * times,
        "stored": Event.objects.filter(source=f"user:{user.pk}").count(),
        "accepted": sum(one["accepted"] for one in taken),
        "refused": sum(len(one["refused"]) for one in taken),
        "busy": len(told) - len(taken),
        "orders": Order.objects.filter(source=f"user:{user.pk}").count(),
        "customers": Customer.objects.filter(identities__value__endswith=".example").distinct().count(),
        "handles": Identity.objects.count(),
        "seconds": round(seconds, 1),
        "new_per_second": round(count / seconds),
        "per_second": round(count * times / seconds),
        "p50_ms": round(took[len(took) // 2] * 1000),
        "p95_ms": round(took[int(len(took) * 0.95)] * 1000),
    }
    with out.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line))
    if line["stored"] != count:
        raise SystemExit("not each event was stored exactly once")


def main() -> None:
    """Prepares the database and starts the child."""
    parser = argparse.ArgumentParser(prog="python -m bench.events", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.events, asked.times, asked.clients, asked.child)
        return
    OUT.mkdir(parents=True, exist_ok=True)
    out = OUT / f"events-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.jsonl"
    with servers.running(OUT / "data") as (owner_url, app_url):
        name = database.make(owner_url, app_url, TICKETS, None)
        env = os.environ | {
            "DATABASE_URL": database.named(app_url, name),
            "DATABASE_OWNER_URL": "",
            "DJANGO_SETTINGS_MODULE": "bench.settings",
        }
        counts = [f"--events={asked.events}", f"--times={asked.times}", f"--clients={asked.clients}"]
        command = [sys.executable, "-m", "bench.events", *counts, "--child", str(out)]
        subprocess.run(command, cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    main()
