"""What a mail server reports of a mail of ours: failed, delayed, delivered, complained about, read. Pure.

Structured reports first (RFC 3464 delivery status, RFC 5965 feedback, RFC 8098 receipts), then Exim's header, then the
words and embedded copies that older servers send. Every scan is linear and bounded.
"""

import re

from tickets.channels.email import address, headers, mime
from tickets.envelopes import DeliveryReport

STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
RECEIPT_PARTS = ("message/disposition-notification", "message/global-disposition-notification")
HEADER_PARTS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "message/partial")
ACTIONS = {"failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered", "expanded": ""}
MOST_IDS, MOST_RECIPIENTS, MOST_TEXT, MOST_LINES = 20, 100, 60_000, 400
DAEMONS = ("postmaster@", "mailer-daemon@")
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
SMTP_TYPE = re.compile(r"(?i)^\s{0,9}smtp\s{0,9};")
SMTP_CODE = re.compile(r"(?<!\d)([45])[0-9][0-9][ -](?!\d)")
ID_LINE = re.compile(r"(?im)^[> \t|]{0,20}message-id:[ \t]{0,9}(<[^<>\s]{1,900}>)")
# Of a copy's headers, those that name its author and not its reader.
AUTHOR_LINE = re.compile(r"(?im)^[> \t|]{0,20}(from|sender|reply-to|return-path)[ \t]{0,9}:.{0,500}$|^>?From .{0,300}$")
MAILBOX = re.compile(r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
ORIGINAL = re.compile(
    r"(?i)^[-_= >*]{0,20}(original message|returned message|copy of (the|your) message|message headers? follow|"
    r"(below this line|this) is (a|the) copy|here is (a|your) copy|the (header|text) of the (original|message))"
)
# What servers say instead of a code, with the code that they mean (RFC 3463).
MEANINGS = (
    ("5.2.2", re.compile(r"quota|mailbox (is )?full|full mailbox|storage (limit|space)|insufficient.{0,20}storage")),
    (
        "5.1.1",
        re.compile(
            r"(user|address|recipient|mailbox|account|alias|person).{0,30}(unknown|not (be )?found|"
            r"does(n't| not) exist|unavailable|invalid|disabled|inactive|suspended|no longer|not listed)|"
            r"(no such|unknown|invalid|nonexistent|unrouteable|bad destination) "
            r"(user|mailbox|address|recipient|person|account)|"
            r"not a valid|no mailbox here|doesn't have a"
        ),
    ),
    (
        "5.1.2",
        re.compile(r"(host|domain).{0,20}(unknown|not found|does(n't| not) exist)|unknown (host|domain)|mx lookup"),
    ),
    ("5.3.4", re.compile(r"too (large|big)|exceed.{0,20}size|size limit")),
    ("5.7.1", re.compile(r"spam|blocked|blacklist|block ?list|policy|rejected|denied|refused|not permitted|content")),
    ("4.4.7", re.compile(r"delayed|retry|will keep trying|still trying|not yet|temporar|timed? ?out|expired")),
)
DELAY = re.compile(
    r"(?i)\bdelay(ed)?\b|still (being )?(trying|retried)|will (continue|keep|be) (to )?(try|retr)|"
    r"warning: could not send|you do not need to (re-?send|do anything)|not yet been delivered|verzögert|retard|retras"
)


def read(root: mime.Part, text: str, subject: str, *, bounce: bool) -> tuple[DeliveryReport, ...]:
    """One report per recipient that this mail tells of; () when it tells of none.

    `header_ids` are candidates for the Message-ID of the mail it is about, without brackets, the surest first.
    """
    parts = root.walk()
    ids = _original_ids(root, parts, text)
    found = _complaint(parts, ids) or _receipt(parts, ids) or _status(parts, ids)
    if not found and bounce:
        found = _loose(root, text, subject, ids)
    return tuple(found[:MOST_RECIPIENTS])


def _fields(block: bytes) -> dict[str, str]:
    return {name: headers.raw_text(value).strip() for name, value in mime.split(block + b"\n\n")[0]}


def _groups(part: mime.Part) -> list[dict[str, str]]:
    """The groups of fields of a status part, whatever encoding or nesting a server gave it."""
    data = part.data or b"\n".join(child.body for child in part.children)
    data = data.replace(b"\r\n", b"\n").strip(b"\n")
    blocks = re.split(rb"\n[ \t]*\n", data, maxsplit=MOST_RECIPIENTS + 1)
    return [_fields(block) for block in blocks]


def _mailbox(value: str) -> str:
    """`rfc822; ada@example.com` as the bare address."""
    plain = value.rpartition(";")[2].strip().strip("<>")
    hit = MAILBOX.search(plain)
    return address.valid(plain) or (hit[0].lower() if hit else "")


def _status(parts: list[mime.Part], ids: tuple[str, ...]) -> list[DeliveryReport]:
    groups = [group for part in parts if part.content_type in STATUS_PARTS for group in _groups(part)]
    return [found for group in groups if (found := _of_group(group, ids)) is not None]


def _of_group(group: dict[str, str], ids: tuple[str, ...]) -> DeliveryReport | None:
    named = ("original-recipient", "final-recipient", "x-actual-recipient")
    whom = next((group[name] for name in named if group.get(name)), "")
    state = ACTIONS.get((group.get("action", "").split() or ["failed"])[0].lower(), "failed")
    if not state or not (whom or "action" in group):
        return None
    reason = group.get("diagnostic-code") or group.get("status") or ""
    return _report(_mailbox(whom), ids, state, reason, group.get("status", ""))


def _report(whom: str, ids: tuple[str, ...], state: str, reason: str, status: str = "") -> DeliveryReport:
    reason = " ".join(SMTP_TYPE.sub("", reason, count=1).split())
    code = code_of(f"{status} {reason}")
    if state == "failed" and code.startswith("2."):
        state = "delivered"
    return DeliveryReport(recipient=whom, header_ids=ids, state=state, status_code=code, reason=reason[:300])


def code_of(words: str) -> str:
    """The enhanced status code (RFC 3463) that a server's words name or mean; "" when they mean nothing."""
    named = ENHANCED.findall(words)
    exact = next((code for code in named if not code.endswith(".0.0")), "")
    if exact:
        return str(exact)
    low = words[:2000].lower()
    meant = next((code for code, pattern in MEANINGS if pattern.search(low)), "")
    plain = SMTP_CODE.search(words)
    kind = named[0][0] if named else plain[1] if plain else ""
    if meant and (not kind or meant[0] == kind):
        return meant
    return str(named[0]) if named else f"{kind}.0.0" if kind else ""


def _complaint(parts: list[mime.Part], ids: tuple[str, ...]) -> list[DeliveryReport]:
    report = next((part for part in parts if part.content_type == "message/feedback-report"), None)
    if report is None:
        return []
    fields = _groups(report)[0]
    whom = fields.get("original-rcpt-to") or fields.get("removal-recipient") or ""
    kind = fields.get("feedback-type", "abuse").lower()
    state = "delivered" if kind == "not-spam" else "complained"
    return [DeliveryReport(recipient=_mailbox(whom), header_ids=ids, state=state, reason=f"feedback report: {kind}")]


def _receipt(parts: list[mime.Part], ids: tuple[str, ...]) -> list[DeliveryReport]:
    report = next((part for part in parts if part.content_type in RECEIPT_PARTS), None)
    if report is None:
        return []
    fields = _groups(report)[0]
    named = fields.get("original-message-id", "").strip("<> ")
    ids = tuple(dict.fromkeys([*([named] if named else []), *ids]))
    whom = _mailbox(fields.get("original-recipient") or fields.get("final-recipient", ""))
    return [DeliveryReport(recipient=whom, header_ids=ids, state="read", reason=fields.get("disposition", "")[:300])]


def _original_ids(root: mime.Part, parts: list[mime.Part], text: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts[1:]:
        if part.content_type in HEADER_PARTS:
            found.append(_fields(part.data[:65_536]).get("message-id", ""))
        elif part is not root and part.has("message-id"):
            found.append(part.get("message-id"))
    found += [root.get("x-original-message-id"), root.get("original-message-id")]
    found += ID_LINE.findall(text[:MOST_TEXT])
    found += headers.raw_text(root.raw("in-reply-to")).split() + root.get("references").split()[::-1]
    plain = [one.strip().strip("<>") for one in found]
    return tuple(dict.fromkeys(one for one in plain if one))[:MOST_IDS]


def _loose(root: mime.Part, text: str, subject: str, ids: tuple[str, ...]) -> list[DeliveryReport]:
    """What older servers write: Exim's header, else the addresses in the words before the copy of the original."""
    told = _told(text)
    reason = _reason(told)
    state = "delayed" if DELAY.search(f"{subject}\n{told[:4000]}") and not _lasting(told) else "failed"
    named = [found.email for found in address.listed(root.all("x-failed-recipients"))]
    named = named or [hit.strip("'`").lower() for hit in MAILBOX.findall(AUTHOR_LINE.sub("", told))]
    ours = {found.email for found in address.listed([*root.all("to"), *root.all("from"), *root.all("delivered-to")])}
    whom = [
        one for one in dict.fromkeys(named) if one not in ours and not one.startswith(("postmaster@", "mailer-daemon@"))
    ]
    return [_report(one, ids, state, reason) for one in whom or [""]]


def _told(text: str) -> str:
    """The server's own words: what stands before the copy of our mail."""
    lines: list[str] = []
    for line in text[:MOST_TEXT].split("\n")[:MOST_LINES]:
        if ORIGINAL.match(line) or ID_LINE.match(line):
            break
        lines.append(line)
    return "\n".join(lines)


def _lasting(told: str) -> bool:
    return code_of(told).startswith("5.") and not DELAY.search(told[:1500])


def _reason(told: str) -> str:
    """The line that says why: one with a code, else the one whose words mean most, else the first."""
    lines = [line.strip() for line in told.split("\n") if line.strip()]
    coded = [line for line in lines if ENHANCED.search(line) or SMTP_CODE.search(line)]
    meant = (line for _code, pattern in MEANINGS for line in lines if pattern.search(line.lower()))
    return next(iter(coded), "") or next(meant, "") or next(iter(lines), "")
