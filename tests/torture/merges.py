"""Who is who, at full size: the random histories of `tests/customers/test_merge_histories.py`, two at a time."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.torture.rig import PATIENT

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ["tests/customers/test_merge_histories.py", "tests/customers/test_merges_at_once.py"]


@dataclass(frozen=True)
class Plan:
    """How many histories, and how many at a time."""

    histories: int = 2000
    workers: int = 2


def torture(plan: Plan, told: Callable[[str], None]) -> bool:
    """Whether every row was whose it should be, in each of them. `told` gets the line of the report."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *PATIENT, "-n", str(plan.workers), "-p", "no:cacheprovider", *TESTS],
            cwd=ROOT,
            env=os.environ | {"MERGE_HISTORIES": str(plan.histories), "MERGE_OUT": place},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        seen: Counter[str] = Counter()
        for part in Path(place).glob("*.json"):
            seen.update(json.loads(part.read_text()))
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    report = {"stage": "merges", "ok": done.returncode == 0, **seen, "seconds": round(time.monotonic() - began)}
    told(json.dumps(report))
    return done.returncode == 0 and seen["histories"] == plan.histories and not seen["faults"]
