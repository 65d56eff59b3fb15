"""Measures the product on one database, whose address is in DATABASE_URL (bench/child.py starts it)."""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

import helpdesk.celery  # noqa: F401 - names the broker for everything the backlog announces
from bench import cpu, floor, messenger, pages
from bench.database import ROOT
from bench.http import Call, press
from bench.product import running, sign_in
from helpdesk.accounts.actions import keys
from tickets.actions import raw
from tickets.models import RawInbound, Ticket

PEOPLE = 8
RECORDED = 24


@dataclass
class Run:
    """One size's measurements on their way to the file."""

    tickets: int
    out: Path
    seconds: float
    clients: list[int]
    only: list[str]
    pids: list[int]

    def wants(self, name: str) -> bool:
        """Whether this measurement was asked for."""
        return not self.only or any(word in name for word in self.only)

    def cpu(self) -> float:
        """Seconds of processor time that the product and its database have used."""
        return cpu.used(connection.settings_dict["NAME"], self.pids)

    def note(self, name: str, clients: int, calls: int, rate: float, took: list[float], **more: Any) -> None:
        """Writes one line."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "tickets": self.tickets,
            "name": name,
            "clients": clients,
            "calls": calls,
            "per_second": round(rate, 1),
            "p50_ms": round(statistics.median(took) * 1000, 1) if took else None,
            "p95_ms": round(sorted(took)[int(len(took) * 0.95)] * 1000, 1) if took else None,
            **more,
        }
        with self.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        print(f"{self.tickets:>7} {name:<22} {clients} clients: {rate:8.1f}/s", *_problem(more), file=sys.stderr)


def _problem(more: dict[str, Any]) -> list[str]:
    return [f"WRONG {more['wrong']}: {more.get('example', '')}"] if more.get("wrong") else []


def main(tickets: int, out: Path, options: dict[str, Any]) -> None:
    """Every measurement that was asked for, on this database."""
    run = Run(tickets, out, options["seconds"], options["clients"], options["only"], [])
    readers = [name for name in pages.READERS if run.wants(name)]
    if readers or run.wants("create"):
        with running(out.with_suffix(".log")) as (at, run.pids):
            visitors = [_visitor(at, user) for user in pages.staff(PEOPLE)]
            _all_reads(run, at, visitors, readers)
            if run.wants("create"):
                for clients in run.clients:
                    _create(run, at, clients, pages.creator(at, visitors, random.Random(3)))
    if run.wants("intake"):
        for clients in run.clients:
            _intake(run, clients)
    if run.wants("mail kept"):
        for clients in run.clients:
            _intake(run, clients, keep=True)
    if run.wants("messenger"):
        _messenger(run)
    if run.wants("backlog"):
        _backlog(run)


def _all_reads(run: Run, at: pages.Address, visitors: list[pages.Visitor], names: list[str]) -> None:
    empty = pages.empty(at, visitors, random.Random(1))
    for name in names:
        calls = pages.READERS[name](at, visitors, random.Random(2))
        own = [] if name == "empty" else _sql(calls, empty)
        for clients in run.clients:
            _read(run, at, name, clients, calls, own)


def _visitor(at: pages.Address, user: Any) -> pages.Visitor:
    actor = pages.actor(user)
    _key, token = keys.create_key(by=actor, user=user, name="bench", scopes=["*"])
    return pages.Visitor(actor, sign_in(at, user.email), token)


def _read(run: Run, at: pages.Address, name: str, clients: int, calls: list[Call], own: list[Any]) -> None:
    rng = random.Random(clients)
    before = run.cpu()
    outcome = press(at.pair, clients, run.seconds, lambda: rng.choice(calls))
    spent = (run.cpu() - before) / outcome.sent * 1000
    more: dict[str, Any] = {
        "cpu_ms": round(spent, 1),
        "wrong": len(outcome.wrong),
        "example": (outcome.wrong or [""])[0],
    }
    if own:
        more["queries"] = max(len(statements) for statements in own)
        more["sql_per_second"] = round(floor.replay(os.environ["DATABASE_URL"], own, clients, run.seconds / 3), 1)
    rate = len(outcome.took) / max(outcome.seconds, run.seconds)
    run.note(name, clients, len(outcome.took), rate, outcome.took, **more)


def _sql(calls: list[Call], empty: list[Call]) -> list[list[floor.Statement]]:
    """What some of the pages ask the database, beyond what the empty page asks."""
    shared = _recorded(empty[0])
    chosen = random.Random(4).sample(calls, min(RECORDED, len(calls)))
    return [found for call in chosen if (found := floor.own(_recorded(call), shared))]


def _recorded(call: Call) -> list[floor.Statement]:
    head = call.request.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    with floor.recording() as noted:
        answer = Client(headers=fields).get(head[0].split()[1], SERVER_NAME="127.0.0.1")
    assert answer.status_code == call.status, (head[0], answer.status_code)
    connection.close()
    return noted


def _create(run: Run, at: pages.Address, clients: int, make: Callable[[], Call]) -> None:
    before, began = Ticket.objects.count(), run.cpu()
    outcome = press(at.pair, clients, run.seconds, make)
    spent = round((run.cpu() - began) / outcome.sent * 1000, 1)
    made = Ticket.objects.count() - before
    wrong = len(outcome.wrong) + abs(made - outcome.sent + len(outcome.wrong))
    rate = len(outcome.took) / max(outcome.seconds, run.seconds)
    example = (outcome.wrong or [f"{made} tickets from {outcome.sent} calls"])[0]
    run.note(
        "create by API", clients, len(outcome.took), rate, outcome.took, cpu_ms=spent, wrong=wrong, example=example
    )


def _messenger(run: Run) -> None:
    """What a messenger waits for, through the door itself; then, in as many processes as workers, up to the thread."""
    box = messenger.inbox()
    with running(run.out.with_suffix(".log")) as (at, run.pids):
        for clients in run.clients:
            before, began = RawInbound.objects.filter(inbox=box).count(), run.cpu()
            outcome = press(at.pair, clients, run.seconds, messenger.poster(f"/hooks/telegram/{box.key}/"))
            spent = round((run.cpu() - began) / outcome.sent * 1000, 1)
            kept = RawInbound.objects.filter(inbox=box).count() - before
            wrong = len(outcome.wrong) + abs(kept - outcome.sent + len(outcome.wrong))
            more = {"cpu_ms": spent, "wrong": wrong, "load": os.getloadavg()[0]}
            more |= {"example": (outcome.wrong or [f"{kept} kept of {outcome.sent}"])[0]}
            rate = len(outcome.took) / max(outcome.seconds, run.seconds)
            run.note("messenger kept", clients, len(outcome.took), rate, outcome.took, **more)
    for clients in run.clients:
        _intake(run, clients, name="messenger shown")


def _intake(run: Run, clients: int, keep: bool = False, name: str = "mail intake") -> None:
    mark = os.urandom(3).hex()
    module = "bench.messenger" if name == "messenger shown" else "bench.intake"
    workers = [_intake_process(run.seconds, f"{mark}n{index}", keep, module) for index in range(clients)]
    run.pids = [worker.pid for worker in workers]
    for worker in workers:
        assert _line(worker) == "ready"
    state = "queued" if keep else "accepted"
    there = RawInbound.objects.filter(state=state).count()
    began = run.cpu()
    for worker in workers:
        _tell(worker, "go")
    results = [json.loads(_line(worker)) for worker in workers]
    took = [seconds for result in results for seconds in result["took"]]
    spent = round((run.cpu() - began) / len(took) * 1000, 1)
    for worker in workers:
        _tell(worker, "bye")
        worker.wait()
    kept = RawInbound.objects.filter(state=state).count() - there
    wrong = sum(result["wrong"] for result in results) + abs(kept - len(took))
    more = {"cpu_ms": spent, "wrong": wrong, "example": f"{kept} {state} of {len(took)}", "load": os.getloadavg()[0]}
    run.note("mail kept" if keep else name, clients, len(took), len(took) / run.seconds, took, **more)


def _backlog(run: Run) -> None:
    """All that was kept and not read, by what a single worker does, until nothing waits (ten minutes at most)."""
    waiting = RawInbound.objects.filter(state="queued")
    count, began = waiting.count(), time.monotonic()
    while waiting.exists() and time.monotonic() - began < 600:
        raw.run_queued()
    seconds, left = time.monotonic() - began, waiting.count()
    more = {"wrong": left, "example": f"{left} of {count} left", "load": os.getloadavg()[0]}
    run.note("backlog read", 1, count - left, (count - left) / seconds, [], **more)


def _line(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def _tell(worker: "subprocess.Popen[str]", word: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(word + "\n")
    worker.stdin.flush()


def _intake_process(seconds: float, name: str, keep: bool, module: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, str(seconds), name, *(["keep"] if keep else [])],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
