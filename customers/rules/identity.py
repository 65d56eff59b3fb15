"""Who is who, as far as handles tell: kinds of handles, the one spelling of each, and whose they cannot be. Pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers

from helpdesk.core.rules.digits import digits_to_ascii

EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}@[^@\s<>\"(),:;\[\]\\]{1,253}\Z")
KINDS = (
    *("email", "phone", "sms", "whatsapp", "telegram", "instagram", "messenger", "line"),
    *("viber", "bale", "eitaa", "rubika"),
    *("external_id", "visitor"),
)
# Kinds whose value is a telephone number.
NUMBERS = frozenset({"phone", "sms", "whatsapp"})
REGION = "IR"
LONGEST = 254

# What mail programs and messengers put around a number that is copied: marks of direction, joiners, odd spaces.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−ـ", "-") | {"＋": "+", "\u00a0": " ", "\u202f": " "})
_PHONE = re.compile(r"\+?[0-9 ().\-/*]{3,40}\Z")
_EXTENSION = re.compile(r"(ext|داخلی|داخلي|#|;ext=|\bx\s*[0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Handle:
    """One way to reach or recognise a person: `kind` and a value as it was typed."""

    kind: str
    value: str


class BadHandle(ValueError):
    """The value cannot be a handle of this kind; `kind`, and `code` (the kind, or extension or letters) say why."""

    def __init__(self, value: str, kind: str = "", code: str = "") -> None:
        super().__init__(value)
        self.kind, self.code = kind, code or kind


def clean(handle: Handle, region: str = REGION) -> Handle:
    """The handle in the one form that is stored and compared. Raises BadHandle.

    E-mail: lower case, NFC. Numbers: E.164 (libphonenumber), digits of any script, `region` when no country is given.
    Messengers: `@name` in lower case, or the number by which the messenger itself knows them.
    """
    value = unicodedata.normalize("NFC", handle.value.replace("\x00", "")).strip()
    form = _FORMS.get(handle.kind)
    if form is None:
        raise BadHandle(handle.value, handle.kind)
    found = form(value, region)
    if not found or len(found) > LONGEST:
        raise BadHandle(handle.value, handle.kind)
    return Handle(handle.kind, found)


def shown(number: str, region: str = REGION) -> str:
    """A telephone number as people write it; what is none stays as it is."""
    try:
        found = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(found):
        return number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def region_of(typed: str) -> str:
    """The country in its two letters, as libphonenumber knows it; "" for none."""
    code = typed.strip().upper()
    return code if code in phonenumbers.SUPPORTED_REGIONS else ""


def guess_kind(value: str) -> str:
    """Which kind somebody means who types this without saying: an address, or else a number."""
    plain = value.strip()
    return "email" if "@" in plain[1:] else "telegram" if plain.startswith("@") else "phone"


def _email(value: str, region: str) -> str:
    plain = _UNSEEN.sub("", value).removeprefix("mailto:").lower()
    return plain if EMAIL.match(plain) else ""


def _phone(value: str, region: str, kind: str = "phone") -> str:
    plain = digits_to_ascii(_UNSEEN.sub("", value)).translate(_DASHES).strip()
    plain = re.sub(r"^(tel|sms|whatsapp):(//)?", "", plain, flags=re.IGNORECASE).strip()
    if _EXTENSION.search(plain):
        # Two people behind one switchboard are not one.
        raise BadHandle(value, kind, "extension")
    if not _PHONE.match(plain):
        raise BadHandle(value, kind, "letters" if re.search(r"[^\W\d_]", plain) else "")
    return _e164(value, plain, region, kind)


def _e164(value: str, plain: str, region: str, kind: str) -> str:
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException as error:
        raise BadHandle(value, kind) from error
    if not phonenumbers.is_possible_number(number):
        raise BadHandle(value, kind)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _sms(value: str, region: str) -> str:
    return _phone(value, region, "sms")


def _whatsapp(value: str, region: str) -> str:
    """WhatsApp itself writes numbers with the country's code and without a plus."""
    plain = digits_to_ascii(_bare(value, "wa.me", "api.whatsapp.com")).partition("@")[0]
    if plain.isascii() and plain.isdigit() and not plain.startswith("0") and len(plain) > 10:
        try:
            return _phone("+" + plain, region, "whatsapp")
        except BadHandle:
            pass
    return _phone(plain, region, "whatsapp")


def _bare(value: str, *hosts: str) -> str:
    """What stands after the messenger's own address, if it is a link; without marks and questions."""
    plain = re.sub(r"^https?://(www\.)?", "", _UNSEEN.sub("", value), flags=re.IGNORECASE)
    for host in hosts:
        if plain.lower().startswith(host + "/"):
            return re.split(r"[/?#]", plain[len(host) + 1 :])[0]
    return plain


def _named(pattern: str, number: str, *hosts: str) -> Callable[[str, str], str]:
    """Reads names (stored as `@name`, lower case) and the messenger's own numbers (stored as they are)."""
    name, own = re.compile(pattern), re.compile(number)

    def read(value: str, region: str) -> str:
        plain = digits_to_ascii(_bare(value, *hosts))
        if own.fullmatch(plain):
            return plain
        plain = plain.removeprefix("@").lower()
        return f"@{plain}" if name.fullmatch(plain) else ""

    return read


def _line(value: str, region: str) -> str:
    plain = _UNSEEN.sub("", value)
    if re.fullmatch(r"[Uu][0-9a-fA-F]{32}", plain):
        return "U" + plain[1:].lower()
    name = _bare(plain, "line.me/ti/p").lstrip("@~").lower()
    return f"@{name}" if re.fullmatch(r"[a-z0-9._-]{3,20}", name) else ""


def _viber(value: str, region: str) -> str:
    """Viber's own id of somebody towards one bot: base64, which tells capitals apart."""
    return value if re.fullmatch(r"[A-Za-z0-9+/=_\-]{8,64}", value) else ""


def _external(value: str, region: str) -> str:
    return "" if any(unicodedata.category(sign) == "Cc" for sign in value) else value


def _visitor(value: str, region: str) -> str:
    return value if re.fullmatch(r"[A-Za-z0-9_\-]{8,128}", value) else ""


_FORMS: dict[str, Callable[[str, str], str]] = {
    "email": _email,
    "phone": _phone,
    "sms": _sms,
    "whatsapp": _whatsapp,
    "telegram": _named(r"[a-z][a-z0-9_]{3,31}", r"[1-9][0-9]{3,18}", "t.me", "telegram.me"),
    "instagram": _named(r"(?![.])(?!.*[.][.])[a-z0-9._]{1,30}(?<![.])", r"[1-9][0-9]{13,20}", "instagram.com"),
    "messenger": _named(r"[a-z0-9.]{5,50}", r"[1-9][0-9]{13,20}", "m.me", "messenger.com/t", "facebook.com"),
    "line": _line,
    "viber": _viber,
    "bale": _named(r"[a-z][a-z0-9_]{3,31}", r"[1-9][0-9]{3,18}", "ble.ir"),
    "eitaa": _named(r"[a-z][a-z0-9_]{3,31}", r"[1-9][0-9]{3,18}", "eitaa.com"),
    "rubika": _named(r"[a-z][a-z0-9_]{3,31}", r"[A-Za-z0-9]{10,64}", "rubika.ir"),
    "external_id": _external,
    "visitor": _visitor,
}

# Whoever reads such a box, it is a post and not a person; or nobody reads it.
_POSTS = """
abuse accounting accounts admin administrator all anfrage ap ar asistencia atendimento atencion auskunft billing board
booking bookings booth buchhaltung bureau buero careers commercial compras comptabilite contact contacto contactus
contato contabilidad crm customer-care customer-service customercare customers customerservice datenschutz
delivery dispatch dpo editor einkauf empfang enquiries enquiry events export faq feedback finance frontdesk general
gdpr hallo hello help helpdesk hi hilfe hostmaster hr hq import info information inquiries inquiry invoice invoices it
jobs kontakt kundendienst kundenservice legal mail mailbox management manager marketing media moderator news
newsletter noc no-answer office operations ops order orders ordini owner partner partners personal postmaster presse
press privacy procurement product public purchase purchasing quality reception receivables recruiting recruitment
registrar rechnung rechnungen request requests reservation reservations returns root sales salesteam secretary
secretariat security sekretariat service services shipping shop staff store suggestions support sysadmin team tech
technik technical ticket tickets tenders treasury trouble usenet uucp vendas ventas verkauf verwaltung vertrieb
webmaster warehouse webadmin www foroosh forosh forush poshtibani pishnahad shekayat shekayat-ha daftar modiriat
modiriyat omoor hesabdari estekhdam ravabet ravabetomomi sefaresh anbar bazargani kharid edari dabirkhaneh
"""
_NOBODY = """
alert alerts auto auto-reply autoreply automailer autoresponder bounce bounced bounces confirm confirmation daemon
delivery-failure devnull donotreply dont-reply do-not-reply do-not-respond donotrespond dontreply dontrespond mailer
mailer-daemon mailerdaemon mailman majordomo listserv nobody no-reply no-response noresponse noreply notification
notifications notify notreply ne-pas-repondre nepasrepondre no-responder noresponder nao-responda naoresponda null
reminder reminders reply robot system unsubscribe updates void
"""
_ROLES, _MACHINES = frozenset(_POSTS.split()), frozenset(_NOBODY.split())
# What may follow a post's name: sales-ir, sales-team.
_TAILS = frozenset(
    ("de", "en", "fa", "fr", "ir", "uk", "us", "eu", "int", "team", "desk", "office", "dept", "department", "group")
)
_ANYWHERE = re.compile(r"(^|-)(no-?reply|do-?not-?reply|mailer-?daemon|bounces?|noreply[0-9]*)(-|$)")


def is_no_reply(address: str) -> bool:
    """Whether a machine writes from there and nobody reads."""
    local = _local(address)
    return bool(_ANYWHERE.search(local)) or _stem(local) in _MACHINES


def is_role(address: str) -> bool:
    """Whether an e-mail address is that of a post (info@, sales@, postmaster@) or of a machine, not of a person."""
    return is_no_reply(address) or _stem(_local(address)) in _ROLES


def is_shared(handle: Handle) -> bool:
    """Whether this handle cannot prove who somebody is, whoever holds it: the box of a post or of a machine."""
    return handle.kind == "email" and is_role(handle.value)


def _local(address: str) -> str:
    """The part before the @, in one spelling: lower case, without a tag, dots and strokes as hyphens."""
    local = digits_to_ascii(address).strip().lower().rpartition("@")[0].partition("+")[0]
    return re.sub(r"[._\-]+", "-", local).strip("-")


def _stem(local: str) -> str:
    """sales2, sales-ir and sales-team are sales."""
    plain = re.sub(r"-?[0-9]+$", "", local)
    if plain in _ROLES or plain in _MACHINES:
        return plain
    first, _hyphen, last = plain.partition("-")
    return first if last in _TAILS else plain
