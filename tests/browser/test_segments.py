"""The counter beside the box counts as the rule does."""

import random

import pytest
from playwright.sync_api import Browser

from helpdesk.env import ROOT
from tickets.rules.segments import BASIC, EXTENDED, segments

pytestmark = pytest.mark.browser
COUNT = """async ([source, texts, basic, extended]) => {
  const { segments } = await import("data:text/javascript;charset=utf-8," + encodeURIComponent(source));
  return texts.map((text) => Object.values(segments(text, basic, extended)));
}"""


def test_the_browser_counts_text_messages_as_the_rule_does(chromium: Browser) -> None:
    chance = random.Random(3)
    signs = ["a", "b ", "€", "^", "س", "ی", "\u200c", "😀", "\n", "{"]
    texts = ["", "a" * 161, "€" * 153, "س" * 71, "😀" * 67]
    texts += ["".join(chance.choices(signs[: chance.choice((4, 10))], k=chance.randrange(400))) for _ in range(200)]
    source = (ROOT / "helpdesk" / "static" / "js" / "segments.js").read_text()
    page = chromium.new_page()
    counted = page.evaluate(COUNT, [source, texts, "".join(BASIC), "".join(EXTENDED)])
    page.close()
    assert counted == [[found.used, found.count, found.left] for found in map(segments, texts)]
