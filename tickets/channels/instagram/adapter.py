"""Instagram: the conversations of a professional account, and the comments on what it shows.

By a page's access token it speaks to graph.facebook.com, by one of an Instagram login to graph.instagram.com.
"""

from collections.abc import Mapping
from typing import ClassVar

from tickets.actions.inboxes import secrets_of
from tickets.channels.meta import graph
from tickets.channels.meta.social import Social
from tickets.models import Inbox

OWN_API = "https://graph.instagram.com"
# How tokens of an Instagram login begin.
OWN_TOKEN = "IG"  # noqa: S105  # the beginning of tokens, none itself


class Instagram(Social):
    """An Instagram professional account."""

    most_text: ClassVar[int] = 1000
    in_bytes: ClassVar[bool] = True
    answers: ClassVar[str] = "replies"
    profile_fields: ClassVar[str] = "name,username"
    marks: ClassVar[bool] = False
    upload: ClassVar[Mapping[str, str]] = {"platform": "instagram"}
    subscribed: ClassVar[str] = (
        "messages,messaging_postbacks,messaging_seen,message_reactions,messaging_handover,standby,comments,"
        "live_comments,mentions"
    )

    def _root(self, inbox: Inbox) -> str:
        own = secrets_of(inbox).get("token", "").startswith(OWN_TOKEN)
        return graph.root(inbox, OWN_API) if own else graph.root(inbox)
