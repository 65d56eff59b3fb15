"""Every view of strangers' words in real Chromium: nothing runs, nothing leaves, and the harmless words are there."""

import html

import pytest
from playwright.sync_api import Browser, Page

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.conftest import SWITCHES
from tests.browser.hostile import (
    COUNT,
    FRAMES,
    OPEN,
    TOGETHER,
    Watch,
    arrive,
    elsewhere,
    every,
    frames_of,
    line,
    mail,
    settled,
)
from tests.browser.payloads import CORES
from tests.conftest import Post
from tickets.actions import raw, tickets
from tickets.channels.email import sanitize
from tickets.models import Message, RawInbound

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def switches(calls: tuple[int, list[str]]) -> list[str]:
    return [*SWITCHES, *elsewhere(calls[0])]


@pytest.fixture
def arrived(post: Post) -> list[Message]:
    """All of them as mails."""
    return arrive(post, every())


def test_there_are_as_many_as_it_says_and_all_differ() -> None:
    assert len(set(every())) == COUNT


def test_the_watch_sees_what_bites_when_nobody_cleans_it(chromium: Browser, address: str, watch: Watch) -> None:
    context = chromium.new_context()
    page = context.new_page()
    watch.over(context)
    frames = (f'<iframe srcdoc="{html.escape(each)}"></iframe>' for each in CORES)
    page.route(f"{address}/bare/", lambda route: route.fulfill(content_type="text/html", body="".join(frames)))
    page.goto(f"{address}/bare/", wait_until="commit")
    for _ in range(80):
        page.wait_for_timeout(250)
        dialogs = sum("dialog" in fault for fault in watch.faults)
        runs = sum("PWNED" in fault for fault in watch.faults)
        if min(dialogs, runs) >= 3 and watch.outside and watch.calls:
            break
    assert (min(dialogs, 3), min(runs, 3)) == (3, 3)
    assert watch.outside
    assert watch.calls
    context.close()


def test_the_cleaned_bodies_are_harmless_without_any_other_wall(chromium: Browser, address: str, watch: Watch) -> None:
    context = chromium.new_context()
    page = context.new_page()
    watch.over(context)
    bodies = "".join(sanitize.clean(f"<p>body-{number}.</p>{each}") for number, each in enumerate(every()))
    whole = sanitize.frame_document(bodies, "en")
    page.route(f"{address}/bare/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=whole))
    page.goto(f"{address}/bare/")
    watch.look(page, *(f"body-{number}." for number in range(COUNT)))
    settled(page, watch)
    context.close()


def test_in_no_view_of_a_message_does_anything_run_or_leave(desk: Page, watch: Watch, arrived: list[Message]) -> None:
    for start in range(0, COUNT, TOGETHER):
        messages = arrived[start : start + TOGETHER]
        numbers = range(start, start + TOGETHER)
        desk.goto(f"/desk/t/{messages[0].ticket.number}/", wait_until="domcontentloaded")
        desk.evaluate(OPEN)
        for number, frame in zip(numbers, frames_of(desk, messages), strict=True):
            watch.look(frame, f"body-{number}.")
        watch.look(desk, f"subject-{start}.", *(f"text-{n}." for n in numbers), *(f"name-{n}." for n in numbers))
    _bare_frames(desk, watch, arrived)
    for number in range(1, COUNT, 50):
        for address in (f"/desk/m/{arrived[number].pk}/html/", f"/desk/m/{arrived[number].pk}/html/?pictures"):
            desk.goto(address)
            watch.look(desk, f"body-{number}.")
        desk.goto(f"/desk/t/{arrived[number].ticket.number}/conversation/")
        watch.look(desk, f"text-{number}.", f"name-{number}.")
    settled(desk, watch)
    print(f"\n{COUNT} payloads seen\n{watch.views} views of messages seen")


def _bare_frames(page: Page, watch: Watch, arrived: list[Message]) -> None:
    """Every tenth body by its own address, held by its policy alone, without the sandbox of the ticket page."""
    page.goto("/desk/notifications/", wait_until="domcontentloaded")
    messages = arrived[::10]
    page.evaluate(FRAMES, [message.pk for message in messages])
    for number, frame in enumerate(frames_of(page, messages)):
        watch.look(frame, f"body-{10 * number}.")


def test_in_no_list_does_anything_run_or_leave(desk: Page, watch: Watch, post: Post, agent: User) -> None:
    lines = [f"subject-{number}. {line(each)}"[:400] for number, each in enumerate(every())]
    for number, payload in enumerate(every()[:: COUNT // 20]):
        row = raw.take_in(post.inbox, mail(number * TOGETHER, payload, post.inbox.address))
        assert row is not None
        assert raw.process(row.pk)
    customers = [message.customer for message in Message.objects.select_related("customer").order_by("pk")]
    for number, words in enumerate(lines):
        owner = customers[number % 20]
        assert owner is not None
        tickets.create(
            by=SYSTEM, subject=words, body=f"text {words}", channel="email", customer=owner, team=post.inbox.team
        )
    _queue(desk, watch)
    desk.goto("/desk/")
    watch.look(desk, "subject-")
    for owner in customers[:20:4]:
        assert owner is not None
        desk.goto(f"/desk/c/{owner.pk}/")
        watch.look(desk, "subject-", "name-")
    for kind, words in (("ticket", "subject"), ("message", "subject"), ("customer", "name")):
        desk.goto(f"/desk/search/?q={words}&type={kind}")
        watch.look(desk, f"{words}-")
    for words in lines[::50]:
        desk.goto("/desk/search/")
        desk.fill("#q", words)
        desk.press("#q", "Enter")
        desk.wait_for_url("**q=subject*")
        watch.look(desk)
    settled(desk, watch)
    print(f"\n{watch.views} lists seen")


def _queue(page: Page, watch: Watch) -> None:
    """All pages of the queue show all the subjects."""
    seen = ""
    page.goto("/desk/q/all/")
    while True:
        watch.look(page)
        seen += page.inner_text("main")
        after = page.locator("a[href*='after=']")
        if not after.count():
            break
        page.goto(str(after.first.evaluate("(link) => link.href")))
    assert [number for number in range(COUNT) if f"subject-{number}." not in seen] == []


def test_the_source_of_an_unreadable_mail_is_only_text(desk: Page, watch: Watch, post: Post) -> None:
    for start in range(0, COUNT, 100):
        part = every()[start : start + 100]
        source = "\r\n".join(f"source-{start + at}. {payload}" for at, payload in enumerate(part))
        row = raw.take_in(post.inbox, source.encode())
        assert row is not None
        raw.quarantine(row, f"reason. {line(part[0])}")
    desk.goto("/desk/quarantine/")
    watch.look(desk, post.inbox.name)
    for start, row in zip(range(0, COUNT, 100), RawInbound.objects.order_by("pk"), strict=True):
        desk.goto(f"/desk/quarantine/{row.pk}/")
        watch.look(desk, "reason.", *(f"source-{number}." for number in range(start, start + 100)))
    settled(desk, watch)
