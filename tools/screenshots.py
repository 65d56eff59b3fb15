"""Shoots every page in both languages, light and dark, wide and narrow: `make screenshots`, or with a part only:

    python tools/screenshots.py --only settings --languages fa --widths 320

Starts a help desk of its own with the demo (or uses `--at http://…` with the demo's people), and writes
`<out>/<language>-<theme>-<width>/<page>.png` and contact sheets `<out>/sheet-….png`. Says which pages scroll sideways,
answer with an error, complain in the console, or show Latin digits where Persian ones belong.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from socket import create_server

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from helpdesk.launch.browser import find_or_install  # noqa: E402 - needs the path
from helpdesk.launch.servers import temporary  # noqa: E402 - needs the path

PASSWORD = "demo-demo-demo"  # noqa: S105 - the demo's
AGENT, ADMIN = "ali@demo.test", "admin@demo.test"
NOBODY = ("/sign-in/", "/reset/", "/reset/nonsense/", "/join/nonsense/", "/demo/mailbox/")
PORTAL = ("/LANGUAGE/", "/LANGUAGE/sign-in/", "/LANGUAGE/requests/new/", "/LANGUAGE/requests/", "/LANGUAGE/nowhere/")
DESK = (
    *("/desk/", "/desk/q/mine/", "/desk/q/all/", "/desk/q/all/?priority=low", "/desk/q/snoozed/", "/desk/q/resolved/"),
    *("TICKET", "TICKET+join/", "TICKET+split/", "MESSAGE", "/desk/t/new/"),
    *("CUSTOMER", "CUSTOMER+history/", "CUSTOMER+merge/", "CUSTOMER+merges/", "CUSTOMER+split/", "CUSTOMER+memory/"),
    *("CUSTOMER+attributes/", "CUSTOMER+consent/", "CUSTOMER+data/", "CUSTOMER+looks/", "CUSTOMER+orders/"),
    *("/desk/duplicates/", "/desk/o/", "ORGANISATION", "/desk/chats/", "CHAT_DESK", "/desk/canned/"),
    *("/desk/search/", "/desk/search/?q=card", "/desk/search/?q=%D9%82%D8%B7%D8%B9"),
    *("/desk/search/?q=card&type=ticket", "/desk/search/?q=a&type=customer", "/desk/search/?q=zzzz"),
    *("/desk/notifications/", "/desk/quarantine/", "QUARANTINED", "/desk/me/"),
    *("/desk/nowhere/", "/settings/users/"),
)
SETTINGS = (
    "CHAT",
    *("/settings/", "/settings/workspace/", "/settings/users/", "USER", "/settings/users/invite/", "/settings/teams/"),
    *("TEAM", "/settings/teams/new/", "/settings/keys/", "/settings/audit/", "/settings/inboxes/", "INBOX"),
    *("INBOX+connect/", "INBOX+dns/", "INBOX+sending/", "/settings/inboxes/connect/", "/settings/inboxes/chat/"),
    *("/settings/inboxes/provider/", "CHAT_INBOX", "/settings/addresses/"),
    *("/settings/lists/", "/settings/attributes/", "/settings/contact/", "/settings/retention/", "/settings/shops/"),
    *("/settings/import/", "/lead/chats/", "/desk/_styleguide/", "/developers/"),
)
PAGES = {"": NOBODY + PORTAL, AGENT: DESK, ADMIN: SETTINGS}
# A first matching link on a page stands for all of its kind; `+` goes on from there.
FOUND = {
    "TICKET": ("/desk/q/all/", "a[data-row]"),
    "MESSAGE": ("TICKET", "a[href^='/desk/m/'][href$='/forward/']"),
    "CUSTOMER": ("TICKET", ".pane-side h2 a"),
    "ORGANISATION": ("/desk/o/", "main a[href^='/desk/o/']"),
    "QUARANTINED": ("/desk/quarantine/", "a[data-row]"),
    "CHAT_DESK": ("/desk/chats/", "main a[href^='/desk/chats/']"),
    "USER": ("/settings/users/", "tbody th a"),
    "TEAM": ("/settings/teams/", "main a[href^='/settings/teams/']:not([href$='new/']):not(nav a)"),
    "INBOX": ("/settings/inboxes/", ".row-what a:has(bdi)"),
    "CHAT_INBOX": ("/settings/inboxes/", ".row-what a:not(:has(bdi))"),
    "CHAT": ("CHAT_INBOX", "main a[href^='/w/']"),
}
LATIN = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; (node = walk.nextNode());) {
    const at = node.parentElement;
    if (!/[0-9]/.test(node.data) || !at.checkVisibility()) continue;
    if (at.closest("bdi, code, pre, kbd, script, style, .reference, [dir=auto], option, [dir=ltr], .ltr")) continue;
    found.push(node.data.trim().slice(0, 40));
  }
  return found.slice(0, 4);
}"""
SHEET = """<style>body{margin:8px;display:flex;flex-wrap:wrap;gap:8px;background:#888;font:14px sans-serif}
figure{margin:0;inline-size:%dpx}figcaption{background:#fff}div{max-block-size:%dpx;overflow:hidden}img{inline-size:100%%}</style>%s"""
FIGURE = "<figure><figcaption>{0.stem}</figcaption><div><img src='{0.name}'></div></figure>"


def free_port() -> int:
    """One that nobody listens on just now."""
    with create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def help_desk() -> Iterator[str]:
    """A whole help desk with the demo, gone afterwards; its address."""
    place, port = temporary("helpdesk-screenshots-"), free_port()
    env = os.environ | {"DATA_DIR": str(place), "PORT": str(port)}
    run = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "run"], env=env, cwd=ROOT)
    try:
        until_ready(f"http://127.0.0.1:{port}", run)
        yield f"http://127.0.0.1:{port}"
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(30)
        shutil.rmtree(place, ignore_errors=True)


def until_ready(address: str, run: subprocess.Popen[bytes], seconds: int = 120) -> None:
    """Returns once /readyz says yes. Raises RuntimeError when it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and run.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2).close()  # noqa: S310 - our own
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the help desk did not start")


def sign_in(context: BrowserContext, who: str, language: str) -> Page:
    """A page of somebody who reads in `language`."""
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=email]", who)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button.primary")
    page.wait_for_url("**/desk/**")
    page.goto("/desk/me/")
    page.click("#person-menu > summary")
    page.click(f"#person-menu [name=language][value={language}]")
    page.wait_for_selector(f"html[lang={language}]")
    return page


def address_of(page: Page, name: str, language: str) -> str:
    """The path of a page; "" when there is none of its kind now."""
    name, _plus, rest = name.replace("LANGUAGE", language).partition("+")
    if name not in FOUND:
        return name
    start, selector = FOUND[name]
    page.goto(address_of(page, start, language))
    link = page.query_selector(selector)
    found = (link.get_attribute("href") or "").partition("?")[0] if link else ""
    return found and found + rest


def shoot(page: Page, path: str, name: str, folder: Path, language: str) -> list[str]:
    """One picture; what is wrong with the page."""
    said: list[str] = []
    listener = lambda message: said.append(message.text) if message.type in {"error", "warning"} else None  # noqa: E731
    page.on("console", listener)
    try:
        answer = page.goto(path)
    except Error as error:
        return [error.message.splitlines()[0]]
    page.wait_for_load_state("load")
    page.wait_for_timeout(250)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    page.remove_listener("console", listener)
    status = answer.status if answer else 0
    faults = [f"console: {text}" for text in said if "404" not in text]
    if status >= 500:
        faults.append(f"status {status}")
    if (over := int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))) > 0:
        faults.append(f"{over} px too wide")
    if language == "fa" and (latin := page.evaluate(LATIN)):
        faults.append(f"Latin digits: {latin}")
    return faults


def slug(path: str) -> str:
    """A path as a file name."""
    return re.sub(r"[^a-zA-Z0-9]+", "_", path).strip("_").lower() or "home"


def session(browser: Browser, given: argparse.Namespace, who: str, look: tuple[str, str, int]) -> None:
    """All of one person's pages in one look."""
    language, theme, width = look
    folder = Path(given.out) / f"{language}-{theme}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        base_url=given.at, viewport={"width": width, "height": 900}, color_scheme=theme, locale=f"{language}-IR",
        has_touch=width < 500,
    )  # fmt: skip
    page = sign_in(context, who, language) if who else context.new_page()
    for name in PAGES[who]:
        if given.only and not any(part in name for part in given.only.split(",")):
            continue
        path = address_of(page, name, language)
        if not path:
            print(f"  nothing to show for {name}")
            continue
        for fault in shoot(page, path, f"{who.split('@')[0] or 'nobody'}-{slug(name)}", folder, language):
            print(f"  {language} {theme} {width} {path}: {fault}")
    context.close()


def sheets(browser: Browser, out: Path) -> None:
    """Contact sheets of every folder: many pages at a glance."""
    page = browser.new_page(viewport={"width": 2000, "height": 900})
    for folder in sorted(path for path in out.iterdir() if path.is_dir()):
        wide = not folder.name.endswith("-320")
        size, height, count = (656, 560, 9) if wide else (240, 1000, 16)
        pictures = sorted(folder.glob("*.png"))
        for start in range(0, len(pictures), count):
            some = pictures[start : start + count]
            figures = "".join(FIGURE.format(picture) for picture in some)
            source = folder / "sheet.html"
            source.write_text(SHEET % (size, height, figures))
            page.goto(source.resolve().as_uri())
            page.screenshot(path=out / f"sheet-{folder.name}-{start // count + 1}.png", full_page=True)
            source.unlink()


def all_of_it(given: argparse.Namespace) -> None:
    """Every look of every page."""
    with sync_playwright() as playwright:
        switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=switches)
        for language in given.languages.split(","):
            for theme in given.themes.split(","):
                for width in map(int, given.widths.split(",")):
                    for who in PAGES:
                        session(browser, given, who, (language, theme, width))
        sheets(browser, Path(given.out))
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", default="", help="the address of a help desk that runs the demo")
    parser.add_argument("--out", default="/tmp/helpdesk-screenshots", help="where the pictures go")  # noqa: S108
    parser.add_argument("--only", default="", help="parts of paths, separated by commas")
    parser.add_argument("--languages", default="en,fa")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--widths", default="1440,320")
    given = parser.parse_args()
    with nullcontext(given.at) if given.at else help_desk() as given.at:
        all_of_it(given)


if __name__ == "__main__":
    main()
