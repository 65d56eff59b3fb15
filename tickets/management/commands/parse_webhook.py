"""Reads providers' requests as the product would and prints what it understood. Needs no database."""

import base64
import json
import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from helpdesk import wiring
from tickets.channels.base import NothingForUs, ProviderRequest, UnknownProvider


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
        given = _given(json.loads(line))
        family = given.provider.partition(":")[0]
        reader = wiring.HOOKS.get(given.provider) or wiring.HOOKS.get(family) or wiring.HOOKS[""]
        return {"messages": import_string(reader)(given), "ignored": None}
    except UnknownProvider as why:
        return {"error": f"we do not know the provider {why}"}
    except NothingForUs as why:
        return {"messages": [], "ignored": str(why)}
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return {"error": str(fault) or type(fault).__name__}


def _given(row: dict[str, Any]) -> ProviderRequest:
    body = row.get("body") or ""
    body = body if isinstance(body, str) else json.dumps(body)
    data = base64.b64decode(body) if row.get("body_encoding") == "base64" else body.encode("utf-8", "surrogateescape")
    return ProviderRequest(
        provider=str(row["provider"]),
        body=data,
        content_type=str(row.get("content_type") or ""),
        headers={str(name): str(value) for name, value in (row.get("headers") or {}).items()},
        method=str(row.get("method") or "POST"),
        path=str(row.get("path") or ""),
    )
