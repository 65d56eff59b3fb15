"""Runs the stages that exist and writes one JSON line for each to torture.json."""

import argparse
import shutil
import sys

from helpdesk.launch.servers import temporary
from tests.torture import inbound

SAMPLES = inbound.ROOT.parent / "shared" / "samples" / "mail"


def t1(scale: float) -> bool:
    """Mail in, under at least forty kills at full scale."""
    if not SAMPLES.is_dir():
        print("T1: ../shared/samples is not here, nothing to send", file=sys.stderr)
        return False
    place = temporary("helpdesk-torture-")
    rig = inbound.Rig(place)
    plan = inbound.Plan(
        times=[1, 5, 40][: max(1, round(3 * scale))], postgres=round(5 * scale), mixed=max(4, round(12 * scale))
    )
    try:
        found = inbound.torture(rig, SAMPLES, plan)
    finally:
        rig.close()
        shutil.rmtree(place, ignore_errors=True)
    line = inbound.report(found)
    print(line)
    with (inbound.ROOT / "torture.json").open("a") as out:
        out.write(line + "\n")
    return found.lost == found.dup == found.strange == 0 and found.kills >= 40 * scale


STAGES = {"T1": t1}


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--stage", choices=STAGES, help="only this stage")
    ask.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    given = ask.parse_args()
    results = [stage(given.scale) for name, stage in STAGES.items() if given.stage in (None, name)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
