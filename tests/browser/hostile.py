"""What every test of strangers' words shares: a watch over the browser, hostile mails, and a listener for what leaves.

The outside name of all payloads leads to a listener of ours and no other resolves, so that even what no page can see
(a connection made ahead, a ping) is counted there.
"""

import base64
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Frame, Page

from tests.browser.payloads import HOST, payloads
from tests.conftest import Post
from tickets import tokens
from tickets.actions import raw
from tickets.models import Message, Participant

# `make torture STAGE=html` takes fifteen hundred, and then all files and beacons too.
COUNT, TOGETHER = int(os.environ.get("HOSTILE_COUNT", "300")), 25
WHOLE = COUNT >= 1500
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


def listening() -> Iterator[tuple[int, list[str]]]:
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


def elsewhere(port: int) -> list[str]:
    """Switches of a Chromium for which the payloads' host is this port of ours."""
    # Only the hosts of our list: Chromium itself calls home now and then, which says nothing about our pages.
    return [f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


def _word(text: str) -> bytes:
    return b"=?utf-8?b?" + base64.b64encode(text.encode()) + b"?="


def line(payload: str) -> str:
    return " ".join(payload.replace("\x00", "").split())


def mail(number: int, payload: str, to: str) -> bytes:
    """Subject, name, text and HTML all carry the payload behind a control."""
    one, sender = line(payload), f"evil{number // TOGETHER}@evil.example"
    body = f"<p>body-{number}.</p>{payload}"
    return b"\r\n".join(
        [
            b"From: " + _word(f"name-{number}. {one}"[:190]) + f" <{sender}>".encode(),
            b"To: " + to.encode(),
            b"Subject: " + _word(f"subject-{number}. {one}"[:400]),
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


def arrive(post: Post, found: list[str]) -> list[Message]:
    """These payloads as mails in tickets of 25: the first opens it, the others answer with its token."""
    made: list[Message] = []
    to = ""
    for number, payload in enumerate(found):
        if number % TOGETHER == 0:
            to = post.inbox.address
        row = raw.take_in(post.inbox, mail(number, payload, to))
        assert row is not None
        message = raw.process(row.pk)
        assert message is not None
        if number % TOGETHER == 0:
            to = tokens.reply_address(post.inbox.address, Participant.objects.get(ticket_id=message.ticket_id).pk)
        made.append(message)
    assert len({message.ticket_id for message in made}) == -(-len(found) // TOGETHER)
    return made


def every() -> list[str]:
    """The payloads of this run."""
    return payloads(COUNT)


def frames_of(page: Page, messages: list[Message]) -> list[Frame]:
    """The frames of these messages, loaded, in their order."""
    frames: dict[str, Frame] = {}
    for _ in range(200):
        frames = {frame.url.split("/")[5]: frame for frame in page.frames if "/html/" in frame.url}
        if len(frames) == len(messages):
            break
        page.wait_for_timeout(50)
    for frame in frames.values():
        frame.wait_for_load_state("load")
    return [frames[str(message.pk)] for message in messages]


def settled(page: Page, watch: Watch) -> None:
    page.wait_for_timeout(500)
    assert watch.faults == []
    assert watch.outside == []
    assert watch.calls == []
    # The sanitizer alone is enough: neither the policy nor the sandbox had anything to stop.
    assert watch.refused == []
