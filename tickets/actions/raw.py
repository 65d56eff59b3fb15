"""Raw inbound: committed before anything is acknowledged, read afterwards, set aside for a human when unreadable.

At every moment: taken in = accepted + quarantined + queued. One poison mail never holds up its neighbours.
"""

import json
import logging
from datetime import timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation

from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, failpoints, files, rows, sql
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.events import nudge_on_commit
from helpdesk.core.models import StoredFile
from helpdesk.core.realtime import DESK, hint
from tickets.actions import apart, forwarding, intake, keptout, voices
from tickets.envelopes import InboundMessage
from tickets.happenings import Happening, Nothing
from tickets.models import Inbox, Message, RawInbound
from tickets.queries.twins import twin_of

# Begins the source of a delivery that is a provider's whole request, not yet a mail.
REQUEST = "request "
ATTEMPTS = 3
MOST_ATTEMPTS = 12
LEASE = timedelta(seconds=120)
PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
# What the moment may do to any mail: the database away, a deadlock, a full disk.
PASSING = (OperationalError, InterfaceError, OSError)
log = logging.getLogger(__name__)


TAKE_SQL = """
WITH filed AS (
  INSERT INTO core_storedfile (token, sha256, size, created_at)
  SELECT %(token)s::text, %(sha256)s::text, %(size)s::bigint, %(now)s::timestamptz
  WHERE NOT EXISTS (SELECT FROM tickets_rawinbound WHERE inbox_id = %(inbox)s::bigint AND sha256 = %(sha256)s::text)
  RETURNING id)
INSERT INTO tickets_rawinbound (inbox_id, sha256, file_id, source, state, attempts, due_at, error, received_at)
SELECT %(inbox)s::bigint, %(sha256)s::text, id, %(source)s::text, 'queued', 0, %(now)s::timestamptz, '',
  %(now)s::timestamptz FROM filed
RETURNING id, file_id
"""
CLAIM_SQL = """
UPDATE tickets_rawinbound r SET attempts = r.attempts + 1, due_at = %s, reader_pid = pg_backend_pid(),
  reader_since = (SELECT backend_start FROM pg_stat_get_activity(pg_backend_pid())) FROM tickets_inbox i, (
  SELECT id FROM tickets_rawinbound WHERE id = %s AND state = 'queued' AND due_at <= %s FOR UPDATE SKIP LOCKED) free
WHERE r.id = free.id AND i.id = r.inbox_id
RETURNING i.id, i.kind, i.address, i.team_id, i.settings,
  r.id, r.inbox_id, r.sha256, r.file_id, r.source, r.state, r.attempts, r.received_at
"""
# Of another role's connection nobody is told when it began: its number alone then says that it lives.
FREE_SQL = """
UPDATE tickets_rawinbound r SET due_at = %s, reader_pid = NULL
WHERE state = 'queued' AND due_at > %s AND reader_pid IS NOT NULL AND NOT EXISTS (
  SELECT FROM pg_stat_get_activity(NULL) a
  WHERE a.pid = r.reader_pid AND (a.backend_start IS NULL OR a.backend_start = r.reader_since))
"""
OF_INBOX = ("id", "kind", "address", "team_id", "settings")
OF_RAW = ("id", "inbox_id", "sha256", "file_id", "source", "state", "attempts", "received_at")


def take_in(inbox: Inbox, data: bytes, source: str = "") -> RawInbound | None:
    """Keeps the bytes and their row durably; None when this inbox has had exactly these bytes before.

    Once this returns, the sender may be told that we have it. One statement, whole or not at all.
    """
    sha256 = files.store().put(data)
    failpoints.reach("raw.filed")
    try:
        row = _write(inbox, sha256, len(data), source[:120])
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            return None
        raise
    if row is not None:
        nudge_on_commit()
        failpoints.reach("raw.committed")
    return row


def _write(inbox: Inbox, sha256: str, size: int, source: str) -> RawInbound | None:
    now = clock.now()
    given = {"token": files.new_token(), "sha256": sha256, "size": size, "inbox": inbox.pk, "source": source}
    made = sql.first(TAKE_SQL, given | {"now": now})
    if made is None:
        return None
    row = RawInbound(
        id=made[0], inbox=inbox, sha256=sha256, file_id=made[1], source=source, due_at=now, received_at=now
    )
    row._state.adding, row._state.db = False, "default"
    return row


def _claim(pk: int) -> RawInbound | None:
    """Counts an attempt and takes a lease, so that a mail which kills its reader is set aside in the end."""
    now = clock.now()
    found = sql.first(CLAIM_SQL, [now + LEASE, pk, now])
    if found is None:
        return None
    *inbox, settings = found[: len(OF_INBOX)]
    row = RawInbound.from_db("default", OF_RAW, found[len(OF_INBOX) :])
    row.inbox = Inbox.from_db("default", OF_INBOX, [*inbox, json.loads(settings)])
    return row


def process(pk: int) -> Message | None:
    """Reads one raw delivery into its ticket. None when somebody else has it, or it was set aside."""
    row = _claim(pk)
    if row is None:
        return None
    failpoints.reach("raw.claimed")
    if row.attempts > MOST_ATTEMPTS:
        quarantine(row, apart.DIED)
        return None
    return _read_apart(row) if row.attempts > ATTEMPTS else _read(row)


def _read(row: RawInbound) -> Message | None:
    try:
        if not row.source.startswith(REQUEST):
            return _accept(row)
        _unpack(row)
        return None
    except Exception as error:
        log.warning("raw %s was not read at attempt %s: %s", row.pk, row.attempts, type(error).__name__)
        _put_off(row, error)
        return None


def _unpack(row: RawInbound) -> None:
    """Takes in the mails of a provider's request. A death on the way repeats it: what is there falls away as known.

    The request itself is then emptied: what is erased from a ticket must not live on beside it.
    """
    adapter = import_string(wiring.CHANNELS[row.inbox.kind])()
    for data in adapter.unpack(row.inbox, files.store().get(row.sha256)):
        take_in(row.inbox, data, source=f"hook {row.source.removeprefix(REQUEST)}")
    failpoints.reach("raw.unpacked")
    queued = RawInbound.objects.filter(pk=row.pk, state=RawInbound.State.QUEUED)
    with transaction.atomic():
        if queued.update(state=RawInbound.State.ACCEPTED, error=""):
            files.blank(row.file)


def _read_apart(row: RawInbound) -> Message | None:
    """Readers of this mail have died. A kill is no fault of the mail, unless a child dies of it before our eyes."""
    blame = apart.read(row.pk)
    if blame:
        quarantine(row, blame)
    return Message.objects.filter(raw=row.pk).first()


def read_claimed(pk: int) -> Message | None:
    """Reads, in this process, a delivery that the parent process holds; None when it cannot be read (now)."""
    rows = RawInbound.objects.select_related("inbox__team", "file").filter(state=RawInbound.State.QUEUED)
    row = rows.filter(pk=pk).first()
    return _read(row) if row else None


def _accept(row: RawInbound) -> Message | None:
    """None when this delivery was dealt with otherwise while we were reading it."""
    inbound = _parsed(row)
    failpoints.reach("raw.parsed")
    with transaction.atomic():
        state, done = sql.first("SELECT state, message_id FROM tickets_rawinbound WHERE id = %s FOR UPDATE", [row.pk])
        if state != RawInbound.State.QUEUED:
            return Message.objects.filter(pk=done).first()
        message = _received(row, inbound) if isinstance(inbound, InboundMessage) else _taken(row, inbound)
        row.state, row.message, row.error = RawInbound.State.ACCEPTED, message, ""
        rows.change(row, "state", "message", "error")
        failpoints.reach("raw.accepted")
    return message


def _received(row: RawInbound, inbound: InboundMessage) -> Message | None:
    if forwarding.take_aside(inbound, row.inbox) or _stays_out(row, inbound):
        return None
    return twin_of(inbound, row.inbox, row.source) or intake.receive(inbound, row.inbox)


def _taken(row: RawInbound, happening: Happening | None) -> Message | None:
    """What a voice brought. News of a message that is not here yet is tried again for a while."""
    if happening is None:
        return None
    return voices.take(happening, row.inbox, last=row.attempts >= ATTEMPTS)


def _stays_out(row: RawInbound, inbound: InboundMessage) -> bool:
    """Nothing is kept of what somebody wrote who was erased, but the hash of these bytes."""
    if not keptout.stays_out(inbound):
        return False
    files.blank(StoredFile.objects.get(pk=row.file_id))
    return True


def _parsed(row: RawInbound) -> InboundMessage | Happening | None:
    adapter = import_string(wiring.CHANNELS[row.inbox.kind])()
    try:
        parsed: InboundMessage | Happening = adapter.parse(files.store().get(row.sha256), row.received_at)
    except Nothing:
        return None
    return parsed


def _put_off(row: RawInbound, error: Exception) -> None:
    """Faults of ours or of the moment are tried again; what cannot be parsed is set aside at once."""
    most = MOST_ATTEMPTS if isinstance(error, PASSING) else ATTEMPTS
    if getattr(error, "unreadable", False) or row.attempts >= most:
        quarantine(row, f"{type(error).__name__}: {error}")
        return
    pause = min(PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
    RawInbound.objects.filter(pk=row.pk, state=RawInbound.State.QUEUED).update(
        due_at=clock.now() + pause, reader_pid=None, error=f"{type(error).__name__}: {error}"[:2000]
    )


@transaction.atomic
def quarantine(row: RawInbound, why: str) -> None:
    """Sets a delivery aside, visible to agents with its source and the reason."""
    RawInbound.objects.filter(pk=row.pk, state=RawInbound.State.QUEUED).update(
        state=RawInbound.State.QUARANTINED, error=why.replace("\x00", "")[:2000]
    )
    hint([DESK], "quarantine")
    failpoints.reach("raw.quarantined")


def free_abandoned() -> int:
    """Frees what dead readers hold, before its lease ends; how many. A reader is dead when its connection is gone.

    Behind a pooler of connections, whose own live on, the lease alone frees. A reader that lives on without its
    connection harms nothing: _accept() lets only one of two readers write.
    """
    now = clock.now()
    return sql.run(FREE_SQL, [now, now])


def run_queued(limit: int = 50) -> int:
    """Reads due deliveries; returns how many it tried. A source of due work (wiring.PUMPS)."""
    free_abandoned()
    due = RawInbound.objects.filter(state=RawInbound.State.QUEUED, due_at__lte=clock.now())
    keys = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:limit])
    for pk in keys:
        process(pk)
    return len(keys)


def _mine(by: Actor, raw: RawInbound) -> RawInbound:
    if not can(by, "quarantine.act"):
        raise NotAllowed
    row = RawInbound.objects.select_for_update(of=("self",)).select_related("inbox__team", "file").get(pk=raw.pk)
    if row.state != RawInbound.State.QUARANTINED:
        raise Conflict("not_quarantined", _("A colleague has already dealt with this mail."))
    return row


@transaction.atomic
def retry(*, by: Actor, raw: RawInbound) -> RawInbound:
    """Puts a mail back into the queue."""
    row = _mine(by, raw)
    row.state, row.attempts, row.due_at = RawInbound.State.QUEUED, 0, clock.now()
    row.save(update_fields=["state", "attempts", "due_at"])
    audit.record(by, "raw.retried", f"raw:{row.pk}")
    nudge_on_commit()
    return row


@transaction.atomic
def retry_all(*, by: Actor) -> int:
    """Puts every mail that is set aside back into the queue, as after a mend of the reader; how many there were."""
    if not can(by, "quarantine.act"):
        raise NotAllowed
    aside = RawInbound.objects.filter(state=RawInbound.State.QUARANTINED)
    count = aside.update(state=RawInbound.State.QUEUED, attempts=0, due_at=clock.now())
    if count:
        audit.record(by, "raw.retried", "raw:all", {"count": count})
        nudge_on_commit()
    return count


@transaction.atomic
def dismiss(*, by: Actor, raw: RawInbound) -> RawInbound:
    """Takes a mail off the quarantine page; its bytes are kept."""
    row = _mine(by, raw)
    row.state = RawInbound.State.DISMISSED
    row.save(update_fields=["state"])
    audit.record(by, "raw.dismissed", f"raw:{row.pk}")
    return row


@transaction.atomic
def make_ticket(*, by: Actor, raw: RawInbound, sender: str = "", subject: str = "") -> Message:
    """Turns a mail that could not be read into a ticket whose message is its source, for `sender` if known."""
    row = _mine(by, raw)
    text = files.read(row.file)[:200_000].decode("utf-8", "replace")
    inbound = InboundMessage(
        channel=row.inbox.kind,
        handle_kind="email",
        sender=sender.strip(),
        sender_name="",
        subject=subject.strip(),
        text=text,
        received_at=row.received_at,
        automatic=True,
    )
    message = intake.receive(inbound, row.inbox)
    row.state, row.message = RawInbound.State.ACCEPTED, message
    row.save(update_fields=["state", "message"])
    audit.record(by, "raw.made_ticket", f"raw:{row.pk}", {"message": message.pk})
    return message
