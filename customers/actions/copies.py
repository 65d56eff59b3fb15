"""A copy of all that we keep of somebody: asked for, made by a job as a zip, to be fetched for a week, then dropped."""

from datetime import timedelta
from typing import IO

from django.db import transaction

from customers import access
from customers.actions import packing
from customers.models import Customer, PersonalExport
from customers.queries import persons
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, failpoints, files
from helpdesk.core.errors import NotAllowed, TooMany
from helpdesk.core.events import emit

DAYS = 7
A_DAY = 5


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
    with packing.packed(persons.person(row.customer_id, clock.now(), whole=row.whole), row.language) as bundle:
        failpoints.reach("export.packed")
        _keep(pk, bundle)


@transaction.atomic
def _keep(pk: int, bundle: IO[bytes]) -> None:
    waiting = PersonalExport.objects.select_for_update().filter(pk=pk, state=PersonalExport.State.ASKED).first()
    if waiting is not None:
        waiting.file, waiting.state = files.save_from(bundle), PersonalExport.State.READY
        waiting.save(update_fields=["file", "state"])


@transaction.atomic
def fetched(by: Actor, row: PersonalExport) -> IO[bytes]:
    """The zip, open for reading, on record who took it. Raises FileNotFoundError once it is gone."""
    if row.file is None or row.expires_at <= clock.now():
        raise FileNotFoundError
    audit.record(by, "customer.copy_fetched", f"customer:{row.customer_id}", {"export": row.pk})
    return files.opened(row.file)


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
