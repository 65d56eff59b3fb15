"""Pictures of a message: its own as data, so that the frame that shows them needs no rights; others by our proxy.

The frame has no origin, so a browser sends no session with what it loads. The address of a picture from elsewhere is
therefore a signed permit: this person, this message, this address, for a quarter of an hour.
"""

import base64
from dataclasses import dataclass

from django.core import signing

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.core import files, pictures
from helpdesk.core.errors import NotFound
from tickets import access
from tickets.models import Message, TrustedSender

MOST_BYTES = 3 * 1024 * 1024
MOST_PICTURES, MOST_REMOTE, LONGEST = 40, 100, 2000
SALT, SECONDS = "picture from elsewhere", 900


def inline_pictures(message: Message) -> dict[str, str]:
    """Content id -> data: picture, drawn anew, up to forty of three megabytes in all; none that a scanner holds."""
    rows = message.attachments.select_related("file").filter(
        content_type__in=pictures.KINDS, scan__in=["clean", "unscanned"]
    )
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    for row in rows.exclude(content_id="").order_by("id")[:MOST_PICTURES]:
        left -= row.file.size
        if left < 0:
            break
        found[row.content_id] = files.read(row.file)
    drawn = zip(found, pictures.draw(list(found.values())), strict=True)
    return {
        key: f"data:{pictures.kind_of(made)};base64,{base64.b64encode(made).decode()}" for key, made in drawn if made
    }


def are_wanted(message: Message, asked: bool) -> bool:
    """Whether pictures from elsewhere are shown: somebody asked now, or once for all mails of this sender."""
    return asked or (message.held_at is None and bool(trusted([message])))


def trusted(messages: list[Message]) -> set[str]:
    """Those senders of these messages whose pictures are always shown."""
    asked = {row.from_address.lower() for row in messages if row.has_remote and row.from_address}
    rows = TrustedSender.objects.filter(address__in=asked) if asked else TrustedSender.objects.none()
    return set(rows.values_list("address", flat=True))


class Permits:
    """Makes the proxied addresses of one message for one person; a hundred at most, then one that shows nothing."""

    def __init__(self, message: Message, user_id: int | None) -> None:
        self.message, self.user_id = message, user_id
        self.base = f"/desk/m/{message.pk}/remote/"
        self.made: dict[str, str] = {}

    def __call__(self, address: str) -> str:
        if address not in self.made:
            if len(self.made) >= MOST_REMOTE or len(address) > LONGEST:
                return f"{self.base}none/"
            token = signing.dumps([self.user_id, self.message.pk, address], salt=SALT, compress=True)
            self.made[address] = f"{self.base}{token}/"
        return self.made[address]


@dataclass(frozen=True)
class Permit:
    """Which picture may be fetched."""

    message: Message
    address: str


def permitted(pk: int, token: str) -> Permit:
    """What the token allows now: its person must still be there and still see the message. Raises NotFound."""
    try:
        user_id, message_id, address = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or message_id != pk:
        raise NotFound
    return Permit(access.get_message(actor_of(user), pk), str(address))
