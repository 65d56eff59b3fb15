"""`python -m bench`: seeds databases, starts the product on each, measures it and its floor, prints a table."""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import database, report, servers

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench" / "out"


def options() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default="10000,100000", help="numbers of tickets, separated by commas")
    parser.add_argument("--clients", default="1,8", help="numbers of clients at once, separated by commas")
    parser.add_argument("--seconds", type=float, default=8, help="how long each measurement takes (8)")
    parser.add_argument("--quick", action="store_true", help="10,000 tickets only, 8 clients, 3 s each")
    parser.add_argument("--only", default="", help="names to measure, separated by commas: empty,list,ticket,search,…")
    parser.add_argument("--texts", type=Path, help="CSV file (text,category) of what English customers ask")
    found = parser.parse_args()
    if found.quick:
        found.sizes, found.clients, found.seconds = "10000", "8", 3.0
    return found


def main() -> None:
    """Measures every size in turn; the lines are kept in bench/out."""
    asked = options()
    OUT.mkdir(parents=True, exist_ok=True)
    out = OUT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.jsonl"
    told = {
        "seconds": asked.seconds,
        "clients": [int(number) for number in asked.clients.split(",")],
        "only": [name.strip() for name in asked.only.split(",") if name.strip()],
    }
    with servers.running(OUT / "data") as (owner_url, app_url):
        for size in map(int, asked.sizes.split(",")):
            name = database.make(owner_url, app_url, size, asked.texts)
            env = os.environ | {
                "DATABASE_URL": database.named(app_url, name),
                "DATABASE_OWNER_URL": "",
                "DJANGO_SETTINGS_MODULE": "bench.settings",
            }
            child = [sys.executable, "-m", "bench.child", str(size), str(out), json.dumps(told)]
            subprocess.run(child, cwd=ROOT, env=env, check=True)
    print(report.table(report.read(out)))
    print(f"\n{out}", file=sys.stderr)


if __name__ == "__main__":
    main()
