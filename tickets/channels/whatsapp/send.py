"""What we say by WhatsApp, as the calls it takes. Pure.

Source: WhatsApp Business Platform, "Messages" (sizes and types of media, templates and their components).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tickets.channels.meta.texts import pieces
from tickets.happenings import OutFile, Outgoing, TemplateUse

MOST_TEXT = 4096
# A business-scoped user id: the country, a dot, and what only this business knows them by.
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
MEGA = 1024 * 1024
# What goes as which kind, and up to which size; all else goes as a document.
MEDIA = {
    "image/jpeg": ("image", 5 * MEGA),
    "image/png": ("image", 5 * MEGA),
    "video/mp4": ("video", 16 * MEGA),
    "video/3gpp": ("video", 16 * MEGA),
    "audio/aac": ("audio", 16 * MEGA),
    "audio/amr": ("audio", 16 * MEGA),
    "audio/mpeg": ("audio", 16 * MEGA),
    "audio/mp4": ("audio", 16 * MEGA),
    "audio/ogg": ("audio", 16 * MEGA),
}


@dataclass(frozen=True)
class Part:
    """One message: its fields, and the file that is uploaded for it first. `slot`: where the file's id belongs."""

    fields: Mapping[str, Any]
    file: OutFile | None = None
    slot: str = ""


def parts(message: Outgoing) -> list[Part]:
    """The words in pieces that WhatsApp takes, then each file; or the approved words alone."""
    to = recipient(message)
    if message.template is not None:
        first, *rest = message.files or (None,)
        header = _format(message.template)
        own = first if header else None
        return [
            _approved(to, message.template, own),
            *_files(to, [one for one in (first, *rest) if one and one != own]),
        ]
    texts = pieces(message.text, MOST_TEXT)
    said = [Part(to | {"type": "text", "text": {"body": one, "preview_url": True}}) for one in texts]
    return [*said, *_files(to, message.files)]


def recipient(message: Outgoing) -> dict[str, Any]:
    """To whom: a number, the id by which a business knows somebody who shows none, or a group."""
    number = message.to.lstrip("+")
    known = {"recipient_type": "individual", "to": number}
    if USER_ID.fullmatch(message.to):
        known = {"recipient_type": "individual", "recipient": message.to}
    elif not (number.isascii() and number.isdigit()):
        known = {"recipient_type": "group", "to": message.to}
    answered = {"context": {"message_id": message.answers}} if message.answers else {}
    return {"messaging_product": "whatsapp"} | known | answered


def _files(to: Mapping[str, Any], files: Sequence[OutFile]) -> list[Part]:
    return [Part(dict(to) | {"type": _kind(one)}, one, _kind(one)) for one in files]


def _kind(one: OutFile) -> str:
    kind, most = MEDIA.get(one.content_type.partition(";")[0].strip().lower(), ("document", 0))
    return kind if len(one.data) <= most else "document"


def with_file(part: Part, media_id: str) -> dict[str, Any]:
    """The message's fields, once its file has an id."""
    if part.file is None:
        return dict(part.fields)
    media = {"id": media_id} | ({"filename": part.file.name} if part.slot == "document" else {})
    if part.fields.get("type") != "template":
        return dict(part.fields) | {part.slot: media}
    template = part.fields["template"]
    header = {"type": "header", "parameters": [{"type": part.slot, part.slot: media}]}
    return dict(part.fields) | {"template": template | {"components": [header, *template["components"]]}}


def _format(use: TemplateUse) -> str:
    return str(use.shape.get("media") or "")


def _approved(to: Mapping[str, Any], use: TemplateUse, file: OutFile | None) -> Part:
    """The approved words with their gaps filled: first the header's, then the body's, then the buttons'."""
    format_ = _format(use)
    components = list(_components(use))
    if format_ and file is None and use.shape.get("link"):
        media = {"type": format_, format_: {"link": str(use.shape["link"])}}
        components.insert(0, {"type": "header", "parameters": [media]})
    template = {"name": use.name, "language": {"code": use.language}, "components": components}
    return Part(dict(to) | {"type": "template", "template": template}, file, format_ if file else "")


def _components(use: TemplateUse) -> list[dict[str, Any]]:
    shape, values = use.shape, list(use.values)
    names = [str(name) for name in shape.get("names") or []]
    filled = [{"type": "text", "text": value} for value in values]
    named = [one | {"parameter_name": name} for one, name in zip(filled, names, strict=False)] + filled[len(names) :]
    top = int(shape.get("header") or 0)
    buttons = [number for number in shape.get("buttons") or [] if isinstance(number, int)]
    low = len(named) - len(buttons)
    found = [{"type": "header", "parameters": named[:top]}] if top else []
    found += [{"type": "body", "parameters": named[top:low]}] if low > top else []
    for number, one in zip(buttons, filled[low:], strict=False):
        found.append({"type": "button", "sub_type": "url", "index": str(number), "parameters": [one]})
    return found
