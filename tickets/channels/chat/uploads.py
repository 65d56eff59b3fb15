"""A visitor's files on their way in: of an allowed kind, and pictures drawn anew: no place, no camera is told."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from helpdesk.core import pictures
from helpdesk.core.errors import Invalid
from tickets.envelopes import InboundAttachment
from tickets.rules import uploads

SIDE = 2560


def taken(given: Sequence[UploadedFile[bytes]]) -> list[InboundAttachment]:
    """The files as they are kept. Raises Invalid that says which one cannot be sent and why."""
    if len(given) > uploads.MOST_FILES or sum(one.size or 0 for one in given) > uploads.MOST_BYTES:
        raise Invalid({"files": _("Send at most 5 files and 20 MB at once.")})
    found = [_read(one) for one in given]
    shown = [one for one in found if one.content_type in uploads.PICTURES]
    drawn = dict(zip(map(id, shown), pictures.draw([one.data for one in shown], SIDE), strict=True)) if shown else {}
    return [_drawn(one, drawn[id(one)]) if id(one) in drawn else one for one in found]


def _read(one: UploadedFile[bytes]) -> InboundAttachment:
    name, data = uploads.tidy_name(one.name or "file"), one.read()
    kind = uploads.kind_of(name, data)
    if kind is None:
        words = _("“%(name)s” cannot be sent. Pictures, PDF, office files, text, sound and video can.")
        raise Invalid({"files": words % {"name": name}})
    return InboundAttachment(name, kind, data)


def _drawn(one: InboundAttachment, made: bytes) -> InboundAttachment:
    if not made:
        raise Invalid({"files": _("“%(name)s” is no picture that can be shown.") % {"name": one.name}})
    kind = pictures.kind_of(made)
    stem = one.name.rpartition(".")[0] or one.name
    return InboundAttachment(f"{stem}.{'png' if kind == 'image/png' else 'jpg'}", kind, made)
