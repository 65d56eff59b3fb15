"""The customers' own door: a one-time code by e-mail, sessions of whoever gave it back, and what they correct."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import actions
from customers.actions import erasing, merging, organisations
from customers.models import Customer, EntryCode, Identity, PortalSession
from customers.rules.identity import BadHandle, Handle, clean, is_shared
from helpdesk.accounts.access import digest
from helpdesk.accounts.actions.common import count_try
from helpdesk.core import audit, clock, throttle
from helpdesk.core.actor import Actor
from helpdesk.core.errors import Invalid, Text
from helpdesk.core.events import emit
from helpdesk.core.rules.digits import digits_to_ascii
from helpdesk.core.secrets import seal

CODE_MINUTES, CODE_TRIES = 10, 5
AGAIN_SECONDS = 60
HOUR, DAY = 3600, 86_400
CODES_PER_HOUR, CODES_PER_DAY, CODES_PER_IP, TRIES_PER_IP = 4, 8, 30, 60
PROOFS_PER_DAY = 5
SESSION_DAYS = 30
WRONG_CODE = _("This code is not right, or is too old. Look again, or ask for a new one.")
ANSWER_SECONDS = 0.25
ERASING = (
    _("Your code to erase everything about you"),
    _(
        "Hello,\n\nsomebody who is signed in with this address wants everything that we keep of you erased. If that"
        " is you, enter this code:\n\n%(code)s\n\nIt works for 10 minutes. What is erased cannot be brought back.\n\n"
        "If you did not ask for it, do nothing, and sign out everywhere on the page about you.\n"
    ),
)


@dataclass(frozen=True)
class Entered:
    """A customer has come in: `token` is the cookie's word, which is kept nowhere."""

    token: str
    customer: Customer


def actor_of(customer: Customer) -> Actor:
    """The actor that a customer is: nobody by role; the audit knows them by their number."""
    return Actor(kind="customer", user_id=None, role="", customer_id=customer.pk, name=customer.name)


def address_of(raw: str) -> str:
    """The address in its one spelling. Raises Invalid for what is none."""
    try:
        return clean(Handle("email", raw[:400])).value
    except BadHandle as error:
        raise Invalid({"address": _("Write your e-mail address like name@example.com.")}) from error


def ask_code(*, address: str, ip: str, language: str) -> str:
    """Mails a code to the address if anybody has it, and returns the address as we spell it.

    The answer and its time are the same if nobody has it. Asked again within a minute, the first code stands.
    """
    started, wanted = time.monotonic(), address_of(address)
    key = digest(wanted)
    if throttle.hit(f"entry:soon:{key}", 1, AGAIN_SECONDS).allowed:
        count_try({f"entry:hour:{key}": CODES_PER_HOUR, f"entry:ip:{ip}": CODES_PER_IP}, HOUR)
        count_try({f"entry:day:{key}": CODES_PER_DAY}, DAY)
        if Identity.objects.filter(kind="email", value=wanted).exists():
            _send_code(wanted, language)
    time.sleep(max(0.0, ANSWER_SECONDS - (time.monotonic() - started)))
    return wanted


def ask_proof(*, session: PortalSession, address: str, language: str) -> str:
    """Mails a code to one more address that a signed-in customer says is theirs; returns it as we spell it.

    Whoever has it now is not told apart: what the code proves is looked at when it comes back.
    """
    wanted = address_of(address)
    if is_shared(Handle("email", wanted)):
        raise Invalid({"address": merging.NOT_THEIRS_ALONE})
    key = digest(wanted)
    if throttle.hit(f"entry:proof:soon:{key}", 1, AGAIN_SECONDS).allowed:
        count_try({f"entry:proof:{session.customer_id}": PROOFS_PER_DAY, f"entry:proof:of:{key}": PROOFS_PER_DAY}, DAY)
        _send_code(wanted, language, kind=_proof_kind(session))
    return wanted


def prove(*, session: PortalSession, address: str, code: str) -> Identity:
    """The address is this customer's from now on, and proven. Who had proven it before is joined with them.

    Raises Invalid for a wrong code, and Conflict(handle_taken) when somebody here said that they are two people.
    """
    count_try({f"entry:proof:try:{session.customer_id}": TRIES_PER_IP}, HOUR)
    typed = _digits(code)
    if not _counted(address, typed, kind=_proof_kind(session)):
        raise Invalid({"code": WRONG_CODE})
    return _own(session, address)


@transaction.atomic
def _own(session: PortalSession, address: str) -> Identity:
    by = actor_of(session.customer)
    proven = merging.join_proven(by=by, customer=session.customer, handle=Handle("email", address), how="code")
    organisations.welcome(proven)
    return proven


def _prove(identity: Identity) -> None:
    if is_shared(Handle(identity.kind, identity.value)):
        # They may come in, for they read the box; but so may others, and it proves nobody.
        return
    if identity.verified_at is None:
        identity.verified_at, identity.verified_how = clock.now(), "code"
        identity.save(update_fields=["verified_at", "verified_how"])
    organisations.welcome(identity)


def _proof_kind(session: PortalSession) -> str:
    """Codes that prove one more address serve the customer who asked, and open no door."""
    return f"add:{session.customer_id}"[:16]


@transaction.atomic
def _send_code(address: str, language: str, kind: str = "email", about: tuple[Text, Text] | None = None) -> None:
    """`about`: subject and words of the mail, with %(code)s, when the code opens no door."""
    code, now = f"{secrets.randbelow(1_000_000):06}", clock.now()
    EntryCode.objects.create(
        address=address,
        kind=kind,
        hash=_keyed(address, code),
        created_at=now,
        expires_at=now + timedelta(minutes=CODE_MINUTES),
    )
    with translation.override(language):
        subject = gettext("Your code to sign in")
        body = gettext(
            "Hello,\n\nyour code is:\n\n%(code)s\n\nEnter it on the page where you asked for it. It works for 10"
            " minutes.\n\nIf you did not ask for it, do nothing: without the code nobody gets in. We never ask you for"
            " it by phone or mail.\n"
        ) % {"code": code}
        if about is not None:
            subject, body = str(about[0]), str(about[1]) % {"code": code}
    mail(address, subject, body, language)


def ask_erasure(*, session: PortalSession, language: str) -> None:
    """Mails the code that confirms that a customer wants everything about them erased."""
    key = digest(session.address)
    if throttle.hit(f"entry:erase:soon:{key}", 1, AGAIN_SECONDS).allowed:
        count_try({f"entry:erase:{session.customer_id}": PROOFS_PER_DAY}, DAY)
        _send_code(session.address, language, _erasure_kind(session), ERASING)


def erase(*, session: PortalSession, code: str) -> None:
    """Erases the customer who gives the code back. Raises Invalid for a wrong one."""
    count_try({f"entry:erase:try:{session.customer_id}": TRIES_PER_IP}, HOUR)
    if not _counted(session.address, _digits(code), kind=_erasure_kind(session)):
        raise Invalid({"code": WRONG_CODE})
    erasing.begun(actor_of(session.customer), session.customer)


def _erasure_kind(session: PortalSession) -> str:
    return f"erase:{session.customer_id}"[:16]


def mail(to: str, subject: str, body: str, language: str) -> None:
    """Has a mail about somebody's way in leave through the outbox, which keeps its words sealed.

    Key and time are drawn once, here, so that every try sends the same bytes.
    """
    words = {"to": to, "subject": subject, "sealed_body": seal(body), "language": language}
    emit("account.mail", {**words, "key": secrets.token_hex(16), "written_at": clock.now().isoformat()})


def _keyed(address: str, code: str) -> str:
    """What is kept of a code: without this installation's secret a copy of the table tells nothing."""
    key = hashlib.sha256(b"helpdesk.entry:" + str(settings.SECRET_KEY).encode()).digest()
    return hmac.new(key, f"{address}\0{code}".encode(), hashlib.sha256).hexdigest()


def enter(*, address: str, code: str, ip: str, before: str = "") -> Entered:
    """Lets in whoever gives back the newest code of this address: a fresh session, and the address is proven.

    `before`: the cookie they came with, whose session ends. Raises Invalid, in the same words whatever was wrong.
    """
    count_try({f"entry:try:{ip}": TRIES_PER_IP}, HOUR)
    identity = None
    if _counted(address, _digits(code)):
        identity = Identity.objects.filter(kind="email", value=address).first()
    if identity is None:
        raise Invalid({"code": WRONG_CODE})
    # Who signs out and comes again within the minute gets another code.
    throttle.give_back(f"entry:soon:{digest(address)}")
    return _begin(identity, before)


def _digits(code: str) -> str:
    return "".join(sign for sign in digits_to_ascii(code) if sign.isdigit())


@transaction.atomic
def _counted(address: str, code: str, kind: str = "email") -> bool:
    """Counts the try, whatever comes of it; whether the code is the right one."""
    row = EntryCode.objects.select_for_update().filter(kind=kind, address=address).order_by("-id").first()
    now = clock.now()
    if row is None or row.used_at or row.expires_at <= now or row.tries >= CODE_TRIES:
        return False
    row.tries += 1
    if hmac.compare_digest(row.hash, _keyed(address, code)):
        row.used_at = now
    row.save(update_fields=["tries", "used_at"])
    return row.used_at is not None


@transaction.atomic
def _begin(identity: Identity, before: str) -> Entered:
    now, token = clock.now(), secrets.token_urlsafe(32)
    _prove(identity)
    PortalSession.objects.filter(hash=digest(before), ended_at=None).update(ended_at=now)
    made = PortalSession.objects.create(
        customer_id=identity.customer_id,
        came_by=identity.pk,
        address=identity.value,
        hash=digest(token),
        created_at=now,
        expires_at=now + timedelta(days=SESSION_DAYS),
    )
    by = actor_of(identity.customer)
    audit.record(by, "customer.entered", f"customer:{identity.customer_id}", {"session": made.pk})
    return Entered(token, identity.customer)


@transaction.atomic
def leave(*, session: PortalSession, everywhere: bool = False) -> None:
    """Ends this session, or all of this customer's; a repeat changes nothing."""
    rows = PortalSession.objects.filter(customer_id=session.customer_id, ended_at=None)
    count = (rows if everywhere else rows.filter(pk=session.pk)).update(ended_at=clock.now())
    if count:
        by = actor_of(session.customer)
        audit.record(by, "customer.left", f"customer:{session.customer_id}", {"sessions": count})


@transaction.atomic
def correct(*, session: PortalSession, name: str, language: str) -> Customer:
    """What a customer says of themselves: how they are called, and in which language we write to them."""
    name = " ".join(name.replace("\x00", "").split())
    errors = {}
    if not name or len(name) > 200:
        errors["name"] = _("Write your name, in at most 200 letters.")
    if language not in ("en", "fa"):
        errors["language"] = _("Choose a language.")
    if errors:
        raise Invalid(errors)
    return actions.apply(actor_of(session.customer), session.customer, name=name, language=language)


def forget(limit: int = 5000) -> int:
    """Drops codes that ran out a day ago and sessions that ended a month ago; how many (wiring.TIDY)."""
    now = clock.now()
    codes = EntryCode.objects.filter(expires_at__lte=now - timedelta(days=1)).order_by("expires_at")
    gone = PortalSession.objects.filter(expires_at__lte=now - timedelta(days=SESSION_DAYS)).order_by("expires_at")
    count = EntryCode.objects.filter(pk__in=codes.values("pk")[:limit]).delete()[0]
    return count + PortalSession.objects.filter(pk__in=gone.values("pk")[:limit]).delete()[0]
