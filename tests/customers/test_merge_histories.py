"""Random histories: whatever is joined, parted and undone, in any order, every row is whose it should be.

`MERGE_HISTORIES` = how many (2,000 at full size; `make torture STAGE=merges`); `MERGE_OUT`: where the counts go.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.support.histories import History, run
from tickets.actions import inboxes
from tickets.models import Inbox

COUNT = int(os.environ.get("MERGE_HISTORIES", "4"))
# Histories of one part share a transaction, whose dead rows slow the later ones.
PARTS = max(4, COUNT // 25)


@pytest.fixture
def doors(inbox: Inbox, team: Team) -> dict[str, Inbox]:
    """A mail inbox and a chat."""
    chat = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Chat", settings={}, team=team)
    return {"email": inbox, "chat": chat}


@pytest.mark.parametrize("part", range(PARTS))
def test_after_any_history_every_row_is_whose_it_should_be(
    doors: dict[str, Inbox], agent: User, lead: User, part: int
) -> None:
    by, faults, done = [actor_of(agent), actor_of(lead)], list[str](), list[str]()
    seeds = range(part, COUNT, PARTS)
    rows = 0
    for seed in seeds:
        history = History(seed, doors, by)
        faults += run(history, steps=24, done=done)
        rows += len(history.seen)
    if "MERGE_OUT" in os.environ:
        told = {"histories": len(seeds), "rows": rows, "faults": len(faults), **Counter(done)}
        Path(os.environ["MERGE_OUT"], f"{part}.json").write_text(json.dumps(told))
    assert not faults
