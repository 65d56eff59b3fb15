"""What is asked of the product: varied calls, each with what its answer must hold, worked out from the database."""

import itertools
import json
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from bench.http import Call, get, post_json
from customers.models import Identity
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from tickets import access
from tickets.models import Message
from tickets.queries.queue import queue
from tickets.queries.search import search
from tickets.seeding.phrases import rare_words

VARIANTS = 160
COMMON = ["account", "payment", "order", "card", "refund", "پرداخت", "سفارش", "حساب", "کارت", "لطفا", "support", "سلام"]
FILTERS: list[dict[str, str]] = [
    {},
    {"priority": "high"},
    {"priority": "urgent"},
    {"status": "open"},
    {"channel": "email"},
]
API_FILTERS: list[dict[str, str]] = [{}, {"status": "open"}, {"status": "waiting"}]
QUEUES = ["all", "team", "unassigned", "waiting", "mine"]


@dataclass(frozen=True)
class Visitor:
    """A signed-in member of staff: who they are, their cookies, their API token."""

    actor: Actor
    cookies: str
    token: str


@dataclass(frozen=True)
class Address:
    """Where the product listens."""

    host: str
    port: int

    @property
    def pair(self) -> tuple[str, int]:
        return self.host, self.port


def staff(count: int) -> list[User]:
    """`count` seeded people of all roles and both languages: the admin, a lead, agents."""
    users = {user.email: user for user in User.objects.filter(email__endswith="@seed.example", is_active=True)}
    wanted = [f"agent{index}@seed.example" for index in (1, 2, 3, 5, 4, 6, 7, 0, *range(8, 20))]
    return [users[email] for email in wanted if email in users][:count]


def empty(at: Address, visitors: list[Visitor], rng: random.Random) -> list[Call]:
    """The page without content."""
    return [
        Call(get(at.pair, "/bench/empty/", visitor.cookies), 200, (b"<title>empty</title>",)) for visitor in visitors
    ]


def lists(at: Address, visitors: list[Visitor], rng: random.Random) -> list[Call]:
    """Queues: views and filters in every mix, of differing people."""
    calls = []
    for visitor, view, filters in itertools.islice(_mixed(visitors, rng), VARIANTS):
        rows = queue(visitor.actor, view, filters).rows
        links = [f"/desk/t/{row.number}/".encode() for row in (*rows[:3], *rows[-1:])]
        path = f"/desk/q/{view}/" + ("?" + urlencode(filters) if filters else "")
        calls.append(Call(get(at.pair, path, visitor.cookies), 200, (*links, b"</html>")))
    return calls


def _mixed(visitors: list[Visitor], rng: random.Random) -> itertools.chain[tuple[Visitor, str, dict[str, str]]]:
    mix = list(itertools.product(visitors, QUEUES, FILTERS))
    rng.shuffle(mix)
    return itertools.chain(mix)


def tickets(at: Address, visitors: list[Visitor], rng: random.Random) -> list[Call]:
    """Ticket pages: the subject and the first message must be there."""
    calls = []
    for index in range(VARIANTS):
        visitor = visitors[index % len(visitors)]
        ticket = _some_ticket(visitor.actor, rng)
        newest = Message.objects.filter(ticket_id=ticket[0]).order_by("-seq").values_list("text", flat=True)[0]
        said = escape(max(newest.split("\n")[0:3], key=len)[:24])
        markers = (escape(ticket[2]).encode(), said.encode(), b"</html>")
        calls.append(Call(get(at.pair, f"/desk/t/{ticket[1]}/", visitor.cookies), 200, markers))
    return calls


def _some_ticket(actor: Actor, rng: random.Random) -> tuple[int, int, str]:
    rows = access.visible(actor).order_by("id")
    low, high = rows.values_list("pk", flat=True).first() or 1, rows.values_list("pk", flat=True).last() or 1
    pk, number, subject = rows.filter(pk__gte=rng.randint(low, high)).values_list("pk", "number", "subject")[0]
    return pk, number, subject


def _searches(at: Address, visitors: list[Visitor], words: list[str]) -> list[Call]:
    calls = []
    for index, word in enumerate(words):
        visitor = visitors[index % len(visitors)]
        hits = search(visitor.actor, word, "message")
        found = [hit.url.split("#")[0].encode() for hit in hits[:3]]
        path = "/desk/search/?" + urlencode({"q": word, "type": "message"}, quote_via=quote)
        calls.append(Call(get(at.pair, path, visitor.cookies), 200, (*found, escape(word).encode(), b"</html>")))
    return calls


def common(at: Address, visitors: list[Visitor], rng: random.Random) -> list[Call]:
    """Words that are in a large share of messages."""
    return _searches(at, visitors, [COMMON[index % len(COMMON)] for index in range(len(COMMON) * 5)])


def rare(at: Address, visitors: list[Visitor], rng: random.Random) -> list[Call]:
    """Words that are in a handful of messages."""
    words = [*rare_words("en"), *rare_words("fa")]
    return _searches(at, visitors, rng.sample(words, 120))


def api_list(at: Address, visitors: list[Visitor], rng: random.Random) -> list[Call]:
    """The API's list of tickets."""
    return [
        Call(
            get(at.pair, "/api/v1/tickets/?" + urlencode({"limit": 50, **filters}), "", "application/json").replace(
                b"Cookie: ", b"Authorization: Bearer " + visitor.token.encode()
            ),
            200,
            (b'"data"', b'"next_cursor"', b'"subject"'),
        )
        for visitor, filters in itertools.product(visitors, API_FILTERS)
    ]


def creator(at: Address, visitors: list[Visitor], rng: random.Random) -> Callable[[], Call]:
    """Tickets by the API, never two alike: half for known customers, half for new ones."""
    known = list(Identity.objects.filter(kind="email").order_by("id").values_list("value", flat=True)[:2000])
    run, numbers = secrets.token_hex(3), itertools.count()

    def make() -> Call:
        index = next(numbers)
        visitor = visitors[index % len(visitors)]
        mark = f"B{run}x{index}"
        email = rng.choice(known) if index % 2 else f"new.{mark}@bench.example".lower()
        body = {
            "subject": f"{mark}: where is my order? سفارش من کجاست؟",
            "body": f"Hello, my order {index} is late.\n\nسلام، سفارش من دیر کرده است و پرداخت انجام شده.",
            "channel": "email",
            "customer": {"email": email},
        }
        sent = post_json(at.pair, "/api/v1/tickets/", visitor.token, json.dumps(body).encode())
        return Call(sent, 201, (mark.encode(), b'"number"'))

    return make


READERS: dict[str, Callable[[Address, list[Visitor], random.Random], list[Call]]] = {
    "empty": empty,
    "list": lists,
    "ticket": tickets,
    "search common": common,
    "search rare": rare,
    "api list": api_list,
}


def actor(user: User) -> Actor:
    """Who this person is to the policy."""
    return actor_of(user)
