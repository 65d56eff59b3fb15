"""Never ask twice: which questions a draft puts to a customer, and which of them we know the answer of. Pure.

Topics (name, phone, e-mail, order, customer number) are told by what people call them in both languages; anything else
that is remembered answers a question that shares its words. Words count as the same when one begins with the other, so
that endings («مودمتان», "routers") do not matter.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.core.text import normalise

MOST_READ = 8_000
MOST_SHOWN = 4


@dataclass(frozen=True)
class Known:
    """Something that need not be asked: `topic` says what it is about ("phone", an attribute's name, or "" for a free
    sentence), `said_at` since when it is known, `is_certain` that it is proven or not yet old."""

    topic: str
    answer: str
    said_at: datetime | None = None
    is_certain: bool = True


@dataclass(frozen=True)
class Answered:
    """One question of the draft and what we know about it already."""

    question: str
    known: Known


_TOPICS: dict[str, str] = {
    "phone": r"(?:phone|mobile|cell|telephone|contact) ?number|number (?:to|can we|we can) (?:call|reach)"
    r"|your (?:phone|mobile)"
    r"|شماره (?:ی )?(?:تماس|تلفن|موبایل|همراه|گوشی)|تلفن (?:تان|شما|همراه)|موبایل",
    "email": r"e ?-? ?mail|ایمیل|رایانامه|پست الکترونیک",
    "name": r"your (?:full |first |last |family )*name\b|who am i (?:speaking|talking)"
    r"|(?:نام|اسم)(?: و نام خانوادگی| خانوادگی| کامل)? ?(?:تان|شما|شریف|مبارک)|نامتان|اسمتان|نام و نام خانوادگی",
    "order": r"order (?:number|no|id|code)|number of (?:your|the) order|شماره (?:ی )?سفارش|کد (?:سفارش|پیگیری|رهگیری)",
    "external_id": r"(?:customer|account|member|client|user) ?(?:number|no|id)\b|user ?name"
    r"|شماره (?:ی )?(?:مشتری|اشتراک|عضویت|کاربری)|(?:شناسه|نام) (?:ی )?کاربری|کد (?:مشتری|اشتراک)",
}
_TOPIC = {topic: re.compile(words) for topic, words in _TOPICS.items()}
_REQUEST = re.compile(
    r"^(?:(?:and|so|also|then|but|first) )?(?:please|could you|can you|would you|may i|what|which|where|when|who|how"
    r"|do you|did you|have you|are you|is your|tell us|send us|let us know|let me know|provide)\b"
    r"|(?:چیست|کدام|چند|کجا|چه|آیا)\b|(?:بفرمایید|بفرستید|ارسال کنید|اعلام کنید|بنویسید|بگویید|فرمایید)"
)
_ENDS = re.compile(r"(?<=[?؟!.\n])\s*|\n+")
_WORD = re.compile(r"\w[\w./+-]*\w|\w")
_EMPTY = frozenset(
    normalise(
        "a an and any are as at be by can could did do does for from had has have how i if in is it its know let like"
        " may me my need number of on or our please provide send so tell that the their them then there this to us use"
        " used using want was we were what when where which who why will with would you your yours exact exactly"
        " آن آیا از است اگر اما او این با باید بر برای بفرمایید بگویید به تا تان تو را چه چند چیست خود در دارید دارد"
        " داشتید رو شما شماره شود شوید ش ما من می و ها های هر هست هستید هم همین یا یک کدام کجا کنید کنم لطفا لطفاً ممکن"
        " میشه استفاده بوده بود بنویسید اعلام ارسال نام کد"
    ).split()
)


def questions(draft: str) -> list[str]:
    """The sentences of a draft that ask something of its reader, as they were typed. Quoted lines do not count."""
    own = "\n".join(line for line in draft[:MOST_READ].splitlines() if not line.lstrip().startswith(">"))
    sentences = (sentence.strip() for sentence in _ENDS.split(own))
    return [sentence for sentence in sentences if sentence and _asks(sentence)]


def _asks(sentence: str) -> bool:
    return sentence[-1] in "?؟" or _REQUEST.search(normalise(sentence)) is not None


def answered(draft: str, known: Sequence[Known]) -> list[Answered]:
    """The questions whose answer is known, each with the best answer, in the order of the draft; at most four."""
    found: dict[Known, Answered] = {}
    for question in questions(draft):
        for one in _about(normalise(question), known):
            found.setdefault(one, Answered(question, one))
    return list(found.values())[:MOST_SHOWN]


def _about(question: str, known: Sequence[Known]) -> list[Known]:
    topics = {topic for topic, words in _TOPIC.items() if words.search(question)}
    direct = [one for one in known if one.topic in topics]
    if direct:
        return direct[:2]
    asked = _content(question)
    scored = [(_shared(asked, _content(normalise(f"{one.topic} {one.answer}"))), one) for one in known]
    best = max((score for score, _one in scored), default=0.0)
    return [one for score, one in scored if score == best][:1] if best >= 1 / 3 else []


def _content(plain: str) -> list[str]:
    return [word for word in _WORD.findall(plain.replace("_", " ")) if word not in _EMPTY and len(word) > 1]


def _shared(asked: Sequence[str], known: Iterable[str]) -> float:
    """How much of what is asked the known words speak of, from 0 to 1."""
    there = list(known)
    hits = sum(any(_same(word, other) for other in there) for word in asked)
    return hits / len(asked) if asked else 0.0


def _same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 4 and len(long) - len(short) <= 4 and long.startswith(short))
