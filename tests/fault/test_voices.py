"""A small part of stage T6 on every run: web and worker die while a messenger tells everything three times."""

import pytest

from helpdesk.launch.servers import temporary
from tests.torture import voices

pytestmark = pytest.mark.fault


def test_kills_between_a_messengers_repeats_lose_and_double_nothing() -> None:
    plan = voices.Plan(
        events=24, people=8, forgeries=6, albums=3, web=("raw.committed:9",), worker=("intake.message:3",)
    )
    found = voices.run(temporary("helpdesk-voices-"), plan)
    assert voices.clean(found, plan), found
    assert (found.events, found.albums, found.pictures, found.refused) == (24, 3, 30, 6), found
