"""Whose mail was forwarded: the first From line of a forwarded copy in the text, or the mail that hangs on it. Pure."""

import re

from tickets.channels.email import address, mime, replywords

FORWARDS = re.compile(
    r"^\s*(?:\[[^\]]{1,40}\]\s*)?(fwd?|fw|wg|wtr|tr|rv|enc|i|vs|vb|doorst|pd|ilt|ynt|fyi|転送|转发|轉寄|전달|"
    r"هدایت|ارجاع|إعادة توجيه)\s*[:：]",
    re.I,
)
MOST_LINES = 200
AFTER = 12


def sender_of(root: mime.Part, text: str, subject: str) -> address.Address:
    """The one mailbox whose mail this one passes on; nobody when it passes none on, or names two."""
    hanging = [part.children[0] for part in root.walk()[1:] if part.content_type == "message/rfc822" and part.children]
    if len(hanging) == 1 and hanging[0].has("from"):
        return address.sender(hanging[0].all("from"))
    if not FORWARDS.match(subject):
        return address.UNKNOWN
    return _in_words(text)


def _in_words(text: str) -> address.Address:
    """A From line counts when another header line stands close below it."""
    lines = text.split("\n", MOST_LINES)[:MOST_LINES]
    for at, line in enumerate(lines):
        hit = replywords.HEADER_LINE.match(line[:1000])
        if not hit or not hit["from"]:
            continue
        below = lines[at + 1 : at + AFTER]
        if any((more := replywords.HEADER_LINE.match(other[:1000])) and more["other"] for other in below):
            return address.sender([_plain(hit["value"] or "")])
    return address.UNKNOWN


def _plain(value: str) -> str:
    """`Ada [mailto:ada@shop.example]` and `*Ada* <ada@shop.example>` as mail headers write them."""
    value = re.sub(r"\[mailto:([^\]\s]{1,254})\]", r"<\1>", value.replace("*", "").strip())
    return re.sub(r"<mailto:[^>\s]{1,254}>", "", value).strip()
