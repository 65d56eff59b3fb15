"""Files and pictures of strangers in real Chromium: none runs in any of its three ways, and no beacon is lit."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from helpdesk.core import fetch
from tests.browser.conftest import SWITCHES
from tests.browser.hostile import OPEN, TOGETHER, WHOLE, Watch, arrive, elsewhere, frames_of, settled
from tests.browser.payloads import HOST, beacons
from tests.browser.polyglots import bodies, drawn, polyglots
from tests.conftest import Post
from tickets.actions import raw
from tickets.models import Attachment, Message

pytestmark = pytest.mark.browser
BEACONS = 120 if WHOLE else 25
# Every way in which a page takes a file, beside going there.
TAKEN = """(url) => { for (const [tag, place] of [["iframe", "src"], ["img", "src"], ["object", "data"],
  ["embed", "src"], ["script", "src"], ["link", "href"], ["video", "src"]]) {
  const made = document.createElement(tag); if (tag === "link") made.rel = "stylesheet";
  made[place] = url; document.body.append(made); } }"""
GO = "(url) => { location.href = url; }"
WIDTHS = "() => [...document.querySelectorAll('.drawn img, .thumb img')].map((each) => each.naturalWidth)"
SHOW = """(keys) => { for (const key of keys) {
  const frame = document.createElement("iframe"); frame.sandbox = "allow-popups";
  frame.src = `/desk/m/${key}/html/?pictures`; document.body.append(frame); } }"""


@pytest.fixture(scope="module")
def switches(calls: tuple[int, list[str]]) -> list[str]:
    return [*SWITCHES, *elsewhere(calls[0])]


@pytest.fixture
def files(post: Post) -> list[Attachment]:
    """Sixty polyglots, or of each body one, and one true picture; by mail."""
    found = [*polyglots()[:: 1 if WHOLE else 3], ("true.png", "image/png", drawn("PNG"))]
    for start in range(0, len(found), 20):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "mallory@evil.example", post.inbox.address, "Files"
        mail.set_content("See the files.")
        for name, kind, data in found[start : start + 20]:
            main, _, sub = kind.partition("/")
            mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
        row = raw.take_in(post.inbox, mail.as_bytes())
        assert row is not None
        assert raw.process(row.pk)
    rows = list(Attachment.objects.select_related("file", "message__ticket").order_by("id"))
    assert len(rows) == len(found)
    return rows


def test_they_bite_where_nobody_minds(chromium: Browser, address: str, watch: Watch) -> None:
    context = chromium.new_context()
    page = context.new_page()
    watch.over(context)
    for number, data in enumerate(list(bodies().values())[:-1]):  # a packed one is only kept
        kind = "image/svg+xml" if data.startswith(b"<svg") else "text/html"
        page.route(f"{address}/bare/{number}", lambda route, k=kind, d=data: route.fulfill(content_type=k, body=d))
        page.goto(f"{address}/bare/{number}")
    page.wait_for_timeout(300)
    assert sum("PWNED" in fault for fault in watch.faults) >= 5
    context.close()


def test_downloaded_none_runs(desk: Page, watch: Watch, files: list[Attachment]) -> None:
    """Gone to, the browser keeps it as a file; taken into a page of ours, it stays bytes."""
    desk.route("**/bare/", lambda route: route.fulfill(content_type="text/html", body="<p>control</p>"))
    for file in files:
        url = f"/desk/a/{file.file.token}/"
        desk.goto("/desk/notifications/", wait_until="domcontentloaded")
        with desk.expect_download() as kept:
            desk.evaluate(GO, url)
        assert kept.value.suggested_filename == file.name
        kept.value.cancel()
    for start in range(0, len(files), 20):
        desk.goto("/bare/")
        for file in files[start : start + 20]:
            desk.evaluate(TAKEN, f"/desk/a/{file.file.token}/?show")
        desk.wait_for_timeout(400)
        watch.look(desk, "control")
    print(f"\n{len(files)} files seen")
    assert [fault for fault in watch.faults if "dialog" in fault or "PWNED" in fault] == []
    assert (watch.outside, watch.calls) == ([], [])


def test_previewed_none_runs_and_a_true_picture_shows(desk: Page, watch: Watch, files: list[Attachment]) -> None:
    shown = 0
    for file in files:
        answer = desk.goto(f"/desk/a/{file.file.token}/look/")
        assert answer is not None
        if file.content_type in ("image/png", "application/pdf"):
            assert answer.status == 200
            watch.look(desk, file.name)
            shown += any(desk.evaluate(WIDTHS))
        else:
            assert answer.status == 404
            watch.look(desk)
            made = desk.request.get(f"/desk/a/{file.file.token}/look/1/?small")
            assert made.status == 404
    assert any(desk.evaluate(WIDTHS))  # the last one is the true picture
    assert shown >= 3
    settled(desk, watch)


def test_in_the_list_of_a_message_none_runs(desk: Page, watch: Watch, files: list[Attachment]) -> None:
    for number in dict.fromkeys(file.message.ticket.number for file in files):
        desk.goto(f"/desk/t/{number}/")
        desk.evaluate("() => document.querySelectorAll('.thumb img').forEach((each) => { each.loading = 'eager'; })")
        desk.wait_for_load_state("networkidle")
        watch.look(desk, "See the files.", "true.png" if number == files[-1].message.ticket.number else "cat.html")
        assert any(desk.evaluate(WIDTHS))
    settled(desk, watch)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What our proxy was asked to fetch."""
    found: list[str] = []

    def get(address: str) -> bytes:
        found.append(address)
        return drawn("PNG")

    monkeypatch.setattr(fetch, "get", get)
    return found


def test_no_beacon_is_lit_until_the_click_and_then_only_by_us(
    desk: Page, watch: Watch, post: Post, asked: list[str]
) -> None:
    every = list(beacons())
    found = [every[at * len(every) // BEACONS] for at in range(BEACONS)]
    messages = arrive(post, found)
    _opened(desk, watch, messages, found)
    assert (asked, watch.calls, watch.outside) == ([], [], [])
    for start in range(0, BEACONS, TOGETHER):
        part = messages[start : start + TOGETHER]
        desk.goto("/desk/notifications/", wait_until="domcontentloaded")
        desk.evaluate(SHOW, [message.pk for message in part])
        for number, frame in enumerate(frames_of(desk, part), start):
            watch.look(frame, f"body-{number}.")
    settled(desk, watch)
    print(f"\n{BEACONS} beacons seen")
    assert {address.split("/")[2].lower() for address in asked} == {HOST}
    assert (watch.calls, watch.outside) == ([], [])


def _opened(desk: Page, watch: Watch, messages: list[Message], found: list[str]) -> None:
    for start in range(0, len(found), TOGETHER):
        part = messages[start : start + TOGETHER]
        desk.goto(f"/desk/t/{part[0].ticket.number}/", wait_until="domcontentloaded")
        desk.evaluate(OPEN)
        for number, frame in enumerate(frames_of(desk, part), start):
            watch.look(frame, f"body-{number}.")
    settled(desk, watch)


def test_a_click_shows_the_pictures_in_their_frame_without_script(
    sit_down: Callable[..., Page], agent: Any, watch: Watch, post: Post, asked: list[str]
) -> None:
    [message] = arrive(post, [f"<img src=http://{HOST}/offer.png alt=Offer>"])
    page = sit_down(agent, java_script_enabled=False)
    watch.over(page.context)
    page.goto(f"/desk/t/{message.ticket.number}/")
    page.click(f"#m-{message.pk} details.original > summary")
    frame = page.frame_locator(f"#m-{message.pk} iframe")
    frame.locator("text=body-0.").wait_for()
    assert asked == []
    page.click("text=Show pictures")
    frame.locator("img[src*='/remote/']").wait_for()
    page.wait_for_load_state("networkidle")
    box = frame.locator("img").bounding_box()
    assert box is not None
    assert (asked, box["width"]) == ([f"http://{HOST}/offer.png"], 40)
    settled(page, watch)
