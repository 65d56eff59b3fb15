"""What the widget weighs, and what its pages say: no cookie, two languages, and only the widget's sites may hold it."""

import gzip
import re

import pytest
from django.test import Client

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.env import ROOT
from tickets.actions import inboxes, widgets
from tickets.channels.chat import pages
from tickets.models import Inbox

pytestmark = pytest.mark.django_db
STATIC = ROOT / "helpdesk" / "static" / "widget"
GZIP = {"Accept-Encoding": "gzip"}


def weight(data: bytes) -> int:
    return len(gzip.compress(data, 9))


def test_the_loader_weighs_less_than_four_kilobytes_and_is_asked_for_once(client: Client, widget: Inbox) -> None:
    widgets.save_rule(
        by=SYSTEM, inbox=widget, pattern="/prices*", after_seconds=20, only_returning=False,
        text_en="Shall we compare the plans with you?", text_fa="می‌خواهید طرح‌ها را با هم مقایسه کنیم؟",
    )  # fmt: skip
    for address in ("/w.js", f"/w.js?key={widget.key}", "/w.js?key=nobody", "/w-shim.js"):
        answer = client.get(address, headers=GZIP)
        assert (answer.status_code, answer["Content-Encoding"]) == (200, "gzip")
        assert len(answer.content) <= 4096, f"{address}: {len(answer.content)}"
        assert not answer.cookies
        assert "Cookie" not in answer["Vary"]
        again = client.get(address, headers=GZIP | {"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert "Shall we compare" in client.get(f"/w.js?key={widget.key}").content.decode()
    assert "مقایسه" in client.get(f"/w.js?key={widget.key}").content.decode()


def test_the_app_weighs_less_than_35_kilobytes_in_at_most_five_requests(client: Client, widget: Inbox) -> None:
    for language in ("en", "fa"):
        answer = client.get(f"/w/{widget.key}/?lang={language}")
        parts = set(re.findall(r'(?:src|href)="/static/([^"#]+)"', answer.content.decode()))
        files = [(ROOT / "helpdesk" / "static" / part).read_bytes() for part in parts]
        assert 1 + len(parts) <= 5
        assert weight(answer.content) + sum(map(weight, files)) <= 35_000
        assert len(client.get(f"/w/{widget.key}/", headers=GZIP).content) < len(answer.content) / 2
    assert all(weight((STATIC / name).read_bytes()) <= 10_000 for name in ("emoji.js", "more.js"))


def test_every_word_that_the_scripts_use_comes_with_the_page() -> None:
    used = {word for path in STATIC.glob("*.js") for word in re.findall(r"\bT\.(\w+)", path.read_text())}
    assert used == set(pages.TEXTS) | {"digits"}


def test_only_the_widgets_sites_may_hold_it_and_no_cookie_is_set(client: Client, widget: Inbox) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings={"origins": ["https://*.shop.example"]})
    answer = client.get(f"/w/{widget.key}/?lang=fa")
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://*.shop.example" in policy
    assert "unsafe" not in policy
    assert (answer["Content-Language"], bool(answer.cookies)) == ("fa", False)
    assert 'dir="rtl"' in answer.content.decode()
    assert "frame-ancestors 'self'" in client.get(f"/w/{widget.key}/try/")["Content-Security-Policy"]


@pytest.mark.parametrize(("language", "words"), [("en", "Talk to a human"), ("fa", "گفت‌وگو با پشتیبان")])
def test_a_widget_that_is_gone_says_so_and_still_leads_to_a_person(
    client: Client, widget: Inbox, language: str, words: str
) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings={}, is_active=False)
    for key in (widget.key, "nobody"):
        answer = client.get(f"/w/{key}/?lang={language}")
        text = answer.content.decode()
        assert (answer.status_code, words in text) == (404, True)
        assert f'href="/{language}/requests/new/"' in text
        assert client.get(f"/w/{key}/try/").status_code == 404
