"""One process of mail intake: keeps raw mails and reads them into tickets, through the product's own door.

`python -m bench.intake SECONDS NAME [keep]`: reads a few mails, prints `ready`, waits for a line, works, prints JSON,
waits for another line. With `keep` it only keeps them (what a sender waits for), and leaves the reading to workers.
"""

import json
import random
import sys
import time
from email.message import EmailMessage

import django

import helpdesk.celery  # noqa: F401 - names the broker for everything this process announces

# A process's first mail takes half a second of processor time for imports; a worker lives for days.
WARM_UP = 6


def mail(rng: random.Random, mark: str, known: tuple[str, str] | None) -> bytes:
    """A mail as customers send it: text and HTML, one of two languages; an answer to ours when `known` is given."""
    language = rng.choice(("en", "fa"))
    text = (
        f"Hello,\n\nmy payment for order {mark} is gone and nothing came.\n\nKind regards"
        if language == "en"
        else f"سلام،\n\nمبلغ سفارش {mark} از حساب من کم شد ولی چیزی نرسید.\n\nبا احترام"
    )
    made = EmailMessage()
    made["From"] = known[0] if known else f"Sam Sender <sam.{mark}@mail.example>"
    made["To"] = "support@seed.example"
    made["Subject"] = f"Order {mark}" if language == "en" else f"سفارش {mark}"
    made["Message-ID"] = f"<{mark}@mail.example>"
    made["Date"] = "Mon, 02 Mar 2026 10:00:00 +0330"
    if known:
        made["In-Reply-To"] = made["References"] = known[1]
    made.set_content(text)
    made.add_alternative(f"<html><body><p>{text}</p></body></html>", subtype="html")
    return made.as_bytes()


def main(seconds: float, name: str, keep: bool = False) -> None:
    """Works for `seconds` and tells what came of it."""
    django.setup()
    from tickets.actions import raw
    from tickets.models import Delivery, Inbox

    inbox = Inbox.objects.get(address="support@seed.example")
    rng = random.Random(name)
    ours = list(Delivery.objects.order_by("-id").values_list("address", "header_id")[:5000])
    most = int(seconds * (600 if keep else 150))
    mails = [mail(rng, f"{name}x{i}", rng.choice(ours) if i % 3 == 0 else None) for i in range(most)]
    for data in (mail(rng, f"{name}warm{i}", rng.choice(ours) if i % 3 == 0 else None) for i in range(WARM_UP)):
        row = raw.take_in(inbox, data, "bench")
        assert row and raw.process(row.pk)
    print("ready", flush=True)
    sys.stdin.readline()
    took: list[float] = []
    wrong = 0
    end = time.perf_counter() + seconds
    for data in mails:
        began = time.perf_counter()
        if began > end:
            break
        row = raw.take_in(inbox, data, "bench")
        wrong += row is None or (not keep and raw.process(row.pk) is None)
        took.append(time.perf_counter() - began)
    print(json.dumps({"took": took, "wrong": wrong, "ran_out": len(took) == len(mails)}), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], keep="keep" in sys.argv[3:])
