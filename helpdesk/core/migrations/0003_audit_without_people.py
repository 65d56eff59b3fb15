"""The audit held names and addresses of customers. They go once, and the chain is sealed anew: docs/decisions/0047.

Whoever kept the old head finds it in the entry `audit.resealed`, together with how many links led up to it.
"""

import hashlib
import hmac
import json
import re

from django.conf import settings
from django.db import migrations
from django.utils import timezone

HANDLE = re.compile(r"^(address:)(?!#)(.+)$")
ADDRESSES = {"sender.trusted": "address", "sender.distrusted": "address", "automatic.muted": "address"}
ADDRESSES |= {"delivery.redirected": "to"}


def told(text):
    """As tombs.told() wrote it when this was made."""
    key = hashlib.sha256(f"helpdesk.audit:{settings.SECRET_KEY}".encode()).digest()
    return "#" + hmac.new(key, text.strip().lower().encode(), hashlib.sha256).hexdigest()[:16]


def without(entry):
    """Subject and facts as they are recorded from now on; None: nothing to change."""
    facts, subject = dict(entry.facts), entry.subject
    found = HANDLE.match(subject)
    if found:
        subject = found[1] + told(found[2])
    if entry.verb == "customer.changed" and not {"fields", "attributes"} & facts.keys():
        facts = {"fields": sorted(facts)}
    name = ADDRESSES.get(entry.verb)
    if name and "@" in str(facts.get(name, "")):
        facts[name] = told(facts[name])
    if entry.verb == "file.infected":
        facts.pop("name", None)
    if entry.verb == "ticket.changed" and facts.get("field") == "custom":
        facts = {"field": "custom"}
    return None if (subject, facts) == (entry.subject, entry.facts) else (subject, facts)


def link(previous, entry):
    """As audit.link()."""
    body = [entry.pk, entry.at.isoformat(), entry.actor, entry.verb, entry.subject, entry.facts]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()


def forward(apps, schema_editor):
    entries, seals = apps.get_model("core", "AuditEntry"), apps.get_model("core", "AuditSeal")
    changed = {entry.pk: new for entry in entries.objects.iterator(chunk_size=2000) if (new := without(entry))}
    if not changed:
        return
    last = seals.objects.order_by("-number").first()
    # A table with checks that wait for the end of the transaction cannot be altered.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("core_auditentry", "core_auditseal"):
        schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    for pk, (subject, facts) in changed.items():
        entries.objects.filter(pk=pk).update(subject=subject, facts=facts)
    previous = b""
    for seal in seals.objects.select_related("entry").order_by("number").iterator(chunk_size=2000):
        previous = link(previous, seal.entry)
        seals.objects.filter(pk=seal.pk).update(hash=previous)
    for table in ("core_auditentry", "core_auditseal"):
        schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
    facts = {"changed": len(changed), "links": last.number if last else 0}
    facts["head"] = bytes(last.hash).hex() if last else ""
    entries.objects.create(at=timezone.now(), actor="system", verb="audit.resealed", subject="workspace:1", facts=facts)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_is_append_only")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
