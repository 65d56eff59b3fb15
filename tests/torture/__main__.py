"""Runs the stages that exist and writes one JSON line for each to torture.json."""

import argparse
import os
import shutil
import subprocess
import sys

from helpdesk.launch.servers import temporary
from tests.support import rudesmtp
from tests.torture import chat, doors, hostile, inbound, merges, outbound, parser, voices
from tests.torture.rig import PATIENT

DRAINED = 15.0
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
    told(inbound.report(found))
    return found.lost == found.dup == found.strange == 0 and found.kills >= 40 * scale


def t1b(scale: float) -> bool:
    """2,400 deliveries over every way in, under seventy-two kills at full scale."""
    counts = {"postgres": 5, "flushes": 3, "renumbers": 2, "hang_ups": 5}
    faults = {name: max(1, round(count * scale)) for name, count in counts.items()}
    faults["cuts"] = int(25 * scale)  # a small run's folders are too short for one each
    plan = doors.Plan(scale=scale, span=max(25.0, 240.0 * scale), **faults)
    found = doors.run(temporary("helpdesk-torture-"), plan)
    told(doors.report(found))
    slack = 1.0 if scale >= 1 else 0.9  # shares are rounded
    right = doors.clean(found) and doors.as_planned(found, plan) and found.drained <= DRAINED
    return right and found.deliveries >= 2400 * scale * slack and found.kills >= 72 * scale * slack


def t1_whole(scale: float) -> bool:
    """Both halves."""
    first = t1(scale)
    return t1b(scale) and first


def t2(scale: float) -> bool:
    """Mail out, under sixty kills at full scale."""
    full = outbound.Plan()
    kills = {name: max(1, round(getattr(full, name) * scale)) for name in ("aimed", "after_250", "in_smtp")}
    plan = outbound.Plan(max(20, round(full.mails * scale)), max(2, round(full.refused * scale)), **kills)
    place = temporary("helpdesk-torture-")
    rig = inbound.Rig(place)
    try:
        with rudesmtp.serving() as sink:
            found = outbound.torture(rig, sink, plan)
    finally:
        rig.close()
        shutil.rmtree(place, ignore_errors=True)
    told(outbound.report(found))
    clean = found.lost == found.dup_outside == found.changed == found.stuck == 0 and found.failed == found.refused
    return clean and found.mails >= plan.mails and found.kills >= 60 * scale


def t3(scale: float) -> bool:
    """Machines that answer machines: eight ways, forty conversations of each at full scale."""
    seeds = max(1, round(40 * scale))
    env = os.environ | {"TORTURE_SEEDS": str(seeds), "TORTURE_OUT": str(inbound.ROOT / "torture.json")}
    words = [sys.executable, "-m", "pytest", "tests/fault/test_loops.py", "-q", *PATIENT, "-p", "no:cacheprovider"]
    return subprocess.run(words, cwd=inbound.ROOT, env=env, check=False).returncode == 0


def t5(scale: float) -> bool:
    """Chat over bad lines: 4,000 messages, 300 cuts, twelve deaths and floods at full scale."""
    plan = chat.Plan.of(scale) if scale != 1 else chat.Plan()
    found = chat.run(temporary("helpdesk-torture-"), plan)
    told(chat.report(found))
    return chat.clean(found) and chat.as_planned(found, plan)


def t6(scale: float) -> bool:
    """A messenger's events, albums and forgers: 1,000 events thrice and 200 albums under five kills at full size."""
    plan = voices.Plan.of(scale)
    found = voices.run(temporary("helpdesk-torture-"), plan)
    told(voices.report(found))
    return voices.clean(found, plan)


def told(line: str) -> None:
    """Prints the stage's line and adds it to torture.json."""
    print(line)
    with (inbound.ROOT / "torture.json").open("a") as out:
        out.write(line + "\n")


def html(scale: float) -> bool:
    """Strangers' words and files in Chromium: fifteen hundred payloads over every view, and all polyglots."""
    return hostile.torture(hostile.Plan(payloads=max(100, round(1500 * scale))), told)


def mail_reader(scale: float) -> bool:
    """The mail reader: twenty thousand wounded mails, all bombs, all families that grow."""
    found = parser.torture(scale)
    told(parser.report(found))
    return found.is_clean and found.bombs >= 40 and found.families >= 40


def who_is_who(scale: float) -> bool:
    """Random histories of people joined, parted and taken apart again: two thousand at full scale."""
    return merges.torture(merges.Plan(histories=max(8, round(2000 * scale))), told)


HALVES = {"T1a": t1, "T1b": t1b}
STAGES = {
    "T1": t1_whole,
    "T2": t2,
    "T3": t3,
    "T5": t5,
    "T6": t6,
    "html": html,
    "parser": mail_reader,
    "merges": who_is_who,
}


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--stage", choices=[*STAGES, *HALVES], help="only this stage")
    ask.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    given = ask.parse_args()
    results = [
        stage(given.scale)
        for name, stage in (STAGES | HALVES).items()
        if name == given.stage or (not given.stage and name in STAGES)
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
