"""The button's script on every page view of a host: under 4 KB whatever an inbox has it carry."""

import random
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from tickets.actions import inboxes
from tickets.actions import widgets as actions
from tickets.channels.chat import pages
from tickets.models import Inbox, ProactiveRule
from tickets.rules import widgets

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "gzip"}
ENGLISH = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?!:;-_<>&\"'\\/é世😀"
PERSIAN = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی‌؟،۰۱۲۳۴۵۶۷۸۹ًٌٍَُِّ"


def noise(letters: str, count: int, rng: random.Random) -> str:
    """What no compressor makes smaller."""
    return "".join(rng.choice(letters) for _ in range(count))


def rule(inbox: Inbox, rng: random.Random, size: int) -> ProactiveRule:
    return ProactiveRule(
        inbox=inbox,
        pattern=f"/{noise(ENGLISH, size, rng)}",
        after_seconds=rng.randint(0, 3600),
        only_returning=rng.random() < 0.5,
        text_en=noise(ENGLISH, size, rng),
        text_fa=noise(PERSIAN, size, rng),
        position=rng.randint(0, 9),
        created_at=clock.now(),
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_the_settings_allow_fits(widget: Inbox, seed: int) -> None:
    rng = random.Random(seed)
    looks = {"colour": f"#{rng.randrange(2**24):06x}", "position": "start", "language": "auto"}
    label = {"en": noise(ENGLISH, 60, rng), "fa": noise(PERSIAN, 60, rng)}
    widget.settings = looks | {f"label_{code}": text for code, text in label.items()}
    words: list[ProactiveRule] = []
    for _ in range(40):
        more = [*words, rule(widget, rng, rng.choice((1, 2, 5, 10, 20, 60)))]
        if widgets.weight(widgets.carried(label, more)) <= widgets.ROOM:
            words = more
    assert words
    weight = len(widgets.zipped(pages._loader(widget, words)))
    assert weight <= widgets.MOST_LOADER, f"{weight} with {len(words)} rules; lower widgets.ROOM or shorten loader.js"


def test_too_many_words_are_refused_in_words_and_nothing_has_changed(widget: Inbox) -> None:
    rng = random.Random(1)
    plain: dict[str, Any] = {
        "after_seconds": 5,
        "only_returning": False,
        "by": SYSTEM,
        "inbox": widget,
        "pattern": "/prices*",
    }
    actions.save_rule(**plain, text_en="Shall we compare the plans?", text_fa="با هم مقایسه کنیم؟")
    with pytest.raises(Invalid) as refused:
        actions.save_rule(**plain, text_en=noise(ENGLISH, 500, rng), text_fa=noise(PERSIAN, 500, rng))
    assert "% of the room" in str(refused.value.errors["text_en"])
    assert widget.proactive_rules.count() == 1
    actions.save_rule(**plain, text_en=noise(ENGLISH, 500, rng), text_fa="", is_active=False)
    assert widget.proactive_rules.count() == 2


def test_a_label_that_leaves_no_room_is_refused(widget: Inbox) -> None:
    rng = random.Random(2)
    rows = [rule(widget, rng, 20) for _ in range(40)]
    while widgets.weight(widgets.carried({}, rows)) > widgets.ROOM:
        rows.pop()
    ProactiveRule.objects.bulk_create(rows)
    given = {"label_en": noise(ENGLISH, 60, rng), "label_fa": noise(PERSIAN, 60, rng)}
    with pytest.raises(Invalid) as refused:
        actions.save(by=SYSTEM, inbox=widget, name="Shop", team=widget.team, is_active=True, settings=given)
    assert "label_en" in refused.value.errors
    widget.refresh_from_db()
    assert "label_en" not in widget.settings


def test_words_from_before_that_do_not_fit_are_left_out_the_last_first(client: Client, widget: Inbox) -> None:
    rng = random.Random(3)
    rows = [rule(widget, rng, 200) for _ in range(20)]
    for place, row in enumerate(rows):
        row.position = place
    rows[0].pattern, rows[0].text_en, rows[0].text_fa = "/first", "The first of all", ""
    ProactiveRule.objects.bulk_create(rows)
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings={"label_en": "Talk to us"})
    found = client.get(f"/w.js?key={widget.key}", headers=GZIP)
    assert len(found.content) <= widgets.MOST_LOADER
    plain = client.get(f"/w.js?key={widget.key}").content.decode()
    assert "The first of all" in plain and "Talk to us" in plain and rows[-1].text_fa not in plain
