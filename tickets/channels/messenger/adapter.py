"""Messenger: the conversations of a Facebook page, and the comments, posts and recommendations on it."""

from typing import ClassVar

from tickets.channels.meta.social import Social


class Messenger(Social):
    """A Facebook page."""

    subscribed: ClassVar[str] = (
        "messages,messaging_postbacks,message_deliveries,message_reads,message_reactions,message_edits,message_echoes,"
        "messaging_handovers,standby,feed,mention,ratings"
    )
