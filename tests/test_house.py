"""The house keeps its own rules: sizes, one write path, edges that ask access, and words that must not appear."""

import ast
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("helpdesk", "customers", "tickets", "knowledge", "escalation")
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ROWS = {"Ticket", "Message", "Delivery", "Draft", "Presence", "Notice", "Participant", "Attachment", "RawInbound"} | {
    "Inbox",
    "Customer",
    "Identity",
    "TimelineEntry",
    "User",
    "Team",
    "Membership",
    "ApiKey",
    "AccountToken",
}
# What may write: the actions, the floor itself, and the bulk loader, whose rows no action could make fast enough.
WRITERS = ("/actions/", "/actions.py", "/core/", "/migrations/", "/seeding/")
EDGES = ("views", "api", "consumers", "handlers", "tasks")


@cache
def product() -> list[Path]:
    files = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    return [path for path in files if "migrations" not in path.parts]


@cache
def text_of(path: Path) -> str:
    return path.read_text()


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Every node of a file: read once, asked by many."""
    return list(ast.walk(ast.parse(text_of(path))))


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """A million nodes, which no test after these needs, are not left to the collector of garbage to look through."""
    yield
    for kept in (nodes, calls):
        kept.cache_clear()


def name(path: Path) -> str:
    return "/" + path.relative_to(ROOT).as_posix()


def functions() -> Iterator[tuple[str, int]]:
    for path in product():
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def dotted(node: ast.expr) -> str:
    """As `ast.unparse` says it but for brackets, at a tenth of the price where there are only names and dots."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ast.unparse(node)


@cache
def calls(path: Path) -> list[tuple[ast.Call, str]]:
    return [(node, dotted(node.func)) for node in nodes(path) if isinstance(node, ast.Call)]


def test_functions_are_small() -> None:
    sizes = dict(functions())
    assert not {where: lines for where, lines in sizes.items() if lines > 50}
    assert statistics.median(sizes.values()) <= 8
    assert statistics.quantiles(sizes.values(), n=10)[8] <= 30


def test_files_are_small() -> None:
    sizes = {name(path): len(text_of(path).splitlines()) for path in product()}
    assert not {where: lines for where, lines in sizes.items() if lines > 400}


def test_only_actions_write() -> None:
    stray = [
        f"{name(path)}: {what}"
        for path in product()
        if not any(part in name(path) for part in WRITERS)
        for _call, what in calls(path)
        if what.rpartition(".")[2] in WRITES and what.split(".")[0] in ROWS
    ]
    assert not stray


def test_edges_fetch_rows_only_through_access() -> None:
    stray = [
        f"{name(path)}: {what}"
        for path in product()
        if path.stem in EDGES or any(part in EDGES for part in path.parent.parts)
        for _call, what in calls(path)
        if what.split(".")[0] in {"Ticket", "Message", "Customer", "Attachment", "Delivery", "RawInbound"}
        and ".objects" in what
        and path.name != "handlers.py"
    ]
    assert not stray


@pytest.mark.parametrize(
    "word",
    ["parseaddr", "getaddresses", "mark_safe", "import pickle", "yaml.load(", ".extra(", "RawSQL", "csrf_exempt"],
)
def test_words_that_must_not_appear(word: str) -> None:
    allowed = {
        "csrf_exempt": ("/tickets/channels/", "/core/api.py", "/customers/api/hooks.py"),
        "parseaddr": ("/email/address.py",),
    }
    found = [name(path) for path in product() if word in text_of(path)]
    assert not [where for where in found if not any(part in where for part in allowed.get(word, ()))]


def test_no_template_trusts_text() -> None:
    templates = (ROOT / "templates").rglob("*.html")
    bad = ("|safe", "autoescape off", "<script>", 'style="', " onclick=")
    assert not [f"{t}: {b}" for t in templates for b in bad if b in t.read_text()]


def test_no_script_writes_markup_from_text() -> None:
    scripts = (ROOT / "helpdesk" / "static").rglob("*.js")
    bad = ("innerHTML", "insertAdjacentHTML", "eval(", "document.write")
    assert not [f"{s}: {b}" for s in scripts for b in bad if b in s.read_text()]


def test_styles_are_logical() -> None:
    words = ("margin-left", "margin-right", "padding-left", "padding-right", "text-align:left", "text-align: left")
    sheets = (ROOT / "helpdesk" / "static").rglob("*.css")
    assert not [f"{s}: {w}" for s in sheets for w in words if w in s.read_text()]


def test_no_long_celery_delay() -> None:
    for path in product():
        for call, what in calls(path):
            given = {keyword.arg for keyword in call.keywords}
            if "eta" in given or ("countdown" in given and name(path) != "/helpdesk/core/tasks.py"):
                pytest.fail(f"{name(path)}: {what} schedules by Celery; use a timer")


def test_the_network_is_reached_only_through_the_egress_guard() -> None:
    modules = ("requests", "httpx", "urllib.request", "aiohttp", "socket")
    allowed = (
        "/core/egress.py",
        "/core/scanner.py",
        "/core/webclient.py",
        "/launch/",
        "/channels/email/smtp.py",
        "/channels/email/mailbox.py",
        "/channels/email/popbox.py",
        "/channels/phone/bridge.py",
    )
    stray = []
    for path in product():
        tree = nodes(path)
        used = {a.name for n in tree if isinstance(n, ast.Import) for a in n.names}
        if used & set(modules) and not any(part in name(path) for part in allowed):
            stray.append(name(path))
    assert not stray


def test_no_import_circle_hides_in_a_function() -> None:
    """Imports inside functions are rare and each says why."""
    inner = [
        f"{name(path)}:{node.lineno}"
        for path in product()
        for outer in nodes(path)
        if isinstance(outer, ast.FunctionDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in APPS
    ]
    assert len(inner) <= 8, inner


def test_every_failpoint_is_used_and_listed() -> None:
    from helpdesk.core.failpoints import NAMES

    text = "\n".join(text_of(path) for path in product() if path.name != "failpoints.py")
    built = {"outbox.claimed", "outbox.handled", "timer.claimed", "timer.handled"}  # named from a prefix in jobs.py
    unused = [point for point in NAMES - built if f'"{point}"' not in text]
    assert not unused
