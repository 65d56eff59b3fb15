"""Mail that a provider hands over by HTTP. Each reader turns a request into plain mails; one parser reads those."""

from collections.abc import Callable

from tickets.channels.email.hooks import fields, kept, raws
from tickets.channels.email.hooks.request import BadHook, HookMail, Ignored, Kept, Request

Reader = Callable[[Request], list[HookMail]]

READERS: dict[str, Reader] = {
    "amazon_ses": raws.amazon_ses,
    "brevo": kept.brevo,
    "mailersend": raws.mailersend,
    "mailgun": fields.mailgun,
    "mailjet": fields.mailjet,
    "mandrill": raws.mandrill,
    "postal": raws.postal,
    "postmark": fields.postmark,
    "resend": kept.resend,
    "sendgrid": fields.sendgrid,
    "sparkpost": raws.sparkpost,
}


def read(provider: str, request: Request) -> list[HookMail]:
    """The mails of one request. Raises BadHook (with a reason in words) or Ignored (nothing for us in it)."""
    reader = READERS.get(provider)
    if reader is None:
        raise BadHook(f"we do not know the mail provider {provider!r}")
    try:
        return reader(request)
    except (BadHook, Ignored):
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as fault:
        raise BadHook(f"not the form that {provider} documents: {type(fault).__name__} {fault}") from fault


__all__ = ["READERS", "BadHook", "HookMail", "Ignored", "Kept", "Request", "read"]
