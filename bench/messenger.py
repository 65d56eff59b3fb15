"""A messenger's intake: what it posts to our hook, and one process that takes such posts in and reads them.

`python -m bench.messenger SECONDS NAME`: as bench.intake, through the hook's own function instead of a mail's.
"""

import hashlib
import itertools
import json
import secrets
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import django

import helpdesk.celery  # noqa: F401 - names the broker for everything this process announces
from bench.http import Call
from bench.intake import WARM_UP

if TYPE_CHECKING:
    from tickets.models import Inbox

SECRET = "a-word-for-the-bench"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def update(run: str, index: int) -> dict[str, Any]:
    """A message as Telegram tells it: every third by somebody new, the others go on with what they said."""
    who = int(hashlib.sha256(f"{run}{index if index % 3 == 0 else index % 40}".encode()).hexdigest()[:12], 16)
    text = f"Hello, order {run}x{index} is late." if index % 2 else f"سلام، سفارش {run}x{index} دیر کرده است."
    person = {"id": who, "is_bot": False, "first_name": f"Person {index % 97}"}
    row = {"message_id": index, "from": person, "chat": {**person, "type": "private"}, "date": 1772445600}
    ident = int(hashlib.sha256(f"{run}:{index}".encode()).hexdigest()[:12], 16)
    return {"update_id": ident, "message": row | {"message_id": ident, "text": text}}


def inbox() -> "Inbox":
    """The bot's inbox, made once."""
    from helpdesk.accounts.rules.policy import SYSTEM
    from tickets.actions import inboxes
    from tickets.models import Inbox

    known = Inbox.objects.filter(kind="telegram", name="Bench").first()
    settings = {"secret": SECRET, "token": "1:AAA"}
    return known or inboxes.create_inbox(by=SYSTEM, kind="telegram", name="Bench", settings=settings)


def poster(path: str) -> Callable[[], Call]:
    """Posts to the hook, never two alike: 200 means durable."""
    run, numbers = secrets.token_hex(3), itertools.count()

    def make() -> Call:
        body = json.dumps(update(run, next(numbers)), ensure_ascii=False).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{HEADER}: {SECRET}\r\n"
        return Call(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body, 200, (b"kept: 1",))

    return make


def main(seconds: float, name: str) -> None:
    """Works for `seconds` and tells what came of it."""
    django.setup()
    from tickets.actions import cursors, raw
    from tickets.channels import hooks
    from tickets.channels.base import ProviderRequest
    from tickets.models import RawInbound

    bot, headers = inbox(), {HEADER.lower(): SECRET}

    def one(index: int) -> bool:
        told = update(name, index)
        body = json.dumps(told, ensure_ascii=False).encode()
        said = hooks.receive(bot, ProviderRequest("telegram", body, "application/json", headers), [])
        row = RawInbound.objects.get(inbox=bot, sha256=hashlib.sha256(hooks.packed(told)).hexdigest())
        return said.status == 200 and raw.process(row.pk) is not None

    # The door asks for the inbox at every request, and so knows that it has been heard of lately.
    cursors.fetch_ok(bot)
    bot.refresh_from_db()
    assert all(one(-1 - index) for index in range(WARM_UP))
    print("ready", flush=True)
    sys.stdin.readline()
    took: list[float] = []
    wrong = 0
    end = time.perf_counter() + seconds
    for index in itertools.count():
        began = time.perf_counter()
        if began > end:
            break
        wrong += not one(index)
        took.append(time.perf_counter() - began)
    print(json.dumps({"took": took, "wrong": wrong, "ran_out": False}), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
