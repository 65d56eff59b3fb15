"""The table for people."""

import json
from pathlib import Path
from typing import Any

Line = dict[str, Any]


def read(out: Path) -> list[Line]:
    """The lines of a run."""
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def table(lines: list[Line]) -> str:
    """One row per measurement: speed, times, what the page costs against its floor, and what ten times the data costs.

    x floor = time per page / (time per empty page + time of the page's own SQL), all at the same number of clients.
    """
    by = {(line["tickets"], line["name"], line["clients"]): line for line in lines}
    small = min((line["tickets"] for line in lines), default=0)
    head = (
        "tickets",
        "what",
        "clients",
        "per s",
        "p50 ms",
        "p95 ms",
        "cpu ms",
        "queries",
        "SQL per s",
        "x floor",
        f"x {small:,}",
        "wrong",
    )
    rows = [head]
    for (tickets, name, clients), line in by.items():
        rows.append(
            (
                f"{tickets:,}",
                name,
                str(clients),
                f"{line['per_second']:.1f}",
                _plain(line["p50_ms"]),
                _plain(line["p95_ms"]),
                _plain(line.get("cpu_ms")),
                _plain(line.get("queries")),
                _plain(line.get("sql_per_second")),
                _ratio(_floor(line, by.get((tickets, "empty", clients)))),
                _ratio(_slower(line, by.get((small, name, clients)))) if tickets != small else "",
                _plain(line.get("wrong")),
            )
        )
    widths = [max(len(row[index]) for row in rows) for index in range(len(head))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _floor(line: Line, empty: Line | None) -> float | None:
    if not empty or not line.get("sql_per_second") or not line["per_second"] or not empty["per_second"]:
        return None
    bare = 1 / empty["per_second"] + 1 / line["sql_per_second"]
    return float(1 / line["per_second"] / bare)


def _slower(line: Line, small: Line | None) -> float | None:
    return float(small["per_second"] / line["per_second"]) if small and line["per_second"] else None


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
