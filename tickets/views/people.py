"""What the forms for writing mail hold: addresses as people write them (`Name <a@b.example>, c@d.example`), files."""

import re
from collections.abc import Iterable

from django.http import QueryDict
from django.utils.translation import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.core.http import Request
from tickets.channels.email import address
from tickets.envelopes import InboundAttachment
from tickets.queries.seats import Seat
from tickets.rules.recipients import Person, Recipients

MOST = 5_000
MOST_FILES = 10
MOST_BYTES = 20 * 1024 * 1024
SIGNS = re.compile(r'[",;:<>()@\\\[\]\x00-\x1f]')


def people_of(text: str, field: str) -> list[Person]:
    """The people named in a line. Raises Invalid for anything in it that is not an address, rather than guess."""
    text = text.replace("\x00", "")[:MOST]
    found: list[Person] = []
    for piece in re.split(r"[,;\n\u060c\u061b]+", _quoted_commas(text)):
        if not piece.strip():
            continue
        one = address.single(piece.replace("\ue000", ","))
        if not one.email:
            raise Invalid({field: _("%(text)s is no e-mail address.") % {"text": piece.strip()[:80]}})
        found.append(Person(one.email, one.name))
    return found


def _quoted_commas(text: str) -> str:
    """Commas inside quotes separate nothing."""
    return re.sub(r'"[^"]*"', lambda hit: hit[0].replace(",", "\ue000"), text)


def addresses_of(text: str, field: str) -> list[str]:
    """As people_of, the addresses alone."""
    return [one.address for one in people_of(text, field)]


def files_of(request: Request) -> list[InboundAttachment]:
    """The files that came with a form. Raises Invalid for more than a mail can carry."""
    given = request.FILES.getlist("files")
    if len(given) > MOST_FILES or sum(file.size or 0 for file in given) > MOST_BYTES:
        raise Invalid({"files": _("Attach at most 10 files and 20 MB.")})
    return [
        InboundAttachment(file.name or "file", file.content_type or "application/octet-stream", file.read())
        for file in given
    ]


def line_of(seats: Iterable[Seat]) -> str:
    """These people as one line that people_of() reads again."""
    return ", ".join(_one(seat.name, seat.address) for seat in seats)


def _one(name: str, email: str) -> str:
    plain = " ".join(SIGNS.sub(" ", name).split())
    return f"{plain} <{email}>" if plain else email


def recipients_of(given: QueryDict) -> Recipients | None:
    """What the composer's lines say; None for a form without them. Only what differs from what its reader saw counts:
    a colleague's newcomer stays."""
    if "cc_was" not in given:
        return None
    now = {one.address: one for one in people_of(given.get("cc", ""), "cc")}
    was = set(given.get("cc_was", "").split())
    return Recipients(
        to=given.get("to", ""),
        join=tuple(one for key, one in now.items() if key not in was),
        leave=frozenset(was - now.keys()),
        hidden=tuple(addresses_of(given.get("bcc", ""), "bcc")),
        elsewhere=bool(given.get("elsewhere")),
        insist=bool(given.get("insist")),
    )
