"""A copy of all that we keep of somebody: asked for, made by a job as a zip, to be fetched for a week, then dropped."""

import json
import re
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from customers import access
from customers.copywords import COLUMNS
from customers.models import Customer, PersonalExport
from customers.queries import persons
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, failpoints, files, privacy
from helpdesk.core.errors import NotAllowed, TooMany
from helpdesk.core.events import emit
from helpdesk.core.privacy import Person

DAYS = 7
A_DAY = 5
UNSAFE = re.compile(r"[^\w.-]+")


@transaction.atomic
def ask(*, by: Actor, customer: Customer, language: str, whole: bool = True) -> PersonalExport:
    """Has a copy made; asked again before it is ready, it is the same one. `whole`: with our words among ourselves."""
    if whole and not can(by, "customer.export"):
        raise NotAllowed
    row, now = access.live(customer.pk), clock.now()
    mine = PersonalExport.objects.filter(customer=row, whole=whole)
    waiting = mine.filter(state=PersonalExport.State.ASKED, language=language).first()
    if waiting is not None:
        return waiting
    if mine.filter(created_at__gt=now - timedelta(days=1)).count() >= A_DAY:
        raise TooMany(3600)
    made = PersonalExport.objects.create(
        customer=row,
        whole=whole,
        language=language if language in ("en", "fa") else "en",
        by=by.label[:64],
        created_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    audit.record(by, "customer.copy_asked", f"customer:{row.pk}", {"export": made.pk, "whole": whole})
    emit("customer.export", {"export": made.pk})
    return made


def make(pk: int) -> None:
    """Makes the copy that was asked for; a repeat makes it anew only while nobody has it."""
    row = PersonalExport.objects.filter(pk=pk, state=PersonalExport.State.ASKED).first()
    if row is None:
        return
    data = packed(persons.person(row.customer_id, clock.now(), whole=row.whole), row.language)
    failpoints.reach("export.packed")
    with transaction.atomic():
        waiting = PersonalExport.objects.select_for_update().filter(pk=pk, state=PersonalExport.State.ASKED).first()
        if waiting is not None:
            waiting.file, waiting.state = files.save(data), PersonalExport.State.READY
            waiting.save(update_fields=["file", "state"])


def packed(one: Person, language: str) -> bytes:
    """The zip: data.json for machines, index.html for people, and the files."""
    with tempfile.TemporaryFile() as place, translation.override(language):
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as bundle:
            told = [(store, _rows(store, one, bundle)) for store in privacy.stores()]
            whole = {store.slug: rows for store, rows in told if rows}
            made_at = clock.now()
            facts = {"customer": one.pk, "made_at": made_at, "data": whole}
            bundle.writestr("data.json", json.dumps(facts, ensure_ascii=False, indent=1, default=str))
            bundle.writestr("index.html", _page(one, told, made_at, language))
        return _all(place)


def _all(place: IO[bytes]) -> bytes:
    place.seek(0)
    return place.read()


def _rows(store: privacy.Store, one: Person, bundle: zipfile.ZipFile) -> list[dict[str, Any]]:
    return [_beside(store, number, dict(row), bundle) for number, row in enumerate(store.rows(one), 1)]


def _beside(store: privacy.Store, number: int, row: dict[str, Any], bundle: zipfile.ZipFile) -> dict[str, Any]:
    sha256 = row.pop("file", None)
    if sha256:
        name = UNSAFE.sub("_", row["file_name"])[-80:]
        row["file_name"] = f"{store.slug}/{number}-{name}"
        with suppress(FileNotFoundError):
            bundle.writestr(row["file_name"], files.store().get(sha256))
    return row


def _page(one: Person, told: list[tuple[privacy.Store, list[dict[str, Any]]]], at: datetime, language: str) -> str:
    parts = [(store.word, [_lines(row) for row in rows]) for store, rows in told if rows]
    context = {"parts": parts, "number": one.pk, "made_at": at, "language": language, "whole": one.whole}
    return render_to_string("privacy/copy.html", context)


def _lines(row: Mapping[str, Any]) -> list[tuple[Any, Any, bool]]:
    shown = ((COLUMNS[name], value, name == "file_name") for name, value in row.items())
    return [(word, _plain(value), is_file) for word, value, is_file in shown if value not in (None, "", [], {})]


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


@transaction.atomic
def fetched(by: Actor, row: PersonalExport) -> bytes:
    """The bytes, on record who took them. Raises FileNotFoundError once they are gone."""
    if row.file is None or row.expires_at <= clock.now():
        raise FileNotFoundError
    audit.record(by, "customer.copy_fetched", f"customer:{row.customer_id}", {"export": row.pk})
    return files.read(row.file)


def forget(limit: int = 200) -> int:
    """Drops copies a week after they were asked for; how many (wiring.TIDY)."""
    rows = PersonalExport.objects.filter(expires_at__lte=clock.now()).order_by("expires_at")
    return sum(_drop(pk) for pk in rows.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _drop(pk: int) -> int:
    row = PersonalExport.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return 0
    file = row.file
    row.delete()
    if file is not None:
        files.erase(file)
    return 1
