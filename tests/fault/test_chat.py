"""A small part of stage T5 on every run: lines and servers break while people talk, and both sides show the same."""

import pytest

from helpdesk.launch.servers import temporary
from tests.torture import chat

pytestmark = pytest.mark.fault


def test_cuts_and_kills_lose_double_and_turn_round_nothing_that_is_said_in_a_chat() -> None:
    plan = chat.Plan(chats=4, each=30, cuts=12, redis=1, flushes=1, servers=1, postgres=1, silent=0, agents=2)
    found = chat.run(temporary("helpdesk-chat-"), plan)
    assert (found.lost, found.dup, found.reordered, found.strange) == (0, 0, 0, {}), found
    assert chat.as_planned(found, plan), found
