"""Which e-mail inbox a ticket's mails leave by."""

from tickets.models import Inbox
from tickets.rules.visitors import Widget


def mail_door(inbox: Inbox | None) -> Inbox | None:
    """The inbox itself when it is one of e-mail; of a chat, the one that its settings name, else its team's first, else
    the first there is; so of messengers. None: there is no e-mail inbox in use."""
    if inbox is None or inbox.kind == "email":
        return inbox
    doors = list(Inbox.objects.filter(kind="email", is_active=True).exclude(address="").order_by("id"))
    wanted = Widget.of(inbox.settings).mail_inbox if inbox.kind == "chat" else None
    named = [door for door in doors if door.pk == wanted]
    near = [door for door in doors if door.team_id == inbox.team_id]
    return next(iter([*named, *near, *doors]), None)
