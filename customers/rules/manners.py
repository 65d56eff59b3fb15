"""How a customer likes to be written to, and where a draft disagrees. Pure."""

import re

from helpdesk.core.text import normalise

TONES = ("formal", "familiar")
CHANNELS = ("email", "phone", "chat", "sms", "telegram", "whatsapp")
_PERSIAN = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z]")
# Second person singular and what is said among friends; verbs and endings that carry no formal reading.
_FAMILIAR = re.compile(
    r"\b(?:تو|تورو|توی? خودت|برات|بهت|ازت|باهات|خودت|عزیزم|داداش|رفیق|جون|بذار|بزن|بگو|بفرست|ببین|نگاه کن|صبر کن"
    r"|امتحان کن|چک کن|کن|هستی|داری|میتونی|میخوای|میخواهی|میتوانی|کردی|گفتی|فرستادی|خواستی|دوستت)\b"
    r"|\b(?:hey|hiya|yo|gonna|wanna|gotta|dude|buddy|mate|u|ur|thx|pls|lol|no worries|cheers)\b"
)
_FORMAL = re.compile(
    r"\b(?:شما|تان|خودتان|برایتان|بفرمایید|بفرستید|بگویید|ببینید|لطف کنید|کنید|هستید|دارید|میتوانید|میخواهید|کردید"
    r"|فرمودید|گفتید|فرستادید|جناب|سرکار|خانم|آقای|گرامی|محترم)\b"
    r"|\b(?:dear (?:sir|madam|mr|mrs|ms)|sincerely|yours faithfully|kind regards|we regret)\b"
)
ENOUGH = 12


def language_of(text: str) -> str:
    """`fa`, `en` or "" when too little is written to tell."""
    persian, latin = len(_PERSIAN.findall(text)), len(_LATIN.findall(text))
    if max(persian, latin) < ENOUGH:
        return ""
    return "fa" if persian > latin else "en"


def disagrees(draft: str, *, language: str, tone: str) -> list[str]:
    """What in the draft is not how they like it: `language`, `tone`, both or nothing."""
    own = "\n".join(line for line in draft[:8_000].splitlines() if not line.lstrip().startswith(">"))
    written = language_of(own)
    found = ["language"] if language and written and written != language else []
    if tone in TONES and not found and _tone_of(own) not in ("", tone):
        found.append("tone")
    return found


def _tone_of(text: str) -> str:
    """Told only by words that leave no doubt: one kind is there and the other is not."""
    plain = normalise(text)
    familiar, formal = _FAMILIAR.search(plain) is not None, _FORMAL.search(plain) is not None
    if familiar == formal:
        return ""
    return "familiar" if familiar else "formal"
