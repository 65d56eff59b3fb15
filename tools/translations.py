"""Persian catalogue without gettext's binaries: `extract`, `merge`, `check`, `compile` (docs/running.md)."""

import argparse
import ast
import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
PO = LOCALE / "fa" / "LC_MESSAGES" / "django.po"
APPS = ("helpdesk", "customers", "tickets", "knowledge", "escalation")
FUNCTIONS = "_ gettext gettext_lazy gettext_noop ngettext ngettext_lazy pgettext pgettext_lazy npgettext npgettext_lazy"
KEYWORDS: dict[str, None] = dict.fromkeys(FUNCTIONS.split())
ASKS = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\s*\(")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# What stands in Persian as in English: placeholders, words of code, dates for machines.
AS_IT_IS = re.compile(
    PLACEHOLDER.pattern + r"|RFC \d+|\d{3} [a-z]+_[a-z_]+|[\w./:@-]*[A-Za-z][\w./:@-]*|\d{4}[-/]\d{2}[-/]\d{2}",
    re.ASCII,
)
# Fixed, so that a merge which changes nothing leaves the file as it is.
BORN = datetime(2026, 11, 22, tzinfo=UTC)
CONTEXT = "\u0004"
# CLDR's rule for Persian: 0 and 1 are `one`. Where nothing is to be said as nothing, the page says so itself.
PLURALS = "nplurals=2; plural=(n > 1);"

Key = tuple[str, str]
"""Context and English text."""


class Found:
    """An English text of the product and where it stands."""

    def __init__(self) -> None:
        self.plural = ""
        self.places: list[str] = []


def sources() -> Iterator[Path]:
    """Every file that may hold texts for people."""
    for app in APPS:
        yield from sorted(path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
    yield from sorted((ROOT / "templates").rglob("*.html"))
    yield from sorted((ROOT / "templates").rglob("*.txt"))


def extract() -> dict[Key, Found]:
    """All texts that code and templates ask gettext for."""
    found: dict[Key, Found] = {}
    for path in sources():
        name = str(path.relative_to(ROOT))
        for line, key, plural in _texts(path):
            entry = found.setdefault(key, Found())
            entry.plural = entry.plural or plural
            entry.places.append(f"{name}:{line}")
    return found


def _texts(path: Path) -> Iterator[tuple[int, Key, str]]:
    code = path.read_text("utf-8")
    if path.suffix != ".py":
        # Babel reads Python: what is left of a template has its indentation taken away.
        code = "\n".join(line.lstrip() for line in templatize(code, origin=str(path)).splitlines())
    if not ASKS.search(code):
        return
    calls: Any = extract_python(io.BytesIO(code.encode()), KEYWORDS, (), {})
    for line, function, args, _ in calls:
        texts: list[str | None] = [args] if isinstance(args, str) else list(args or ())
        if (key := _key(function, texts)) is not None:
            yield line, *key


def _key(function: str, texts: list[str | None]) -> tuple[Key, str] | None:
    """What gettext will look for; None when the argument is no literal."""
    context = ""
    if function.startswith(("pgettext", "npgettext")):
        context = texts.pop(0) or ""
    if not texts or not texts[0]:
        return None
    is_plural = function.startswith(("ngettext", "npgettext")) and len(texts) > 1
    return (context, texts[0]), (texts[1] or "") if is_plural else ""


def load() -> Catalog:
    """The Persian catalogue as it stands; empty when there is none."""
    if not PO.exists():
        return Catalog(locale="fa")
    with PO.open("rb") as file:
        return read_po(file, locale="fa")


def known(catalog: Catalog) -> dict[Key, tuple[str, ...]]:
    """What the catalogue already says in Persian."""
    return {_key_of(entry): _strings(entry) for entry in catalog if entry.id and not entry.fuzzy}


def _key_of(entry: Message) -> Key:
    return entry.context or "", entry.id if isinstance(entry.id, str) else entry.id[0]


def _strings(entry: Message) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def fragments() -> dict[Key, tuple[str, ...]]:
    """What locale/fragments/*.json say; a later file name wins."""
    said: dict[Key, tuple[str, ...]] = {}
    for path in sorted((LOCALE / "fragments").glob("*.json")):
        try:
            entries = json.loads(path.read_text("utf-8"))
        except ValueError as fault:
            raise SystemExit(f"{path.name}: {fault}") from fault
        for name, value in entries.items():
            context, _, text = name.rpartition(CONTEXT)
            said[context, text.removesuffix("|plural")] = (value,) if isinstance(value, str) else tuple(value)
    return said


def merge(prune: bool) -> str:
    """Write the catalogue anew: all texts of the product, what was translated, what fragments add."""
    found, old, said = extract(), known(load()), fragments()
    catalog = Catalog(
        locale="fa", project="helpdesk", creation_date=BORN, revision_date=BORN, fuzzy=False, header_comment="# Persian"
    )
    catalog.mime_headers = [("Plural-Forms", PLURALS)]
    kept = {} if prune else {key: Found() for key in old if key not in found}
    for (context, text), entry in {**found, **kept}.items():
        strings = said.get((context, text)) or old.get((context, text)) or ("",)
        forms = (strings * 2)[:2]
        is_plural = bool(entry.plural) or len(strings) > 1
        catalog.add(
            (text, entry.plural or text) if is_plural else text,
            forms if is_plural else strings[0],
            context=context or None,
        )
    PO.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalog, width=0, no_location=True, sort_output=True)
    PO.write_bytes(out.getvalue())
    return f"{len(found)} texts, {len(kept)} no longer used, {len(said.keys() - found.keys())} unused in fragments"


def faults() -> list[str]:
    """All that is wrong with the Persian catalogue."""
    said = known(load())
    wrong: list[str] = []
    for key, entry in sorted(extract().items()):
        strings = said.get(key, ("",))
        wrong += [f"{entry.places[0]}: {fault}: {key[1]!r}" for fault in _faults_of(key[1], entry, strings)]
    return wrong


def _faults_of(text: str, entry: Found, strings: tuple[str, ...]) -> Iterator[str]:
    if not all(strings) or (entry.plural and len(strings) != 2):
        yield "no Persian"
        return
    # Persian uses its first plural form for 0 and 1 alike, so that form needs the number too.
    wanted = sorted(PLACEHOLDER.findall(entry.plural or text))
    for string in strings:
        if sorted(PLACEHOLDER.findall(string)) != wanted:
            yield f"other placeholders in {string!r}"
        if re.search("[يكى٠-٩]", string):
            yield f"Arabic letters or digits in {string!r}"
        if re.search("[0-9]", AS_IT_IS.sub("", string)) and re.search("[آ-ی]", string):
            yield f"ASCII digits in {string!r}"


BLANKS = re.compile(
    r"{%\s*block \w*class\s*%}.*?{%\s*endblock\s*%}|{%\s*comment.*?{%\s*endcomment\s*%}"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{#.*?#}|<!--.*?-->|<(script|style|svg)\b.*?</\1>|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"\s(?:title|placeholder|alt|aria-label|aria-description)=\"([^\"]*)\"")
TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
ENTITY = re.compile(r"&\w+;|(?<!\w)/\S+|\S+@\S+")
CODE = re.compile(r"<(code|kbd|pre)\b.*?</\1>", re.DOTALL)
# Shown when translating itself may be what failed: they say everything twice.
IN_BOTH_LANGUAGES = {"500.html", "503.html"}
FOREIGN_FILTER = re.compile(r"\|\s*(date(?!:'c')|time|timesince|timeuntil|intcomma|floatformat|localize)\b")
NAMES = {
    "English",
    "فارسی",
    "Ctrl",
    "Enter",
    "Esc",
    "API",
    "REST",
    "OpenAPI",
    "URL",
    "IMAP",
    "SMTP",
    "CSV",
    "TLS",
    "STARTTLS",
}


def hard_coded() -> list[str]:
    """Words in templates that stand outside gettext."""
    wrong: list[str] = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        whole = path.read_text("utf-8")
        for match in FOREIGN_FILTER.finditer(whole):
            wrong.append(f"{path.relative_to(ROOT)}: use our filters (docs/decisions/0003), not {match.group()}")
        if str(path.relative_to(ROOT / "templates")) in IN_BOTH_LANGUAGES:
            continue
        source = CODE.sub(_same_lines, BLANKS.sub(_same_lines, whole))
        texts = [*((m.start(1), m.group(1)) for m in ATTRIBUTE.finditer(source))]
        bare = TAG.sub(_same_lines, source)
        texts += [(m.start(), m.group()) for m in re.finditer(r"[^\n]+", bare)]
        for at, text in texts:
            words = [word for word in re.findall(r"[^\W\d_]{2,}", ENTITY.sub(" ", text)) if word not in NAMES]
            if words:
                line = source.count("\n", 0, at) + 1
                wrong.append(f"{path.relative_to(ROOT)}:{line}: text outside gettext: {' '.join(words)!r}")
    return wrong


REFUSALS = {"DomainError", "NotFound", "NotAllowed", "Conflict", "Stale", "ValidationError"}
NOTICES = {"success", "error", "info", "warning"}
SAYS = re.compile(rf"\b(?:{'|'.join(sorted(REFUSALS))}|Invalid|messages|label|help_text)\b")


def unsaid() -> list[str]:
    """Sentences for people in code that stand outside gettext: refusals, notices, labels."""
    wrong: list[str] = []
    for path in sources():
        code = path.read_text("utf-8")
        if path.suffix != ".py" or not SAYS.search(code):
            continue
        for node in ast.walk(ast.parse(code)):
            found = _bare_texts(node) if isinstance(node, ast.Call) else ()
            wrong += [f"{path.relative_to(ROOT)}:{text.lineno}: text outside gettext: {text.value!r}" for text in found]
    return wrong


def _bare_texts(call: ast.Call) -> Iterator[ast.Constant]:
    name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
    owner = getattr(getattr(call.func, "value", None), "id", "")
    texts = [word.value for word in call.keywords if word.arg in ("label", "help_text")]
    if name in REFUSALS or (owner == "messages" and name in NOTICES):
        texts += call.args[:1] if name == "ValidationError" else call.args[1:2]
    if name == "Invalid" and call.args and isinstance(call.args[0], ast.Dict):
        texts += call.args[0].values
    for text in texts:
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value:
            yield text


def _same_lines(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def compile_all() -> list[Path]:
    """Write each .mo that is missing or older than its .po; gives those written."""
    written: list[Path] = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name)
        half = target.with_suffix(".mo.new")
        with half.open("wb") as out:
            write_mo(out, catalog)
        half.replace(target)
        written.append(target)
    return written


def main(argv: list[str]) -> int:
    """Run one of the four commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["extract", "merge", "check", "compile"])
    parser.add_argument("--prune", action="store_true", help="merge: drop texts that are no longer used")
    chosen = parser.parse_args(argv)
    if chosen.command == "extract":
        print("\n".join(f"{entry.places[0]}: {key[1]!r}" for key, entry in extract().items()))
    elif chosen.command == "merge":
        print(merge(chosen.prune))
    elif chosen.command == "compile":
        print(f"compiled {len(compile_all())}")
    else:
        wrong = [*faults(), *hard_coded(), *unsaid()]
        print("\n".join([*wrong, f"{len(wrong)} faults"]))
        return 1 if wrong else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
