"""Inline pictures of a message, as data, so that the frame that shows them needs no rights to fetch."""

import base64

from helpdesk.core import files
from tickets.models import Message

KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
MOST_BYTES = 3 * 1024 * 1024


def inline_pictures(message: Message) -> dict[str, str]:
    """Content id -> data: picture, up to three megabytes in all."""
    out: dict[str, str] = {}
    left = MOST_BYTES
    rows = message.attachments.select_related("file").filter(content_type__in=KINDS).exclude(content_id="")
    for row in rows.order_by("id"):
        left -= row.file.size
        if left < 0:
            break
        data = base64.b64encode(files.read(row.file)).decode()
        out[row.content_id] = f"data:{row.content_type};base64,{data}"
    return out
