"""The hostile views and files at full size: the tests of `tests/browser`, which count what they look at."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.torture.rig import PATIENT

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ["test_hostile_views.py", "test_hostile_files.py"]
SANITISER = [
    "tests/channels/test_sanitize.py",
    "tests/channels/test_sanitize_fixed.py",
    "tests/tickets/test_file_names.py",
]
SEEN = re.compile(r"^(\d+) (payloads|views of messages|lists|sources|beacons|files) (?:seen|shown)$", re.M)


@dataclass(frozen=True)
class Plan:
    """How many payloads; from fifteen hundred on, all polyglots and beacons too."""

    payloads: int = 1500


def torture(plan: Plan, told: Callable[[str], None]) -> bool:
    """Whether nothing ran, nothing left and every control was there. `told` gets the line of the report."""
    began = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-s",
            *PATIENT,
            *SANITISER,
            *(f"tests/browser/{name}" for name in TESTS),
        ],
        cwd=ROOT,
        env=os.environ | {"HOSTILE_COUNT": str(plan.payloads)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    seen: dict[str, int] = {}
    for count, what in SEEN.findall(done.stdout.replace(".", "")):
        seen[what] = seen.get(what, 0) + int(count)
    report = {"stage": "html", "ok": done.returncode == 0, **seen, "seconds": round(time.monotonic() - began)}
    told(json.dumps(report))
    return done.returncode == 0 and seen.get("payloads") == plan.payloads
