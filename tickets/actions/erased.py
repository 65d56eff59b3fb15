"""How a person is erased from tickets: what they said goes, what others said stays without them.

Every function takes a portion away and answers how much; 0: nothing is left. So a job that died goes on.
"""

import json
import secrets
from typing import Any

from django.db.models import Q

from customers.models import TimelineEntry
from helpdesk.core import clock, files
from helpdesk.core.models import IdempotencyKey
from helpdesk.core.privacy import BLACK, Person, blackened
from helpdesk.core.search import vector
from tickets.models import Attachment, Conversation, Delivery, Message, RawInbound, Ticket
from tickets.queries import personal

GONE = "erased-"


def _keys(rows: Any, limit: int) -> list[int]:
    return list(rows.order_by().values_list("pk", flat=True)[:limit])


def messages(one: Person, limit: int) -> int:
    """Their words, and in matters of theirs alone ours; that there was a message, and when, stays."""
    telling = Q(undoes__isnull=False) | Q(removed_at=None)
    for name in personal.TELLS:
        telling |= ~Q(**{name: ""})
    keys = _keys(personal.messages(one).filter(telling), limit)
    empty = dict.fromkeys(personal.TELLS, "")
    rows = Message.objects.filter(pk__in=keys)
    rows.filter(removed_at=None).update(removed_at=clock.now())
    rows.update(**empty, visible_length=0, has_remote=False, undoes=None, came_by=None, search=None)
    TimelineEntry.objects.filter(link_id__in=keys, kind__in=("message", "note", "chat")).update(summary=BLACK)
    return len(keys)


def attachments(one: Person, limit: int) -> int:
    """Their files, from the store as well."""
    rows = Attachment.objects.filter(pk__in=_keys(personal.attachments(one), limit)).select_related("file")
    done = list(rows)
    for row in done:
        row.delete()
        files.erase(row.file)
    return len(done)


def sources(one: Person, limit: int) -> int:
    """The mails as they came; their hashes stay, so that the very same bytes are known again."""
    done = list(personal.sources(one).select_related("file")[:limit])
    for row in done:
        files.blank(row.file)
    RawInbound.objects.filter(pk__in=[row.pk for row in done]).update(source="", error="")
    return len(done)


def unread(one: Person, limit: int) -> int:
    """Mails that nobody could read, or that wait, and that name them."""
    words = [word.lower().encode() for word in one.telling]
    done = 0
    for row in personal.unread(one).select_related("file").iterator(chunk_size=100):
        beside = f"{row.error} {row.source}".lower().encode()
        if not (any(word in beside for word in words) or files.names(row.file, words)):
            continue
        files.blank(row.file)
        RawInbound.objects.filter(pk=row.pk).update(state=RawInbound.State.DISMISSED, source="", error="")
        done += 1
        if done == limit:
            break
    return done


def others(one: Person, limit: int) -> int:
    """What others said stays; what they repeated of it below, and every place that names them, does not."""
    words = [*one.telling, *one.names]
    named = personal.named(words, "text", "subject", "from_name", "forwarded_name", "forwarded_from", "reply_to")
    rows = personal.others(one).filter(named | Q(visible_length__gt=0) | ~Q(html="") | ~Q(in_reply_to=""))
    done = list(rows.order_by("pk")[:limit])
    for row in done:
        _without(row, words)
    return len(done)


OF_OTHERS = ("text", "subject", "from_name", "forwarded_name", "forwarded_from", "reply_to")


def _without(row: Message, words: list[str]) -> None:
    row.text, row.visible_length = row.text[: row.visible_length or None], 0
    for name in OF_OTHERS:
        setattr(row, name, blackened(getattr(row, name), words))
    row.html, row.in_reply_to, row.has_remote = "", "", False
    row.save(update_fields=[*OF_OTHERS, "visible_length", "html", "in_reply_to", "has_remote"])
    Message.objects.filter(pk=row.pk).update(search=vector(b=row.text))
    line = " ".join(row.text.split())[:300]
    TimelineEntry.objects.filter(link_id=row.pk, kind__in=("message", "note", "chat")).update(summary=line)


def deliveries(one: Person, limit: int) -> int:
    """Where copies went, and their headers; what was still to be sent is not."""
    telling = ~Q(address__startswith=GONE) | ~Q(envelope={}) | ~Q(error="")
    keys = _keys(personal.deliveries(one).filter(telling), limit)
    rows = Delivery.objects.filter(pk__in=keys)
    rows.filter(state=Delivery.State.QUEUED).update(state=Delivery.State.CANCELLED, next_at=None)
    done = list(rows)
    for row in done:
        row.address, row.envelope, row.error = f"{GONE}{row.pk}", {}, ""
    Delivery.objects.bulk_update(done, ["address", "envelope", "error"])
    return len(done)


def envelopes(one: Person, limit: int) -> int:
    """The headers of copies for others: made anew if one of them is sent again."""
    words = [word.lower() for word in (*one.telling, *one.names)]
    rows = personal.envelopes(one).values_list("pk", "envelope")
    told = [pk for pk, envelope in rows if _names(envelope, words) or "References" in json.dumps(envelope)]
    return Delivery.objects.filter(pk__in=told[:limit]).update(envelope={})


def _names(value: Any, words: list[str]) -> bool:
    text = json.dumps(value, ensure_ascii=False).lower()
    return any(word in text for word in words)


def tickets(one: Person, limit: int) -> int:
    """What a matter was about; that there was one, when, how long it took and who worked on it stay."""
    keys = _keys(personal.tickets(one).filter(~Q(subject=BLACK) | ~Q(custom={}) | Q(came_by__isnull=False)), limit)
    Ticket.objects.filter(pk__in=keys).update(subject=BLACK, custom={}, search=None, came_by=None)
    return len(keys) + _subjects(one, limit)


def _subjects(one: Person, limit: int) -> int:
    words = [*one.telling, *one.names]
    rows = personal.touched(one).exclude(customer__in=one.numbers).filter(personal.named(words, "subject"))
    done = list(rows.only("pk", "subject")[:limit])
    for row in done:
        subject = blackened(row.subject, words)
        Ticket.objects.filter(pk=row.pk).update(subject=subject, search=vector(a=subject))
    return len(done)


def visitors(one: Person, limit: int) -> int:
    """The browsers that they sat before are nobody's any more; a page that is still open begins anew."""
    done = list(personal.visitors(one).exclude(uid__startswith=GONE)[:limit])
    for row in done:
        row.uid, row.epoch, row.identity = GONE + secrets.token_urlsafe(11)[:15], row.epoch + 1, "anonymous"
        row.external_id = row.name = row.email = row.phone = row.page_url = row.page_title = ""
        row.attributes, row.came_by, row.consent = {}, None, False
        row.save()
    return len(done)


def chats(one: Person, limit: int) -> int:
    """Where they were and what they thought of it; an open chat ends."""
    telling = ~Q(page_url="") | ~Q(rating_text="") | Q(wants_mail=True) | Q(wants_transcript=True) | Q(ended_at=None)
    rows = Conversation.objects.filter(pk__in=_keys(personal.chats(one).filter(telling), limit))
    count = rows.update(page_url="", rating_text="", wants_mail=False, wants_transcript=False)
    rows.filter(ended_at=None).update(state=Conversation.State.ENDED, ended_at=clock.now())
    return count


def answers(one: Person, _limit: int) -> int:
    """Answers that were kept for repeated requests: a repeat still changes nothing, and is told nothing."""
    tickets = set(personal.touched(one).values_list("number", flat=True))
    words = [word.lower() for word in (*one.telling, *one.names)]
    count = 0
    for row in IdempotencyKey.objects.filter(created_at__lte=one.at).exclude(answer=None).iterator(chunk_size=500):
        body = (row.answer or {}).get("body")
        if body == ERASED or not (_names(body, words) or _about(body, set(one.numbers), tickets)):
            continue
        count += IdempotencyKey.objects.filter(pk=row.pk).update(answer={"body": ERASED, "headers": {}})
    return count


ERASED = {"erased": True}


def _about(value: Any, numbers: set[int], tickets: set[int]) -> bool:
    """Whether an answer of the API tells of these customers or tickets."""
    if isinstance(value, list):
        return any(_about(each, numbers, tickets) for each in value)
    if not isinstance(value, dict):
        return False
    if value.get("customer") in numbers or value.get("ticket") in tickets or value.get("number") in tickets:
        return True
    if "identities" in value and value.get("id") in numbers:
        return True
    return any(_about(each, numbers, tickets) for each in value.values())
