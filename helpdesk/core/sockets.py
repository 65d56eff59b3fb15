"""What all our sockets share: a frame or a hint costs no thread."""

from typing import Any

from channels.consumer import get_handler_name


class Light:
    """Mixed into a consumer whose every look at the database goes through `database_sync_to_async`, which sees to old
    connections itself. Channels does so before each message, in a thread: that took longer than passing a hint on.
    """

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hands the message to the method with its name."""
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"no handler for {message['type']}")
        await handler(message)
