"""A provider's whole request as bytes that can be kept, and the mails that come out of it later."""

from tickets.actions.inboxes import secrets_of
from tickets.channels.email import hooks
from tickets.channels.email.hooks import fetching
from tickets.channels.email.hooks.request import BadHook, Ignored, Request
from tickets.channels.email.limits import REQUEST, UnreadableMail
from tickets.channels.email.stamp import stamped
from tickets.models import Inbox

# What readers look at. Signatures and their times are left out, so that a repeat is known by its bytes.
HEADERS = ("content-type", "svix-id", "x-amz-sns-message-type")


def pack(provider: str, request: Request) -> bytes:
    """The request with what its reader needs; the same bytes for each repeat."""
    named = ((name, request.content_type if name == "content-type" else request.header(name)) for name in HEADERS)
    lines = [(REQUEST.decode(), provider), *((name.title(), word) for name, word in named if word)]
    head = "".join(f"{name}: {' '.join(word.split())}\r\n" for name, word in lines)
    return head.encode("utf-8", "replace") + b"\r\n" + request.body


def unpack(data: bytes) -> tuple[str, Request]:
    """The provider and its request. Raises UnreadableMail."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found or not head.startswith(REQUEST):
        raise UnreadableMail("no request of a provider")
    lines = (line.partition(": ") for line in head.decode("utf-8", "replace").split("\r\n"))
    headers = {name.lower(): word for name, _colon, word in lines}
    return headers[REQUEST.decode().lower()], Request(body, headers.get("content-type", ""), headers)


def mails_of(inbox: Inbox, data: bytes) -> list[bytes]:
    """The mails of a request that was kept, with what the provider has to be asked for.

    Raises UnreadableMail when people must look at it, OSError when another try may help.
    """
    provider, request = unpack(data)
    try:
        mails = hooks.read(provider, request)
    except BadHook as fault:
        raise UnreadableMail(str(fault)) from fault
    except Ignored:
        return []
    key = secrets_of(inbox).get("api_key", "")
    return [stamped(one.envelope_sender, list(one.recipients), fetching.complete(provider, one, key)) for one in mails]
