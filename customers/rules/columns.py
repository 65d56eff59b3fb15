"""What the columns of a file mean, guessed by their headers in either language; what a row says of a person. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from customers.rules.attributes import BadValue, Shape, value
from customers.rules.identity import NUMBERS, REGION, BadHandle, Handle, clean, is_no_reply
from customers.rules.manners import CHANNELS
from helpdesk.core.rules.dates import from_parts
from helpdesk.core.rules.digits import digits_to_ascii
from helpdesk.core.text import normalise

HANDLES = ("email", "phone", "sms", "whatsapp", "telegram", "instagram", "messenger", "line", "external_id")
FIELDS = ("name", "first_name", "last_name", "language", "tone", "channel", "tags")
ATTRIBUTE, CONSENT = "attribute:", "consent:"
_HEADERS = {
    "name": "name,full name,display name,customer,customer name,contact,contact name,نام,نام کامل,نام و نام خانوادگی"
    ",نام مشتری,مشتری,اسم,نام مخاطب",
    "first_name": "first name,given name,firstname,forename,نام کوچک,اسم کوچک",
    "last_name": "last name,surname,family name,lastname,family,نام خانوادگی,فامیلی,فامیل,شهرت",
    "email": "email,e mail,mail,email address,e mail address,email value,ایمیل,ای میل,رایانامه,پست الکترونیک"
    ",پست الکترونیکی,آدرس ایمیل,نشانی ایمیل",
    "phone": "phone,telephone,tel,mobile,cell,cell phone,mobile phone,phone number,mobile number,contact number"
    ",phone value,تلفن,تلفن همراه,موبایل,همراه,شماره,شماره تلفن,شماره موبایل,شماره همراه,شماره تماس,تلفن ثابت,تماس",
    "sms": "sms,sms number,پیامک,شماره پیامک",
    "whatsapp": "whatsapp,whats app,whatsapp number,واتساپ,واتس اپ,شماره واتساپ",
    "telegram": "telegram,telegram id,telegram username,تلگرام,ایدی تلگرام,شناسه تلگرام",
    "instagram": "instagram,instagram id,insta,اینستاگرام,اینستا,ایدی اینستاگرام,پیج اینستاگرام",
    "messenger": "messenger,facebook,facebook messenger,مسنجر,فیسبوک",
    "line": "line,line id,لاین",
    "viber": "viber,viber id,وایبر",
    "bale": "bale,bale id,بله",
    "eitaa": "eitaa,eitaa id,ایتا",
    "rubika": "rubika,rubika id,روبیکا",
    "external_id": "id,external id,customer id,customer number,customer code,crm id,user id,code,شناسه,کد,کد مشتری"
    ",شماره مشتری,شناسه مشتری,کد اشتراک",
    "language": "language,lang,locale,زبان",
    "tone": "tone,لحن,نحوه خطاب",
    "channel": "channel,preferred channel,کانال,کانال دلخواه",
    "tags": "tags,tag,labels,label,groups,group,category,categories,برچسب,برچسبها,گروه,دسته,دسته بندی",
}
_WORDS = {
    "language": {
        **dict.fromkeys(("fa", "per", "fas", "persian", "farsi", "فارسی"), "fa"),
        **dict.fromkeys(("en", "eng", "english", "انگلیسی"), "en"),
    },
    "tone": {
        **dict.fromkeys(("formal", "رسمی"), "formal"),
        **dict.fromkeys(("familiar", "informal", "خودمانی", "صمیمی"), "familiar"),
    },
    "channel": {each: each for each in CHANNELS}
    | {
        "ایمیل": "email",
        "تلفن": "phone",
        "پیامک": "sms",
        "تلگرام": "telegram",
        "واتساپ": "whatsapp",
        "e mail": "email",
    },
}
_YES = {"1", "true", "yes", "y", "x", "✓", "on", "opt in", "subscribed", "بله", "بلی", "آری", "اری", "دارد"}
_NO = {"0", "false", "no", "n", "off", "opt out", "unsubscribed", "خیر", "نه", "ندارد"}
_ROUNDED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+\Z")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\Z")
_PARTED = {"email": re.compile(r"[;,،\s|]+"), **dict.fromkeys(NUMBERS, re.compile(r"[;,،|\n]+"))}
_LIST = re.compile(r"[;,،|\n]+")
_OTHER = re.compile(r"[;\n]+")
LONGEST_NAME, LONGEST_TAG, MOST_TAGS, MOST_HANDLES = 200, 60, 50, 20


def _folded(text: str) -> str:
    """Headers alike but for signs, case, joints and a number at the end."""
    plain = re.sub(r"[\W_]+", " ", normalise(text.replace("\u200c", " "))).strip()
    return re.sub(r" ?[0-9]+$", "", plain)


_GUESSES = {_folded(word): target for target, words in _HEADERS.items() for word in words.split(",")}


def guess(header: Iterable[str], attributes: Mapping[str, Sequence[str]]) -> list[str]:
    """What each column is, by its header; "" where nothing is certain. `attributes`: slug -> its names.

    Consent is never guessed: somebody says that a column is one. Of columns that can be only one, the first is it.
    """
    named = {_folded(name): ATTRIBUTE + slug for slug, names in attributes.items() for name in (slug, *names) if name}
    known, found = _GUESSES | named, list[str]()
    for text in header:
        target = known.get(_folded(text), "")
        found.append("" if target in found and target not in HANDLES else target)
    if "name" in found and "last_name" in found and "first_name" not in found:
        # «نام» beside «نام خانوادگی» is the given name.
        found[found.index("name")] = "first_name"
    return found


def has_header(first: Sequence[str]) -> bool:
    """Whether the first row names the columns: none of its cells is a handle, and one is known or all are words."""
    if any("@" in cell or sum(sign.isdigit() for sign in cell) >= 5 for cell in first):
        return False
    return any(guess(first, {})) or all(cell and not cell.isdigit() for cell in first)


@dataclass(frozen=True)
class Plan:
    """What the columns mean: a target each, the country of numbers without one, and the types of attributes."""

    columns: Sequence[str]
    region: str = REGION
    shapes: Mapping[str, Shape] = field(default_factory=dict)

    def targets(self, kind: str) -> list[str]:
        """What follows `kind` in the columns that are of it: slugs, purposes."""
        return [each.removeprefix(kind) for each in self.columns if each.startswith(kind)]


@dataclass
class Person:
    """What a row says. `faults`: [code, column, value] each; a row with any is refused as a whole."""

    handles: list[Handle] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    faults: list[list[Any]] = field(default_factory=list)


def read(cells: Sequence[str], plan: Plan) -> Person:
    """The person of a row."""
    person, names = Person(), {"first_name": "", "last_name": ""}
    for place, (target, cell) in enumerate(zip(plan.columns, cells, strict=False)):
        typed = cell.strip().removeprefix("'")
        if not target or not typed:
            continue
        if "\ufffd" in typed:
            person.faults.append(["letters_lost", place, typed[:80]])
        elif target in names:
            names[target] = " ".join(typed.split())
        else:
            _take(person, target, typed, plan, place)
    both = " ".join(filter(None, (names["first_name"], names["last_name"])))
    if both and not person.fields.get("name"):
        person.fields["name"] = both
    if len(person.fields.get("name", "")) > LONGEST_NAME:
        person.faults.append(["name_long", _place(plan, "name"), person.fields["name"][:80]])
    if len(person.handles) > MOST_HANDLES:
        person.faults.append(["many_handles", 0, ""])
    if not person.handles and not person.faults:
        person.faults.append(["no_handle", 0, person.fields.get("name", "")[:80]])
    return person


def _place(plan: Plan, target: str) -> int:
    return next((place for place, each in enumerate(plan.columns) if each.endswith(target)), 0)


def _take(person: Person, target: str, typed: str, plan: Plan, place: int) -> None:
    if target in HANDLES:
        _handles(person, target, typed, plan, place)
    elif target == "name":
        person.fields["name"] = " ".join(typed.split())
    elif target == "tags":
        _tags(person, typed, place)
    elif target in _WORDS:
        found = _WORDS[target].get(normalise(typed).partition("-")[0].strip())
        person.faults += [] if found else [[target, place, typed[:80]]]
        person.fields |= {target: found} if found else {}
    elif target.startswith(ATTRIBUTE):
        _attribute(person, target.removeprefix(ATTRIBUTE), typed, plan, place)
    elif target.startswith(CONSENT):
        _consent(person, target.removeprefix(CONSENT), typed, place)


def _handles(person: Person, kind: str, typed: str, plan: Plan, place: int) -> None:
    parts = [typed] if kind == "external_id" else _PARTED.get(kind, _OTHER).split(typed)
    for part in filter(None, (each.strip() for each in parts)):
        if kind in NUMBERS and _ROUNDED.match(digits_to_ascii(part)):
            person.faults.append(["rounded", place, part[:80]])
            continue
        try:
            handle = clean(Handle(kind, re.sub(r"\.0$", "", part) if kind in NUMBERS else part), plan.region)
        except BadHandle as error:
            person.faults.append([f"handle:{error.code}", place, part[:80]])
            continue
        if kind == "email" and is_no_reply(handle.value):
            person.faults.append(["no_reply", place, part[:80]])
        elif handle not in person.handles:
            person.handles.append(handle)


def _tags(person: Person, typed: str, place: int) -> None:
    found = [" ".join(each.split()) for each in _LIST.split(typed)]
    person.tags = sorted({*person.tags, *filter(None, found)})
    if len(person.tags) > MOST_TAGS or any(len(each) > LONGEST_TAG for each in person.tags):
        person.faults.append(["tags", place, typed[:80]])


def _attribute(person: Person, slug: str, typed: str, plan: Plan, place: int) -> None:
    shape = plan.shapes.get(slug)
    try:
        found = value(shape, _day(typed) if shape.kind == "date" else typed) if shape else None
    except BadValue as error:
        person.faults.append([f"attribute:{error.code}", place, typed[:80]])
        return
    if found is not None:
        person.attributes[slug] = found


def _day(typed: str) -> str:
    """A day of either calendar; whatever is none is left to be refused."""
    found = _DAY.match(digits_to_ascii(typed))
    if found is None:
        return typed
    year, month, number = (int(part) for part in found.groups())
    try:
        return (from_parts(year, month, number, "jalali") if year < 1700 else date(year, month, number)).isoformat()
    except ValueError:
        return typed


def _consent(person: Person, purpose: str, typed: str, place: int) -> None:
    word = normalise(typed)
    if word not in _YES | _NO:
        person.faults.append(["consent", place, typed[:80]])
    else:
        person.consents[purpose] = word in _YES
