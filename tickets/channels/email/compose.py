"""One recipient's copy as bytes. The same message always makes the same bytes, so that a repeat is a repeat."""

import base64
import email.utils
import hashlib
import quopri
import re
from email.header import Header
from urllib.parse import quote

from tickets.channels.email import address, filenames, outhtml
from tickets.envelopes import OutboundAttachment, OutboundMessage

FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u0085\u2028\u2029]")
HEADER_ID = re.compile(r"<[!-;=?-~]{1,900}>\Z")
CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,65}\Z")
ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*\Z")
LINE = 76
CRLF = "\r\n"


class BadValue(ValueError):
    """A value that would change the mail's structure, or an address nobody can be reached at."""


def compose(message: OutboundMessage) -> bytes:
    """The mail's bytes. Raises BadValue for a value with a line break in it or a bad address."""
    fields = _fields(message)
    body = _with_files(message, _alternative(message))
    return (CRLF.join(fields) + CRLF + body).encode("ascii")


def _fields(message: OutboundMessage) -> list[str]:
    fields = [
        f"From: {_mailbox(message.sender_name, message.sender)}",
        f"To: {_people(message, message.to or (message.recipient,))}",
        *([f"Cc: {_people(message, message.cc)}"] if message.cc else []),
        f"Subject: {_text('Subject', message.subject)}",
        f"Date: {email.utils.format_datetime(message.sent_at)}",
        f"Message-ID: {_id(message.header_id)}",
    ]
    if message.reply_to and message.reply_to != message.sender:
        fields.append(f"Reply-To: {_mailbox(message.sender_name, message.reply_to)}")
    # An id that another program wrote badly is left out rather than repeated.
    if HEADER_ID.match(message.in_reply_to):
        fields.append(f"In-Reply-To: {message.in_reply_to}")
    references = [one for one in message.references if HEADER_ID.match(one)]
    if references:
        fields.append(f"References: {(CRLF + ' ').join(references)}")
    if message.automatic:
        kind = "auto-replied" if message.in_reply_to else "auto-generated"
        fields += [f"Auto-Submitted: {kind}", "X-Auto-Response-Suppress: All"]
    return [*fields, "MIME-Version: 1.0"]


def safe(value: str) -> str:
    """The value, when it can stand in one header line. Raises BadValue."""
    if FORBIDDEN.search(value):
        raise BadValue("a header value holds a line break or a control character")
    return value


def _id(value: str) -> str:
    if not HEADER_ID.match(value):
        raise BadValue("a Message-ID is not of the form <left@right>")
    return value


def _mailbox(name: str, email_address: str) -> str:
    plain = address.valid(safe(email_address))
    if not plain or not plain.isascii():
        raise BadValue(f"cannot send to or from {email_address[:100]!r}")
    name = " ".join(safe(name).split())
    if not name:
        return plain
    if not name.isascii():
        return f"{_words('From', name)} <{plain}>"
    shown = name if ATOMS.match(name) and "=?" not in name else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{shown} <{plain}>"


def _people(message: OutboundMessage, addresses: tuple[str, ...]) -> str:
    """Addresses for one header, a line each; only the recipient's own name is told."""
    lines = [_mailbox(message.recipient_name if one == message.recipient else "", one) for one in addresses]
    return f",{CRLF} ".join(lines)


def _text(field: str, value: str) -> str:
    value = safe(value.replace("\t", " "))
    if value.isascii() and "=?" not in value and len(value) < 900:
        return _folded(value, len(field) + 2)
    return _words(field, value)


def _words(field: str, value: str) -> str:
    """RFC 2047 words, folded."""
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return Header(clean, "utf-8", maxlinelen=LINE, header_name=field).encode(linesep=CRLF)


def _folded(value: str, used: int) -> str:
    lines, at = [""], used
    for word in value.split(" "):
        if at + len(word) + 1 > LINE and lines[-1].strip() and word:
            lines.append("")
            at = 0
        lines[-1] += (" " if lines[-1] or len(lines) > 1 else "") + word
        at += len(word) + 1
    return CRLF.join(lines)


def _boundary(message: OutboundMessage, level: str) -> str:
    """Fixed for a message; `=_` occurs in neither base64 nor quoted-printable."""
    return "=_" + level + hashlib.sha256(message.header_id.encode()).hexdigest()[:32]


def texts(message: OutboundMessage) -> tuple[str, str]:
    """The words of a mail, plain and as HTML, with the signature below."""
    plain = _tidy(message.text)
    footer = _tidy(message.footer) if message.footer else ""
    whole = f"{plain}\n-- \n{footer}" if footer else plain
    return whole, outhtml.page(plain, message.language, footer, _inline(message))


def _alternative(message: OutboundMessage) -> str:
    whole, page = texts(message)
    twin = _body("text/html", page)
    pictures = [_file(one, at, inline=True) for at, one in enumerate(_inline(message), start=1)]
    if pictures:
        twin = _multipart("related", _boundary(message, "r"), [twin, *pictures])
    return _multipart("alternative", _boundary(message, "a"), [_body("text/plain", whole), twin])


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def _inline(message: OutboundMessage) -> list[OutboundAttachment]:
    """Pictures that stand in the text; the others hang on the mail."""
    return [one for one in message.attachments if one.content_id]


def _with_files(message: OutboundMessage, body: str) -> str:
    loose = [one for one in message.attachments if not one.content_id]
    if not loose:
        return body
    files = [_file(one, at) for at, one in enumerate(loose, start=1)]
    return _multipart("mixed", _boundary(message, "m"), [body, *files])


def _multipart(kind: str, boundary: str, parts: list[str]) -> str:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{CRLF}{CRLF}'
    return head + "".join(f"--{boundary}{CRLF}{part}{CRLF}" for part in parts) + f"--{boundary}--{CRLF}"


def _body(kind: str, text: str) -> str:
    data = text.replace("\x00", "").replace("\n", CRLF).encode("utf-8", "replace")
    mostly_ascii = sum(byte > 126 for byte in data) * 6 < len(data)
    head = f"Content-Type: {kind}; charset=utf-8{CRLF}Content-Transfer-Encoding: "
    if mostly_ascii:
        return head + f"quoted-printable{CRLF}{CRLF}" + _quoted_printable(data)
    return head + f"base64{CRLF}{CRLF}" + _base64(data)


def _quoted_printable(data: bytes) -> str:
    lines = data.split(b"\r\n")
    return CRLF.join(quopri.encodestring(line).decode("ascii").replace("=\n", "=" + CRLF) for line in lines)


def _base64(data: bytes) -> str:
    return base64.encodebytes(data).decode("ascii").replace("\n", CRLF)


def named(one: OutboundAttachment, number: int) -> tuple[str, str]:
    """The name and the type under which a file may leave."""
    kind = one.content_type.lower()
    if not CONTENT_TYPE.match(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    return filenames.clean(one.name, kind, number), kind


def _file(one: OutboundAttachment, number: int, *, inline: bool = False) -> str:
    name, kind = named(one, number)
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    extended = "" if plain == name else f";{CRLF} filename*=utf-8''{quote(name, safe='')}"
    place = f"inline;{CRLF} filename" if inline else f"attachment;{CRLF} filename"
    cid = f"Content-ID: {_id(f'<{one.content_id}>')}{CRLF}" if inline else ""
    return (
        f"Content-Type: {kind}{CRLF}Content-Transfer-Encoding: base64{CRLF}{cid}"
        f'Content-Disposition: {place}="{plain}"{extended}{CRLF}{CRLF}{_base64(one.data)}'
    )
