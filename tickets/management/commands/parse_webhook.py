"""Reads providers' requests as the product would and prints what it understood. Needs no database."""

import base64
import hashlib
import json
import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.channels.email import hooks
from tickets.channels.email.parse import UnreadableMail, parse

EMAIL = "email:"


class Command(BaseCommand):
    help = "Parse providers' requests: one JSON object a line on standard input, one JSON line each on standard output."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stream", action="store_true", help="read requests from standard input until it ends")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["stream"]:
            raise CommandError("give --stream and one request a line on standard input")
        logging.getLogger("tickets.channels").setLevel(logging.CRITICAL)
        for line in sys.stdin:
            self.stdout.write(json.dumps(answer(line), ensure_ascii=True))
            self.stdout.flush()


def answer(line: str) -> dict[str, Any]:
    """What one request says: messages, or why it holds none, or what is wrong with it."""
    try:
        row = json.loads(line)
        provider = str(row["provider"])
        if not provider.startswith(EMAIL):
            return {"error": f"we do not know the provider {provider!r}"}
        mails = hooks.read(provider.removeprefix(EMAIL), _request(row))
        return {"messages": [_described(mail) for mail in mails], "ignored": None}
    except hooks.Ignored as why:
        return {"messages": [], "ignored": str(why)}
    except (hooks.BadHook, UnreadableMail, ValueError, KeyError, TypeError) as fault:
        return {"error": str(fault) or type(fault).__name__}


def _request(row: dict[str, Any]) -> hooks.Request:
    body = row.get("body") or ""
    body = body if isinstance(body, str) else json.dumps(body)
    data = base64.b64decode(body) if row.get("body_encoding") == "base64" else body.encode("utf-8", "surrogateescape")
    return hooks.Request(
        data, str(row.get("content_type") or ""), {k: str(v) for k, v in (row.get("headers") or {}).items()}
    )


def _described(found: hooks.HookMail) -> dict[str, Any]:
    mail = parse(found.data)
    files: list[dict[str, Any]] = [
        {
            "name": one.name,
            "type": one.content_type,
            # A mail inside the mail has no size of its own: what it holds is told beside it.
            "size": None if one.content_type == "message/rfc822" else len(one.data),
            "sha1": hashlib.sha1(one.data, usedforsecurity=False).hexdigest(),
            "inline": one.inline,
        }
        for one in mail.attachments
    ]
    return {
        "sender_id": mail.from_email,
        "sender_name": mail.from_name,
        "from_email": mail.from_email,
        "from_name": mail.from_name,
        "to": list(mail.to),
        "cc": list(mail.cc),
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "visible_reply": found.stripped or mail.visible_reply,
        "event_id": found.event_id,
        "message_id": f"<{mail.message_id}>" if mail.message_id else "",
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "envelope_sender": found.envelope_sender,
        "envelope_recipient": next(iter(found.recipients), ""),
        "spam_detected": found.spam_detected,
        "spam_score": found.spam_score,
        "attachments": [*files, *({**one, "sha1": None} for one in found.unfetched)],
    }
