"""Files of customers: taken in, matched to what we know, begun, stopped, forgotten. The rows: actions/importrun."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import CustomerImport, ImportLine
from customers.queries import imports as queries
from customers.rules import columns, sheets, vcards
from customers.rules.identity import region_of
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, files
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, Stale, Text
from helpdesk.core.events import emit
from helpdesk.core.models import StoredFile

State = CustomerImport.State
MOST_BYTES = 32 * 1024 * 1024
KEEP_DAYS, KEEP_UNUSED_DAYS = 30, 2
SHEET = _("This is a spreadsheet's own file. Open it there and save it as CSV (UTF-8), then bring that.")

WORDLESS = _("Write what these people were shown when they agreed: consent is kept with its words.")


def _allow(by: Actor) -> None:
    if not can(by, "customer.import"):
        raise NotAllowed


def take(*, by: Actor, name: str, data: bytes) -> CustomerImport:
    """A file to look at: letters, separator and columns are guessed, nothing is written about anybody yet."""
    _allow(by)
    if wrong := _unfit(data):
        raise Invalid({"file": wrong})
    row = CustomerImport(
        name=" ".join(name.replace("\x00", "").split())[:200] or "customers",
        kind="vcard" if vcards.is_cards(data) else "csv",
        by=by.label[:200],
        user_id=by.user_id,
        created_at=clock.now(),
    )
    _guess(row, data)
    with transaction.atomic():
        row.file = files.save(data).token
        row.save()
        audit.record(by, "import.taken", f"import:{row.pk}", {"kind": row.kind, "bytes": len(data)})
    return row


def _unfit(data: bytes) -> Text | None:
    if not data.strip():
        return _("The file is empty. Choose another one.")
    if len(data) > MOST_BYTES:
        return _("The file is too large. Split it into files of at most 32 MB.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return SHEET
    return None


def _guess(row: CustomerImport, data: bytes) -> None:
    if row.kind == "vcard":
        row.header, row.columns = list(vcards.HEADER), list(vcards.COLUMNS)
        return
    row.encoding = sheets.encoding_of(data)
    row.separator = sheets.separator_of(data, row.encoding)
    _look_at_header(row, data)


def _look_at_header(row: CustomerImport, data: bytes, *, has_header: bool | None = None) -> None:
    """Names the columns by the first row; one that is no header leaves them to be chosen."""
    try:
        first = next(sheets.rows_of(data, row.encoding, row.separator), (0, []))[1]
    except sheets.Unreadable:
        first = []
    row.has_header = columns.has_header(first) if has_header is None else has_header
    row.header = [cell[:120] for cell in first] if row.has_header else [""] * len(first)
    names = {each.slug: [each.name, each.name_fa] for each in queries.attributes()}
    row.columns = columns.guess(row.header, names)


@transaction.atomic
def match(
    *,
    by: Actor,
    row: CustomerImport,
    targets: Sequence[str] | None = None,
    encoding: str = "",
    separator: str = "",
    has_header: bool | None = None,
    region: str = "",
    overwrite: bool = False,
    tags: Sequence[str] = (),
    words: str = "",
) -> CustomerImport:
    """What the columns are and how to read the file. Read in another way, the columns are guessed anew."""
    _allow(by)
    row = _held(row)
    if row.state != State.MATCHING:
        raise Conflict("import_begun", _("This import has begun; bring the file again to match it otherwise."))
    before = (row.encoding, row.separator, row.has_header)
    if row.kind == "csv":
        row.encoding = encoding if encoding in sheets.ENCODINGS else row.encoding
        row.separator = separator if separator in sheets.SEPARATORS else row.separator
        header = row.has_header if has_header is None else has_header
        if (row.encoding, row.separator, header) != before:
            _look_at_header(row, queries.data_of(row), has_header=header)
            targets = None
    if targets is not None:
        row.columns = _checked(targets, len(row.header))
    row.options = _options(row, region, overwrite, tags, words)
    row.version += 1
    row.save()
    return row


def _held(row: CustomerImport) -> CustomerImport:
    return CustomerImport.objects.select_for_update().get(pk=row.pk)


def _checked(targets: Sequence[str], count: int) -> list[str]:
    known = queries.targets()
    if len(targets) != count:
        raise Invalid({"columns": _("Say of each column what it is; leave the others empty.")})
    if any(each not in known for each in targets):
        raise Invalid({"columns": _("Choose what each column is from the list.")})
    single = [each for each in targets if each and each not in columns.HANDLES and each != "tags"]
    if len(set(single)) != len(single):
        raise Invalid({"columns": _("Two columns are the same thing. Only addresses, numbers and tags may have many.")})
    return list(targets)


def _options(row: CustomerImport, region: str, overwrite: bool, tags: Sequence[str], words: str) -> dict[str, Any]:
    if region and not region_of(region):
        raise Invalid({"region": _("Write a country in two letters, such as IR or DE.")})
    return {
        "region": region_of(region),
        "overwrite": overwrite,
        "tags": sorted({" ".join(tag.split())[:60] for tag in tags if tag.strip()})[:20],
        "words": words.replace("\x00", "").strip()[:1000],
    }


@transaction.atomic
def start(*, by: Actor, row: CustomerImport, version: int | None = None) -> CustomerImport:
    """Begins; the worker does the rest. A repeat changes nothing."""
    _allow(by)
    row = _held(row)
    if row.state in (State.READING, State.RUNNING, State.DONE):
        return row
    if row.state == State.FAILED:
        raise Conflict("import_failed", _("This file could not be read. Mend it and bring it again."))
    if version is not None and version != row.version:
        raise Stale("stale", _("Somebody changed this import meanwhile. Look again."), version=row.version)
    if not any(each in columns.HANDLES for each in row.columns):
        raise Invalid({"columns": _("Say which column is an address, a number or an id: by these people are known.")})
    if queries.plan_of(row).targets(columns.CONSENT) and not row.options.get("words"):
        raise Invalid(
            {"words": _("Write what these people were shown when they agreed: consent is kept with its words.")}
        )
    row.state = State.READING if row.file else State.RUNNING
    row.started_at, row.version = row.started_at or clock.now(), row.version + 1
    row.save()
    emit("customers.import", {"import": row.pk})
    audit.record(by, "import.started", f"import:{row.pk}", {"columns": [each for each in row.columns if each]})
    return row


@transaction.atomic
def stop(*, by: Actor, row: CustomerImport) -> CustomerImport:
    """Lets it rest after the lines in hand; start() goes on from there. A repeat changes nothing."""
    _allow(by)
    row = _held(row)
    if row.state in (State.READING, State.RUNNING):
        row.state, row.version = State.STOPPED, row.version + 1
        row.save()
        audit.record(by, "import.stopped", f"import:{row.pk}", {})
    return row


@transaction.atomic
def drop(*, by: Actor, row: CustomerImport) -> None:
    """Forgets the file and its lines now; the customers stay."""
    _allow(by)
    found = CustomerImport.objects.select_for_update().filter(pk=row.pk).first()
    if found is not None:
        _drop(found)
        audit.record(by, "import.forgotten", f"import:{row.pk}", {})


def _drop(row: CustomerImport) -> None:
    lose_file(row)
    ImportLine.objects.filter(of=row).delete()
    row.delete()


def lose_file(row: CustomerImport) -> None:
    """The file is needed no more."""
    for file in StoredFile.objects.filter(token=row.file) if row.file else ():
        files.erase(file)
    row.file = ""


def forget(limit: int = 20) -> int:
    """Files that nobody began, and everything about imports that are a month old (wiring.TIDY); how many."""
    now = clock.now()
    old = CustomerImport.objects.filter(created_at__lte=now - timedelta(days=KEEP_DAYS))
    unused = CustomerImport.objects.filter(created_at__lte=now - timedelta(days=KEEP_UNUSED_DAYS), state=State.MATCHING)
    keys = [row.pk for row in [*old.order_by("created_at")[:limit], *unused.order_by("created_at")[:limit]]]
    count = 0
    for pk in keys:
        with transaction.atomic():
            row = CustomerImport.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is not None:
                _drop(row)
                count += 1
    return count
