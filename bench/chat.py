"""`python -m bench.chat`: visitors and agents talk at once, while others only have a widget open.

Each line of a visitor is timed from the POST until an agent's page holds it, each answer until the visitor's does.
"""

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime

from bench import database, servers
from bench.__main__ import OUT, ROOT


def main() -> None:
    """Makes a database, lets the child measure on it; the lines are kept in bench/out."""
    parser = argparse.ArgumentParser(prog="python -m bench.chat", description=__doc__)
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--connects", type=int, default=0, help="so many connects from 200 addresses beside")
    asked = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    out = OUT / f"chat-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.jsonl"
    with servers.running(OUT / "data") as (owner_url, app_url):
        name = database.make(owner_url, app_url, 10_000, None)
        env = os.environ | {
            "DATABASE_URL": database.named(app_url, name),
            "DATABASE_OWNER_URL": "",
            "DJANGO_SETTINGS_MODULE": "bench.settings",
        }
        told = [str(asked.visitors), str(asked.idle), str(asked.seconds), str(asked.connects)]
        subprocess.run([sys.executable, "-m", "bench.chatchild", str(out), *told], cwd=ROOT, env=env, check=True)
    print(out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
