"""From the tree of parts to what people read: text, HTML, files."""

import html as entities
import mimetypes
import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from tickets.channels.email import charsets, cms, filenames, headers, mime, tnef, transfer, webtext
from tickets.channels.email.charsetnames import codec_for
from tickets.channels.email.limits import MAX_HTML, MAX_TEXT

META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.I)
SETTING = re.compile(r"<param>[^<>]{0,200}</param>", re.I)
MARKUP = re.compile(r"<[^<>]{0,2000}>")
# Text that programs read and people do not: files. Any other text is said (RFC 2046 4.1.4).
FILE_TYPES = {
    *("text/calendar", "text/csv", "text/rtf", "text/css", "text/xml", "text/javascript", "text/vcard", "text/x-vcard"),
    *("text/directory", "text/rfc822-headers", "text/x-diff", "text/x-patch", "text/tab-separated-values"),
}
# Other forms of what HTML and plain text say too.
TWINS = {"text/x-amp-html", "text/watch-html", "text/x-watch-html"}
PAGE = re.compile(r"\s{0,100}(<!doctype html|<html)[\s>]", re.I)
UU_FILE = re.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n(?=[ -`]{2,62}\r?$)")
PICTURE = re.compile(r"\bcid:([^\"'\s<>)]{1,255})", re.I)
HONEST = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,66}")
MOST_HINT = 300
MESSAGES = ("message/rfc822", "message/global")


@dataclass(frozen=True)
class ParsedAttachment:
    """A file of a mail: cleaned name, honest type, whole bytes."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""
    inline: bool = False


@dataclass
class Body:
    """What a mail says. `marked` is the text with quote marks of webtext in it."""

    marked: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    has_html: bool = False
    files: list[ParsedAttachment] = field(default_factory=list)

    def add_text(self, text: str) -> None:
        """Appends plain text; beside HTML it shows there too."""
        if text.strip():
            self.marked.append(text)
            self.html.append(f"<pre>{entities.escape(text)}</pre>")

    def add_html(self, markup: str, text: str = "") -> None:
        """Appends HTML, with its plain twin where the sender gave one."""
        spoken = text if text.strip() else webtext.to_text(markup)
        self.has_html = True
        self.html.append(markup)
        if spoken.strip():
            self.marked.append(spoken)


def read(root: mime.Part) -> Body:
    """The body and files of a mail."""
    body = Body()
    if root.content_type in ("text/plain", "text/html") and not root.has("content-disposition"):
        # A mail that is one text and calls it by a name still says it.
        root.filename = ""
    _take(root, body)
    if not body.marked and not body.has_html:
        _say_named(root, body)
    pictures = {unquote(hit[1]) for hit in PICTURE.finditer("".join(body.html))} if body.has_html else set()
    body.files = [replace(one, inline=one.content_id in pictures) for one in body.files]
    return body


def text_of(body: Body) -> str:
    """The whole text, quote marks still in it."""
    return "\n".join(piece.strip("\n") + "\n" for piece in body.marked)[:MAX_TEXT].rstrip()


def html_of(body: Body) -> str:
    """The HTML as it came, or "" when the mail is plain."""
    return "\n".join(body.html)[:MAX_HTML] if body.has_html else ""


def _take(part: mime.Part, body: Body) -> None:
    kind = part.content_type
    if kind == "multipart/alternative":
        _alternative(part, body)
    elif kind.startswith("multipart/"):
        # Of a Macintosh file the first half holds its icon, the second what it says.
        for child in part.children[-1:] if kind == "multipart/appledouble" else part.children:
            if kind == "multipart/encrypted" and child.content_type == "application/octet-stream":
                child.filename = child.filename or "encrypted.asc"
            _take(child, body)
    elif _is_body(part):
        _say(part, body)
    else:
        for child in part.children if kind in cms.TYPES else ():
            _take(child, body)
        _attach(part, body)


def _is_body(part: mime.Part) -> bool:
    kind = part.content_type
    if not kind.startswith("text/") or kind in FILE_TYPES or part.disposition == "attachment":
        return False
    return not part.filename


def _say_named(root: mime.Part, body: Body) -> None:
    """A mail whose only text bears a file's name says it all the same; the file stays."""
    named = (part for part in root.walk() if part.content_type in ("text/plain", "text/html"))
    first = next((part for part in named if part.filename and part.disposition == "inline"), None)
    if first is not None:
        _say(first, body)


def _say(part: mime.Part, body: Body) -> None:
    if part.content_type == "text/html":
        body.add_html(html_text(part))
        return
    text = plain_text(part, body)
    if PAGE.match(text) and "</" in text:
        body.add_html(text)
    else:
        body.add_text(text)


def _alternative(part: mime.Part, body: Body) -> None:
    """One saying in several forms: the plain one is the text, the richest one the HTML; the rest are files."""
    plain, rich = Body(), Body()
    for child in part.children:
        if child.content_type in TWINS and len(part.children) > 1:
            continue
        if child.content_type == "text/plain" and _is_body(child):
            plain.add_text(plain_text(child, plain))
        else:
            _take(child, rich)
    body.files += [*plain.files, *rich.files]
    text = text_of(plain)
    if rich.has_html:
        body.has_html = True
        body.html += rich.html
        body.marked += [text] if _says_enough(text, text_of(rich)) else rich.marked
    else:
        body.add_text(text or text_of(rich))


def _says_enough(text: str, page: str) -> bool:
    """Whether a plain twin is real, or only the hint, in whatever language, that one should read the HTML."""
    is_hint = len(text) < MOST_HINT and "html" in text.lower() and len(page) > 2 * len(text)
    return bool(text.strip()) and not is_hint


def plain_text(part: mime.Part, body: Body) -> str:
    """A text part's text; files that older programs uuencode into it become attachments."""
    data = part.data
    if UU_FILE.search(data):
        data = _uu_files(data, body)
    # Four bytes a sign at most; what is beyond would be cut off anyhow.
    text = charsets.decode(data[: 4 * MAX_TEXT], part.params.get("charset", ""))[:MAX_TEXT]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.content_type in ("text/enriched", "text/richtext"):
        # A doubled "<" means itself.
        return "<".join(MARKUP.sub("", SETTING.sub("", piece)) for piece in text.split("<<"))
    if part.params.get("format", "").lower() == "flowed":
        return unflow(text, part.params.get("delsp", "").lower() == "yes")
    return text


def html_text(part: mime.Part) -> str:
    """An HTML part as text, by its label or the charset it names itself."""
    data = part.data[:MAX_HTML]
    named, label = META_CHARSET.search(data[:4096]), part.params.get("charset", "")
    # A label of ASCII is no more than what a program writes when it does not know.
    weak = not label or label.lower() in ("us-ascii", "ascii") or not codec_for(label)
    return charsets.decode(data, named[1].decode() if named and weak else label)


def unflow(text: str, delsp: bool) -> str:
    """RFC 3676: soft breaks undone, stuffed spaces gone."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        kept = content[:-1] if soft and delsp else content
        if open_depth == depth and content != "-- ":
            out[-1].append(kept)
        else:
            out.append([">" * depth + (" " if depth else ""), kept])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in out)


def _uu_files(data: bytes, body: Body) -> bytes:
    kept: list[bytes] = []
    at = 0
    for _ in range(100):
        hit = UU_FILE.search(data, at)
        if not hit:
            break
        content, length = transfer.uu(data[hit.start() :])
        name = filenames.clean(charsets.decode(hit[1]), "", len(body.files) + 1)
        body.files.append(ParsedAttachment(name, "application/octet-stream", content))
        kept.append(data[at : hit.start()])
        at = hit.start() + length
    return b"".join([*kept, data[at:]])


def _attach(part: mime.Part, body: Body) -> None:
    data = part.body if part.content_type in MESSAGES and not part.has("content-transfer-encoding") else part.data
    if not data and not part.filename and part.content_type not in MESSAGES:
        return
    if _is_packed(part, data) and (packet := tnef.read(data)) and _unpack(packet, body):
        return
    kind = part.content_type if part.typed or part.content_type in MESSAGES else "application/octet-stream"
    _keep(body, part.filename or _subject_of(part), kind, data, part.get("content-id"))


def _keep(body: Body, name: str, kind: str, data: bytes, content_id: str) -> None:
    kind = kind if HONEST.fullmatch(kind) else "application/octet-stream"
    name = filenames.clean(name, kind, len(body.files) + 1)
    body.files.append(ParsedAttachment(name, kind, data, content_id.strip("<> ")[:255]))


def _is_packed(part: mime.Part, data: bytes) -> bool:
    return data.startswith(tnef.SIGNATURE) and (
        part.content_type in tnef.TYPES or part.filename.lower().endswith(("winmail.dat", "win.dat"))
    )


def _unpack(packet: tnef.Packet, body: Body) -> bool:
    """The files of a winmail.dat as if they had come alone; its text only where the mail says nothing itself."""
    for file in packet.files:
        guess = file.content_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        _keep(body, file.long_name or file.name, guess, file.data, file.content_id)
    speaks = not body.marked
    if speaks and packet.html:
        body.add_html(packet.html, packet.text)
    elif speaks:
        body.add_text(packet.text)
    return bool(packet.files) or (speaks and bool(body.marked))


def _subject_of(part: mime.Part) -> str:
    if part.content_type not in MESSAGES or not part.children:
        return ""
    subject = headers.decode_words(part.children[0].get("subject")).replace("/", "-")
    return f"{subject[:80]}.eml" if subject else ""
