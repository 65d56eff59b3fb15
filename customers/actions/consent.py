"""What people allow: a ledger that is only added to, links that confirm by mail, and the wish to be left alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import entry
from customers.models import Consent, ContactWish, Customer, NoContact, PortalSession
from customers.purposes import CHOICES, DOUBLE
from customers.queries import contact as queries
from helpdesk.accounts.access import digest
from helpdesk.accounts.actions.common import check_timezone, count_try
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import audit, clock, rows
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from helpdesk.core.hours import read_hours
from helpdesk.core.realtime import DESK, hint

SALT = "consent by mail"
LINK_DAYS = 7
LINKS_PER_DAY, DAY = 10, 86_400
MOST_WORDS = 1000


def _own(by: Actor, customer: Customer) -> Customer:
    """The customer, locked: staff by their role, customers themselves alone."""
    if by.kind != "customer":
        if not can(by, "customer.change"):
            raise NotAllowed
        return access.locked(by, customer.pk)
    row = access.live(customer.pk)
    if access.now(by.customer_id or 0) != row.pk:
        raise NotFound
    return row


def _checked(purpose: str, channel: str) -> None:
    if purpose not in CHOICES:
        raise Invalid({"purpose": _("Choose one of the purposes.")})
    if channel and channel not in CHOICES[purpose].channels:
        raise Invalid({"channel": _("Choose one of the channels of this purpose.")})


@transaction.atomic
def record(
    *,
    by: Actor,
    customer: Customer,
    purpose: str,
    channel: str = "",
    given: bool,
    how: str,
    words: str,
    address: str = "",
    language: str = "",
) -> Consent:
    """One more line of the ledger; the one before stays as it is. No channel: all of the purpose's.

    A yes from staff to what needs a confirmed one only counts as asked, until the person confirms it.
    """
    _checked(purpose, channel)
    words = words.replace("\x00", "").strip()
    if not words or len(words) > MOST_WORDS:
        raise Invalid({"words": _("Write what was said or shown, in at most 1,000 letters.")})
    row = _own(by, customer)
    asked = given and by.kind not in ("customer", "system") and queries.asks(queries.policy(), purpose) == DOUBLE
    state = Consent.State.ASKED if asked else Consent.State.GIVEN if given else Consent.State.REFUSED
    address = address or (_mailable(row) if asked else "")
    made = _add(by, row, purpose, channel, state, how=how, words=words, address=address, language=language)
    if asked and address:
        _mail_link([made], address, language or row.language or "en")
    return made


def told_by_page(*, customer: Customer, given: bool, language: str) -> Consent:
    """What somebody said on a host's page about the pages they visit, as that page tells it."""
    words = _shown("pages", language or "en")
    facts = {"words": words, "language": language, "how": "widget"}
    return record(by=SYSTEM, customer=customer, purpose="pages", channel="website", given=given, **facts)


def _mailable(customer: Customer) -> str:
    found = (
        customer.identities.filter(kind="email")
        .order_by(F("verified_at").asc(nulls_last=True), "id")
        .values_list("value", flat=True)
    )
    return found.first() or ""


def _add(
    by: Actor, customer: Customer, purpose: str, channel: str, state: Consent.State, *, how: str, **facts: Any
) -> Consent:
    came_by = access.came_by(customer.pk, "email", facts["address"]) if facts.get("address") else None
    made = rows.add(
        Consent(
            customer=customer,
            came_by=came_by,
            purpose=purpose,
            channel=channel,
            state=state,
            how=how,
            by=by.label,
            at=clock.now(),
            **facts,
        )
    )
    told = {"purpose": purpose, "channel": channel, "state": str(state), "consent": made.pk}
    audit.record(by, "consent.recorded", f"customer:{customer.pk}", told)
    hint([DESK], "customer", id=customer.pk)
    return made


@transaction.atomic
def choose(*, session: PortalSession, wanted: Mapping[tuple[str, str], bool], language: str) -> list[Consent]:
    """What a signed-in customer says to each purpose and channel; only what differs from before is written.

    A yes that must be confirmed becomes one mail to their address, with one link for all of it; these are returned.
    """
    by, row, rules = entry.actor_of(session.customer), access.live(session.customer_id), queries.policy()
    standing = {(one.purpose, one.channel): one for one in queries.standings(rules, row.pk)}
    pending: list[Consent] = []
    for (purpose, channel), yes in wanted.items():
        before = standing.get((purpose, channel))
        if before is None or before.agrees == yes or (before.state == Consent.State.ASKED and yes):
            continue
        asked = yes and queries.asks(rules, purpose) == DOUBLE
        state = Consent.State.ASKED if asked else Consent.State.GIVEN if yes else Consent.State.REFUSED
        facts = {"words": _shown(purpose, language), "address": session.address, "language": language}
        made = _add(by, row, purpose, channel, state, how="portal", **facts)
        pending += [made] if asked else []
    if pending:
        _mail_link(pending, session.address, language)
    return pending


def _shown(purpose: str, language: str) -> str:
    with translation.override(language):
        return str(CHOICES[purpose].about)


def _mail_link(asked: list[Consent], address: str, language: str) -> None:
    count_try({f"consent:{digest(address)}": LINKS_PER_DAY}, DAY)
    token = signing.dumps([row.pk for row in asked], salt=SALT, compress=True)
    with translation.override(language):
        subject = gettext("Please confirm what we may send you")
        body = gettext(
            "Hello,\n\nsomebody who reads this address, or one of us on your behalf, said:\n\n%(words)s\n\nIf that is"
            " so, open this page within 7 days and confirm it:\n\n%(link)s\n\nIf it is not, do nothing: then we do not"
            " do it.\n"
        ) % {
            "words": "\n".join(f"• {text}" for text in dict.fromkeys(row.words for row in asked)),
            "link": f"{settings.PUBLIC_URL}/{'fa' if language == 'fa' else 'en'}/consent/{token}/",
        }
    entry.mail(address, subject, body, language)


def asked_by(token: str) -> list[Consent]:
    """What the link asks for. Raises NotFound for a forged, an old or an erased one."""
    try:
        keys = signing.loads(token, salt=SALT, max_age=timedelta(days=LINK_DAYS))
    except signing.BadSignature as error:
        raise NotFound from error
    found = list(Consent.objects.filter(pk__in=keys, state=Consent.State.ASKED).order_by("id"))
    if not found:
        raise NotFound
    return found


@transaction.atomic
def confirm(*, token: str) -> int:
    """Whoever reads the address says yes; how many lines that made. A repeat, and what was refused since, make none."""
    asked, proof, made = asked_by(token), digest(token), 0
    for each in asked:
        row = access.live(each.customer_id)
        newest = queries.standing(queries.policy(), row.pk, each.purpose, each.channel).row
        if newest is None or newest.pk != each.pk:
            continue
        facts = {"words": each.words, "address": each.address, "language": each.language, "proof": proof}
        _add(entry.actor_of(row), row, each.purpose, each.channel, Consent.State.GIVEN, how="mail", **facts)
        made += 1
    return made


@transaction.atomic
def leave_alone(*, by: Actor, customer: Customer, reason: str) -> NoContact:
    """From now on nobody writes to them first; a repeat answers the first. What they ask is answered all the same."""
    row, reason = _own(by, customer), " ".join(reason.replace("\x00", "").split())
    if not reason or len(reason) > 300:
        raise Invalid({"reason": _("Write why, in at most 300 letters.")})
    there = queries.silence(row.pk)
    if there is not None:
        return there
    made = NoContact.objects.create(customer=row, reason=reason, by=by.label, at=clock.now())
    audit.record(by, "customer.no_contact", f"customer:{row.pk}", {"no_contact": made.pk})
    hint([DESK], "customer", id=row.pk)
    return made


@transaction.atomic
def may_again(*, by: Actor, customer: Customer) -> None:
    """They may be written to first again; a repeat changes nothing."""
    row = _own(by, customer)
    open_ones = NoContact.objects.filter(customer=row, lifted_at=None)
    if open_ones.update(lifted_at=clock.now(), lifted_by=by.label):
        audit.record(by, "customer.contact_again", f"customer:{row.pk}")
        hint([DESK], "customer", id=row.pk)


@transaction.atomic
def wish(*, by: Actor, customer: Customer, timezone: str, hours: object) -> ContactWish:
    """When they like to be written to: the newest wish counts, an empty one takes it back. Raises Invalid."""
    row = _own(by, customer)
    if timezone:
        check_timezone(timezone)
    kept = read_hours(hours)
    made = ContactWish.objects.create(customer=row, timezone=timezone, hours=kept, by=by.label, at=clock.now())
    ContactWish.objects.filter(customer=row).exclude(pk=made.pk).delete()
    audit.record(by, "customer.hours_wished", f"customer:{row.pk}", {"timezone": timezone})
    return made
