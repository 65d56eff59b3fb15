"""Raw inbound: committed before anything is acknowledged, read afterwards, set aside for a human when unreadable.

At every moment: taken in = accepted + quarantined + queued. One poison mail never holds up its neighbours.
"""

import hashlib
import logging
from datetime import timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, failpoints, files
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.events import nudge_on_commit
from helpdesk.core.realtime import DESK, hint
from tickets.actions import apart, intake
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Message, RawInbound

ATTEMPTS = 3
MOST_ATTEMPTS = 12
LEASE = timedelta(seconds=120)
PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
# What the moment may do to any mail: the database away, a deadlock, a full disk.
PASSING = (OperationalError, InterfaceError, OSError)
log = logging.getLogger(__name__)


def take_in(inbox: Inbox, data: bytes, source: str = "") -> RawInbound | None:
    """Keeps the bytes and their row durably; None when this inbox has had exactly these bytes before.

    Once this returns, the sender may be told that we have it.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if RawInbound.objects.filter(inbox=inbox, sha256=sha256).exists():
        return None
    try:
        with transaction.atomic():
            row = _write(inbox, data, sha256, source)
    except IntegrityError:
        return None
    failpoints.reach("raw.committed")
    return row


def _write(inbox: Inbox, data: bytes, sha256: str, source: str) -> RawInbound:
    now = clock.now()
    file = files.save(data)
    failpoints.reach("raw.filed")
    nudge_on_commit()
    return RawInbound.objects.create(
        inbox=inbox, sha256=sha256, file=file, source=source[:120], due_at=now, received_at=now
    )


def _claim(pk: int) -> RawInbound | None:
    """Counts an attempt and takes a lease, so that a mail which kills its reader is set aside in the end."""
    now = clock.now()
    with transaction.atomic():
        rows = RawInbound.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            pk=pk, state=RawInbound.State.QUEUED, due_at__lte=now
        )
        row = rows.select_related("inbox__team", "file").first()
        if row is not None:
            row.attempts += 1
            row.due_at = now + LEASE
            row.save(update_fields=["attempts", "due_at"])
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
        return _accept(row)
    except Exception as error:
        log.warning("raw %s was not read at attempt %s: %s", row.pk, row.attempts, type(error).__name__)
        _put_off(row, error)
        return None


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


def _accept(row: RawInbound) -> Message:
    inbound = _parsed(row)
    failpoints.reach("raw.parsed")
    with transaction.atomic():
        fresh = RawInbound.objects.select_for_update().get(pk=row.pk)
        if fresh.message_id:
            return Message.objects.get(pk=fresh.message_id)
        message = intake.receive(inbound, row.inbox)
        RawInbound.objects.filter(pk=row.pk).update(state=RawInbound.State.ACCEPTED, message=message, error="")
        failpoints.reach("raw.accepted")
    return message


def _parsed(row: RawInbound) -> InboundMessage:
    adapter = import_string(wiring.CHANNELS[row.inbox.kind])()
    parsed: InboundMessage = adapter.parse(files.read(row.file), row.received_at)
    return parsed


def _put_off(row: RawInbound, error: Exception) -> None:
    """Faults of ours or of the moment are tried again; what cannot be parsed is set aside at once."""
    most = MOST_ATTEMPTS if isinstance(error, PASSING) else ATTEMPTS
    if getattr(error, "unreadable", False) or row.attempts >= most:
        quarantine(row, f"{type(error).__name__}: {error}")
        return
    pause = min(PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
    RawInbound.objects.filter(pk=row.pk, state=RawInbound.State.QUEUED).update(
        due_at=clock.now() + pause, error=f"{type(error).__name__}: {error}"[:2000]
    )


@transaction.atomic
def quarantine(row: RawInbound, why: str) -> None:
    """Sets a delivery aside, visible to agents with its source and the reason."""
    RawInbound.objects.filter(pk=row.pk, state=RawInbound.State.QUEUED).update(
        state=RawInbound.State.QUARANTINED, error=why.replace("\x00", "")[:2000]
    )
    hint([DESK], "quarantine")
    failpoints.reach("raw.quarantined")


def run_queued(limit: int = 50) -> int:
    """Reads due deliveries; returns how many it tried. A source of due work (wiring.PUMPS)."""
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
