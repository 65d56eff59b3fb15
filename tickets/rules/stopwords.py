"""A text message that is nothing but the word by which people end messages, or have them begin again. Pure.

English: the words that networks in North America ask every sender to honour (CTIA, Messaging Principles 5.1.3).
Persian: «لغو» and «لغو۱۱», by which people in Iran refuse advertising, and «شروع».
"""

import re

STOP = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "optout", "opt out", "revoke"}
    | {"لغو", "لغو11", "لغو 11", "لغو پیامک", "لغو عضویت", "توقف"}
)
START = frozenset(("start", "unstop", "شروع"))
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩يك", "01234567890123456789یک")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def wish(text: str) -> str:
    """`stopped`, `started`, or "" for all else, such as a sentence in which the word stands."""
    if len(text) > 40:
        return ""
    plain = re.sub(r"[\s\u200c\u200f\u200e]+", " ", text.translate(_DIGITS)).lower()
    plain = _EDGES.sub("", plain)
    return "stopped" if plain in STOP else "started" if plain in START else ""
