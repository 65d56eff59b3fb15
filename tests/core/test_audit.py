"""The audit is a chain that nobody rewrites."""

import pytest
from django.db import DatabaseError, transaction

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import audit
from helpdesk.core.models import AuditEntry, AuditSeal

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


def test_entries_are_sealed_in_order_and_hold() -> None:
    before = AuditEntry.objects.count()
    for number in range(5):
        audit.record(SYSTEM, "tested", f"thing:{number}", {"متن": "سلام"})
    assert audit.seal() == before + 5 and audit.seal() == 0
    assert audit.first_broken() is None


def test_a_changed_link_is_found() -> None:
    for number in range(3):
        audit.record(SYSTEM, "tested", f"thing:{number}")
    audit.seal()
    last = AuditSeal.objects.order_by("-number").first()
    assert last is not None
    forged = AuditEntry.objects.create(at=last.entry.at, actor="system", verb="forged", subject="x", facts={})
    AuditSeal.objects.create(number=last.number + 1, entry=forged, hash=b"0" * 32)
    assert audit.first_broken() == last.number + 1


@pytest.mark.parametrize("model", [AuditEntry, AuditSeal])
def test_the_database_refuses_to_change_or_delete(model: type[AuditEntry] | type[AuditSeal]) -> None:
    audit.record(SYSTEM, "tested", "thing:1")
    audit.seal()
    count = model.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.update(verb="other") if model is AuditEntry else AuditSeal.objects.update(hash=b"")
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.order_by("pk").first().delete()  # type: ignore[union-attr]  # there is one
    assert model.objects.count() == count
