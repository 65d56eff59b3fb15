"""What the audit held of people before is taken out once, and the chain holds again from its beginning."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import audit
from helpdesk.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_old_names_go_and_the_chain_tells_its_old_head() -> None:
    audit.record(SYSTEM, "customer.changed", "customer:1", {"name": ["Old Canary", "New Canary"], "tags": [[], ["a"]]})
    audit.record(SYSTEM, "sender.blocked", "address:canary@mail.example")
    audit.record(SYSTEM, "sender.trusted", "message:1", {"address": "canary@mail.example"})
    audit.record(SYSTEM, "file.infected", "ticket:1", {"message": 1, "name": "canary.exe", "found": "Eicar"})
    audit.record(SYSTEM, "ticket.status", "ticket:1", {"status": "open"})
    audit.seal()
    migration = importlib.import_module("helpdesk.core.migrations.0003_audit_without_people")
    with connection.schema_editor() as editor:
        migration.forward(apps, editor)
    audit.seal()
    assert audit.first_broken() is None
    told = list(AuditEntry.objects.order_by("id").values_list("verb", "subject", "facts"))
    assert "canary" not in str(told).lower()
    assert told[0][2] == {"fields": ["name", "tags"]} and told[4][2] == {"status": "open"}
    verb, _subject, facts = told[-1]
    assert verb == "audit.resealed" and (facts["changed"], facts["links"], len(facts["head"])) == (4, 5, 64)
    with connection.schema_editor() as editor:
        migration.forward(apps, editor)
    assert AuditEntry.objects.filter(verb="audit.resealed").count() == 1
