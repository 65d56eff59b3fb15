"""Torture T3: eight ways in which machines answer machines. We fall silent, and each person hears from us once.

`TORTURE_SEEDS` = how many conversations of each way (40 at full size; `make torture STAGE=T3`).
"""

import itertools
import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.support.post_office import Letter, Machine, Office, write
from tickets.actions import inboxes, replies
from tickets.models import Inbox, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
SEEDS = int(os.environ.get("TORTURE_SEEDS", "2"))
MOST_ROUNDS = 6
AWAY = (
    {"Auto_Submitted": "auto-replied (vacation)"},
    {"Precedence": "bulk", "subject": "Out of office: Re: hello"},
    {"X_Autoreply": "yes"},
    {"subject": "پاسخ خودکار: در مرخصی هستم"},
    {"subject": "Automatische Antwort: hallo"},
    {"X_Auto_Response_Suppress": "All", "subject": "Automatic reply: hello"},
)


@dataclass
class Case:
    """One conversation: who writes to us, which machines live around them, whether an agent answers."""

    who: str
    machines: dict[str, Machine]
    agent: bool


def out_of_office(who: str, rng: random.Random) -> dict[str, Machine]:
    manner = dict(rng.choice(AWAY))
    subject = manner.pop("subject", "Re: hello")

    def answer(letter: Letter, rng: random.Random) -> list[Letter]:
        back = letter.sender if rng.random() < 0.5 and letter.sender else reply_to(letter)
        headers = manner | {"In_Reply_To": str(letter.mail["Message-ID"])}
        return [Letter("", back, write(who, back, subject, "I am away until Monday.", **headers))]

    return {who: answer}


def reply_to(letter: Letter) -> str:
    mail = letter.mail
    return str((mail["Reply-To"] or mail["From"]).addresses[0].addr_spec)


def bouncing(who: str, rng: random.Random) -> dict[str, Machine]:
    def bounce(letter: Letter, rng: random.Random) -> list[Letter]:
        if not letter.sender:
            return []
        ident = letter.mail["Message-ID"]
        text = f"<{who}>: 550 5.1.1 user unknown\r\n\r\n--- Below this line is a copy\r\n\r\nMessage-ID: {ident}\r\n"
        data = write("MAILER-DAEMON@mx.example", letter.sender, "Undelivered Mail Returned to Sender", text)
        return [Letter("", letter.sender, data)]

    return {who: bounce}


def self_alias(who: str, rng: random.Random) -> dict[str, Machine]:
    """Mail to the customer's address is an alias of our own inbox."""
    return {who: lambda letter, rng: [Letter(letter.sender, "support@desk.example", letter.data)]}


def sent_copy(who: str, rng: random.Random) -> dict[str, Machine]:
    """The server files a copy of each mail that we send in the inbox."""
    return {"*": lambda letter, rng: [Letter(letter.sender, "support@desk.example", letter.data)]}


def peer_desk(who: str, rng: random.Random) -> dict[str, Machine]:
    """Another help desk that acknowledges everything, under a new number, and says nothing of being a machine."""
    numbers, to_token, keeps = itertools.count(rng.randrange(1000)), rng.random() < 0.5, rng.random() < 0.5

    def acknowledge(letter: Letter, rng: random.Random) -> list[Letter]:
        back = reply_to(letter) if to_token else "support@desk.example"
        subject = f"[#{next(numbers)}] " + (str(letter.mail["Subject"]) if keeps else "We have received your request")
        return [Letter(who, back, write(who, back, subject, "Thank you, we will be in touch."))]

    return {who: acknowledge}


def mailing_list(who: str, rng: random.Random) -> dict[str, Machine]:
    def distribute(letter: Letter, rng: random.Random) -> list[Letter]:
        copy = b"List-Id: <talk.shop.example>\r\nPrecedence: list\r\n" + letter.data
        away = out_of_office("member@shop.example", rng)["member@shop.example"](letter, rng)
        return [Letter("bounces@lists.example", "support@desk.example", copy), *away]

    return {who: distribute}


def cc_ring(who: str, rng: random.Random) -> dict[str, Machine]:
    """The customer writes to both our inboxes; a machine of theirs answers both, each time."""

    def both(letter: Letter, rng: random.Random) -> list[Letter]:
        data = write(
            who, "support@desk.example, sales@desk.example", "Re: ring", "Got it", Auto_Submitted="auto-replied"
        )
        return [Letter(who, f"{name}@desk.example", data) for name in ("support", "sales")]

    return {who: both}


WAYS: dict[str, Callable[[str, random.Random], dict[str, Machine]]] = {
    "out_of_office": out_of_office,
    "bounce_customer": bouncing,
    "bounce_agent": bouncing,
    "self_alias": self_alias,
    "sent_copy": sent_copy,
    "peer_desk": peer_desk,
    "mailing_list": mailing_list,
    "cc_ring": cc_ring,
}


@pytest.fixture
def sales(team: Team) -> Inbox:
    return inboxes.create_inbox(
        by=SYSTEM, kind="email", name="Sales", settings={"address": "sales@desk.example", "ack": True}, team=None
    )


@pytest.fixture
def ours(inbox: Inbox, sales: Inbox, team: Team) -> list[Inbox]:
    """Two inboxes that acknowledge."""
    for one in (inbox, sales):
        inboxes.change_inbox(by=SYSTEM, inbox=one, team=team, settings={"ack": True})
        one.refresh_from_db()
    return [inbox, sales]


def converse(way: str, seed: int, ours: list[Inbox], agent: User, act, work) -> dict[str, int]:
    """One conversation over a virtual day; what was counted."""
    rng = random.Random(f"{way} {seed}")
    who = f"person{seed}.{way}@shop.example" if way != "bounce_agent" else f"staff{seed}@desk.example"
    office = Office(ours, rng, WAYS[way](who, rng))
    to = ["support@desk.example", "sales@desk.example"] if way == "cc_ring" else ["support@desk.example"]
    data = write(
        who, ", ".join(to), f"Hello {seed}", f"Please help me ({seed}).", Message_ID=f"<{way}.{seed}@shop.example>"
    )
    at, rounds, answered = datetime(2026, 11, 22, 8, tzinfo=UTC), 0, False
    with office.open():
        for address in to:
            office.post(Letter(who, address, data, human=address == to[0]))
        while rounds < 24:
            at += timedelta(minutes=rng.choice([1, 7, 60]))
            with clock.frozen(at):
                brought = office.round()
                work()
                if not answered and rng.random() < 0.5 and (ticket := first_ticket(who)) is not None:
                    replies.reply(by=act(agent), ticket=ticket, body="Here is how it works.")
                    answered = True
            with clock.frozen(at + timedelta(minutes=1)):
                work()
            if not brought and not office.waiting:
                break
            rounds += 1
    return counted(office, who, rounds)


def first_ticket(who: str) -> Ticket | None:
    first = Message.objects.filter(from_address=who, kind="in").order_by("id").first()
    return first.ticket if first else None


def counted(office: Office, who: str, rounds: int) -> dict[str, int]:
    automatic = [one for one in office.ours if "Auto-Submitted" in one.mail]
    causes = {str(one.mail["In-Reply-To"]) for one in automatic}
    made_by_machines = Message.objects.filter(header_id__in=causes, is_automatic=True).count()
    return {
        "rounds": rounds,
        "human": office.human,
        "out": len(office.ours),
        "acks": sum(one.recipient == who for one in automatic),
        "to_machines": made_by_machines,
        "not_null": sum(one.sender != "" for one in automatic),
    }


@pytest.mark.parametrize("way", WAYS)
def test_machines_around_us_fall_silent(way: str, ours: list[Inbox], agent: User, act, work) -> None:
    found = [converse(way, seed, ours, agent, act, work) for seed in range(SEEDS)]
    worst = {name: max(one[name] for one in found) for name in found[0]}
    if "TORTURE_OUT" in os.environ:
        with Path(os.environ["TORTURE_OUT"]).open("a") as out:
            out.write(json.dumps({"stage": "T3", "way": way, "conversations": len(found), **worst}) + "\n")
    assert worst["rounds"] <= MOST_ROUNDS, worst
    assert all(one["out"] <= 2 * one["human"] for one in found), worst
    assert (worst["to_machines"], worst["not_null"]) == (0, 0)
    assert all(one["acks"] >= 1 for one in found), "a person's first mail was not acknowledged"


@pytest.mark.timeout(480 if SEEDS < 40 else 3600)
def test_forged_senders_make_us_no_bomb(ours: list[Inbox], act, work) -> None:
    """Row 11: who writes under other people's names gets each of them one mail a day, without a word of theirs."""
    victims = [f"victim{n}@elsewhere.example" for n in range(max(4, 500 * SEEDS // 40))]
    office = Office(ours, random.Random(11))
    with office.open():
        for turn in range(10):
            for who in victims:
                words = f"Prize 31337 {turn}"
                data = write(f"Win a prize 31337 <{who}>", "support@desk.example", words, words)
                office.post(Letter(who, "support@desk.example", data))
            with clock.frozen(datetime(2026, 11, 22, 8 + turn, tzinfo=UTC)):
                office.round()
                work()
    assert len(office.ours) == len({one.recipient for one in office.ours}) == len(victims)
    bodies = [one.mail.get_body(("plain",)) for one in office.ours]
    assert not [one for one in office.ours if b"31337" in one.data]
    assert not [body for body in bodies if body is None or "31337" in body.get_content()]
