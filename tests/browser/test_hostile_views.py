"""Every view of strangers' words in real Chromium: nothing runs, nothing leaves, and the harmless words are there.

The outside name of all payloads leads to a listener of ours and no other resolves, so that even what no page can see
(a connection made ahead, a ping) is counted there.
"""

import base64
import html
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Frame, Page, sync_playwright

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.launch.browser import find_or_install
from tests.browser.conftest import SWITCHES
from tests.browser.payloads import CORES, HOST, payloads
from tests.conftest import Post
from tickets import tokens
from tickets.actions import raw, tickets
from tickets.channels.email import sanitize
from tickets.models import Message, Participant, RawInbound

pytestmark = pytest.mark.browser
COUNT, TOGETHER = 500, 25
CODE = """() => [window.__pwned === 1, document.body.innerText, [...document.querySelectorAll("*")].filter((e) =>
  [...e.attributes].some((a) => /^on/i.test(a.name) ||
    (/href$|src|action$/i.test(a.name) &&
      /^\\W*(java|vb)\\s*script:|^\\W*data:(?!image.(png|gif|jpeg|webp);)/i.test(a.value)))
  ).map((e) => e.outerHTML.slice(0, 200))]"""
OPEN = """() => { for (const each of document.querySelectorAll("details.original")) {
  each.open = true; each.querySelector("iframe").loading = "eager"; } }"""
FRAMES = """(keys) => { for (const key of keys) {
  const frame = document.createElement("iframe"); frame.src = `/desk/m/${key}/html/`;
  document.body.append(frame); } }"""


@dataclass
class Watch:
    """What went wrong in a browser, and how many views were looked at."""

    home: str
    calls: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    views: int = 0

    def over(self, context: BrowserContext) -> None:
        """Begins to listen to everything this browser does."""
        context.on("request", lambda request: self._asked(request.url))
        context.on("console", self._said)
        context.on("dialog", self._dialog)
        context.on("page", lambda page: self.faults.append(f"window {page.url}"))

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.home}/", "data:image/", "about:")):
            self.outside.append(url)

    def _said(self, said: ConsoleMessage) -> None:
        if "PWNED" in said.text:
            self.faults.append(said.text)
        elif said.type in ("error", "warning") and ("Security Policy" in said.text or "sandbox" in said.text):
            self.refused.append(said.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def look(self, place: Page | Frame, *controls: str) -> None:
        """This view shows these words and nothing in it runs, or would on a click."""
        pwned, text, dormant = place.evaluate(CODE)
        self.views += 1
        if pwned or dormant:
            self.faults.append(f"{place.url}: {pwned} {dormant}")
        assert [word for word in controls if word not in text] == [], place.url


@pytest.fixture(scope="module")
def calls() -> Iterator[tuple[int, list[str]]]:
    """Where all names but ours lead: a port, and the beginnings of what came in."""
    came: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(0.2)
                try:
                    came.append(repr(line.recv(80)))
                except OSError:
                    came.append("silent")

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1], came
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture(scope="module")
def chromium(calls: tuple[int, list[str]]) -> Iterator[Browser]:
    # Only the hosts of our list: Chromium itself calls home now and then, which says nothing about our pages.
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{calls[0]}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=[*SWITCHES, rules])
        yield browser
        browser.close()


@pytest.fixture
def watch(address: str, calls: tuple[int, list[str]]) -> Watch:
    calls[1].clear()
    return Watch(address, calls[1])


def _word(text: str) -> bytes:
    return b"=?utf-8?b?" + base64.b64encode(text.encode()) + b"?="


def _line(payload: str) -> str:
    return " ".join(payload.replace("\x00", "").split())


def _mail(number: int, payload: str, to: str) -> bytes:
    """Subject, name, text and HTML all carry the payload behind a control."""
    line, sender = _line(payload), f"evil{number // TOGETHER}@evil.example"
    body = f"<p>body-{number}.</p>{payload}"
    return b"\r\n".join(
        [
            b"From: " + _word(f"name-{number}. {line}"[:190]) + f" <{sender}>".encode(),
            b"To: " + to.encode(),
            b"Subject: " + _word(f"subject-{number}. {line}"[:400]),
            f"Message-ID: <hostile{number}@evil.example>".encode(),
            b"MIME-Version: 1.0",
            b"Content-Type: multipart/alternative; boundary=b",
            b"",
            b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n",
            base64.encodebytes(f"text-{number}. {payload}".encode()),
            b"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n",
            base64.encodebytes(body.encode()) + b"--b--",
        ]
    )


@pytest.fixture
def arrived(post: Post) -> list[Message]:
    """The five hundred as mails in twenty tickets: the first opens it, the others answer with its token."""
    made: list[Message] = []
    to = ""
    for number, payload in enumerate(payloads()):
        if number % TOGETHER == 0:
            to = post.inbox.address
        row = raw.take_in(post.inbox, _mail(number, payload, to))
        assert row is not None
        message = raw.process(row.pk)
        assert message is not None
        if number % TOGETHER == 0:
            to = tokens.reply_address(post.inbox.address, Participant.objects.get(ticket_id=message.ticket_id).pk)
        made.append(message)
    assert len({message.ticket_id for message in made}) == COUNT // TOGETHER
    return made


@pytest.fixture
def desk(sit_down: Callable[..., Page], agent: User, watch: Watch) -> Page:
    """An agent's page under watch."""
    page = sit_down(agent)
    watch.over(page.context)
    return page


def _frames(page: Page, messages: list[Message]) -> list[Frame]:
    """The frames of these messages, loaded, in their order."""
    frames: dict[str, Frame] = {}
    for _ in range(200):
        frames = {frame.url.split("/")[-3]: frame for frame in page.frames if frame.url.endswith("/html/")}
        if len(frames) == len(messages):
            break
        page.wait_for_timeout(50)
    for frame in frames.values():
        frame.wait_for_load_state("load")
    return [frames[str(message.pk)] for message in messages]


def _settled(page: Page, watch: Watch) -> None:
    page.wait_for_timeout(500)
    assert watch.faults == []
    assert watch.outside == []
    assert watch.calls == []
    # The sanitizer alone is enough: neither the policy nor the sandbox had anything to stop.
    assert watch.refused == []


def test_there_are_five_hundred_that_differ() -> None:
    assert len(set(payloads())) == COUNT


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
    bodies = "".join(sanitize.clean(f"<p>body-{number}.</p>{each}") for number, each in enumerate(payloads()))
    whole = sanitize.frame_document(bodies, "en")
    page.route(f"{address}/bare/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=whole))
    page.goto(f"{address}/bare/")
    watch.look(page, *(f"body-{number}." for number in range(COUNT)))
    _settled(page, watch)
    context.close()


def test_in_no_view_of_a_message_does_anything_run_or_leave(desk: Page, watch: Watch, arrived: list[Message]) -> None:
    for start in range(0, COUNT, TOGETHER):
        messages = arrived[start : start + TOGETHER]
        numbers = range(start, start + TOGETHER)
        desk.goto(f"/desk/t/{messages[0].ticket.number}/", wait_until="domcontentloaded")
        desk.evaluate(OPEN)
        for number, frame in zip(numbers, _frames(desk, messages), strict=True):
            watch.look(frame, f"body-{number}.")
        watch.look(desk, f"subject-{start}.", *(f"text-{n}." for n in numbers), *(f"name-{n}." for n in numbers))
    _bare_frames(desk, watch, arrived)
    for number in range(1, COUNT, 50):
        desk.goto(f"/desk/m/{arrived[number].pk}/html/")
        watch.look(desk, f"body-{number}.")
    _settled(desk, watch)
    print(f"{COUNT} payloads, {watch.views} views of messages")


def _bare_frames(page: Page, watch: Watch, arrived: list[Message]) -> None:
    """Every tenth body by its own address, held by its policy alone, without the sandbox of the ticket page."""
    page.goto("/desk/notifications/", wait_until="domcontentloaded")
    messages = arrived[::10]
    page.evaluate(FRAMES, [message.pk for message in messages])
    for number, frame in enumerate(_frames(page, messages)):
        watch.look(frame, f"body-{10 * number}.")


def test_in_no_list_does_anything_run_or_leave(desk: Page, watch: Watch, post: Post, agent: User) -> None:
    lines = [f"subject-{number}. {_line(each)}"[:400] for number, each in enumerate(payloads())]
    for number, payload in enumerate(payloads()[:: COUNT // 20]):
        row = raw.take_in(post.inbox, _mail(number * TOGETHER, payload, post.inbox.address))
        assert row is not None
        assert raw.process(row.pk)
    customers = [message.customer for message in Message.objects.select_related("customer").order_by("pk")]
    for number, line in enumerate(lines):
        owner = customers[number % 20]
        assert owner is not None
        tickets.create(
            by=SYSTEM, subject=line, body=f"text {line}", channel="email", customer=owner, team=post.inbox.team
        )
    _queue(desk, watch)
    for owner in customers[::4]:
        assert owner is not None
        desk.goto(f"/desk/c/{owner.pk}/")
        watch.look(desk, "subject-", "name-")
    for kind, words in (("ticket", "subject"), ("message", "subject"), ("customer", "name")):
        desk.goto(f"/desk/search/?q={words}&type={kind}")
        watch.look(desk, f"{words}-")
    for line in lines[::50]:
        desk.goto("/desk/search/")
        desk.fill("#q", line)
        desk.press("#q", "Enter")
        desk.wait_for_url("**q=subject*")
        watch.look(desk)
    _settled(desk, watch)
    print(f"{watch.views} lists")


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
        part = payloads()[start : start + 100]
        source = "\r\n".join(f"source-{start + at}. {payload}" for at, payload in enumerate(part))
        row = raw.take_in(post.inbox, source.encode())
        assert row is not None
        raw.quarantine(row, f"reason. {_line(part[0])}")
    desk.goto("/desk/quarantine/")
    watch.look(desk, "reason.")
    for start, row in zip(range(0, COUNT, 100), RawInbound.objects.order_by("pk"), strict=True):
        desk.goto(f"/desk/quarantine/{row.pk}/")
        watch.look(desk, "reason.", *(f"source-{number}." for number in range(start, start + 100)))
    _settled(desk, watch)
