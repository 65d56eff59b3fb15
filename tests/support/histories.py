"""Random histories of people who write, are joined, parted and taken apart again, and what must be true of them.

The oracle is the plain meaning of undo: the same history told again without the decisions that were undone. A row's
owner is whoever has it at the end of that telling. It knows nothing of how the product finds it.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from customers import actions as customers
from customers import queries
from customers.actions import merging, splitting
from customers.models import Customer, CustomerMerge, Identity, TimelineEntry
from customers.models.relations import pointers
from customers.rules.identity import Handle
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from tickets.actions import intake, replies, tickets, visitors
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Message, Ticket
from tickets.rules.sitters import Sitter

Row = tuple[str, int]
SEARCHED = ("tickets.ticket", "tickets.message")
# What is born here; who follows comes after whom they follow.
BORN = (
    "customers.identity",
    "tickets.ticket",
    "tickets.message",
    "tickets.participant",
    "tickets.visitor",
    "customers.timelineentry",
)
LIKELY = {"mail": 5, "answer": 4, "chat": 3, "call": 2, "note": 2, "merge": 5, "undo": 5, "split": 2, "hand_over": 2}


@dataclass
class Telling:
    """One thing that happened. `born`: rows with whom each follows; `decision`: what was decided, `named` its rows."""

    born: list[tuple[Row, Row | None, int]] = field(default_factory=list)
    decision: int = 0
    kind: str = ""
    survivor: int = 0
    other: int = 0
    named: frozenset[Row] = frozenset()


class History:
    """A world of `people` customers, driven by one seed; `by` act in turn."""

    def __init__(self, seed: int, inboxes: dict[str, Inbox], by: list[Actor], people: int = 4) -> None:
        self.dice = random.Random(seed)  # not for secrets
        self.seed, self.inboxes, self.by = seed, inboxes, by
        self.story: list[Telling] = []
        self.seen: set[Row] = set()
        self.kinds = [next(one for one in pointers() if one.label == label) for label in BORN]
        self.begin = {one.label: _last(one) for one in self.kinds}
        self.people: list[int] = []
        self.handles: list[Handle] = []
        self.count = 0
        for number in range(people):
            self._person(number)

    def _person(self, number: int) -> None:
        mail = Handle("email", f"p{self.seed}.{number}@example.com")
        phone = Handle("phone", f"+98912{self.seed % 100000:05}{number:02}")
        outer = Handle("external_id", f"x{self.seed}.{number}")
        made = customers.create(by=SYSTEM, name=f"Person {number}", handles=[mail, phone, outer], tags=[f"t{number}"])
        self.people.append(made.pk)
        self.handles += [mail, phone, outer]
        self._look()

    @property
    def live(self) -> list[Customer]:
        """Who is nobody's sign."""
        return list(Customer.objects.filter(pk__in=self.people, merged_into=None).order_by("pk"))

    @property
    def standing(self) -> list[CustomerMerge]:
        """What has been decided and not been undone."""
        made = [one.decision for one in self.story if one.decision]
        return list(CustomerMerge.objects.filter(pk__in=made, undone_at=None).order_by("pk"))

    @property
    def actor(self) -> Actor:
        """The two take turns."""
        self.count += 1
        return self.by[self.count % len(self.by)]

    def step(self) -> str:
        """Something happens; its name."""
        what = self.dice.choices(
            ["mail", "answer", "chat", "call", "note", "merge", "undo", "split", "hand_over"],
            [5, 4, 3, 2, 2, 5, 5, 2, 2],
        )[0]
        getattr(self, f"_{what}")()
        self._look()
        return str(what)

    def _mail(self) -> None:
        handle = self.dice.choice([one for one in self.handles if one.kind == "email"])
        intake.receive(self._said("email", handle), self.inboxes["email"])

    def _answer(self) -> None:
        """Somebody writes into a ticket that is there, by whatever handle they have."""
        ticket = self._ticket()
        found = ticket and ticket.messages.exclude(header_id="").first()
        if found:
            handle = self.dice.choice([one for one in self.handles if one.kind != "external_id"])
            intake.receive(self._said("email", handle, found.header_id), self.inboxes["email"])

    def _ticket(self) -> Ticket | None:
        theirs = list(Ticket.objects.filter(customer__in=self.people).order_by("pk"))
        return self.dice.choice(theirs) if theirs else None

    def _said(self, channel: str, handle: Handle, answers: str = "") -> InboundMessage:
        self.count += 1
        return InboundMessage(
            channel=channel,
            handle_kind=handle.kind,
            sender=handle.value,
            sender_name="",
            subject="It does not work",
            text=f"Words {self.count}",
            received_at=clock.now(),
            external_id=f"{self.seed}.{self.count}@mail.example",
            in_reply_to=answers,
            references=(answers,) if answers else (),
        )

    def _chat(self) -> None:
        self.count += 1
        handle = self.dice.choice([one for one in self.handles if one.kind == "external_id"])
        known = self.dice.random() < 0.8
        uid = f"{handle.value}v"[:22].ljust(8, "0")
        sitter = Sitter(uid=uid, epoch=1, identity="verified", external_id=handle.value, name="V") if known else None
        if sitter is None:
            sitter = Sitter(uid=f"a{self.seed}x{self.count}"[:22].ljust(8, "0"), epoch=1)
        words = visitors.Words(client_id=f"c{self.count}", text="Is anybody there?")
        said = visitors.say(inbox=self.inboxes["chat"], sitter=sitter, words=words)
        if said.visitor.customer_id not in self.people:
            self.people.append(said.visitor.customer_id)

    def _call(self) -> None:
        """Staff enter what somebody said on the phone; nobody's handle brought it."""
        whose = self.dice.choice(self.live)
        channel = self.dice.choice(["phone", "walk_in"])
        tickets.create(by=self.actor, subject="A call", body="They said so.", channel=channel, customer=whose)

    def _note(self) -> None:
        ticket = self._ticket()
        if ticket:
            replies.note(by=self.actor, ticket=ticket, body="Look at this.")

    def _merge(self) -> None:
        if len(self.live) < 2:
            return
        one, two = self.dice.sample(self.live, 2)
        self._decided(merging.merge(by=self.actor, survivor=one, other=two))

    def _undo(self) -> None:
        if self.standing:
            merging.undo(by=self.actor, merge=self.dice.choice(self.standing))

    def _split(self) -> None:
        whose = self.dice.choice(self.live)
        said = list(Message.objects.filter(customer=whose, kind="in").order_by("pk").values_list("pk", flat=True))
        chosen = self.dice.sample(said, min(len(said), self.dice.randint(0, 2)))
        handles = list(Identity.objects.filter(customer=whose).order_by("pk").values_list("pk", flat=True))
        theirs = self.dice.sample(handles, min(len(handles), self.dice.randint(0, 1)))
        if not chosen and not theirs:
            return
        others = [one for one in self.live if one.pk != whose.pk]
        into = self.dice.choice(others) if others and self.dice.random() < 0.7 else None
        made = splitting.split(by=self.actor, customer=whose, messages=chosen, identities=theirs, into=into)
        if made.other_id not in self.people:
            self.people.append(made.other_id)
        self._decided(made)

    def _hand_over(self) -> None:
        handle = self.dice.choice(list(Identity.objects.filter(customer__in=self.people).order_by("pk")))
        to = [one for one in self.live if one.pk != handle.customer_id]
        if to:
            self._decided(splitting.hand_over(by=self.actor, identity=handle, to=self.dice.choice(to)))

    def _decided(self, row: CustomerMerge) -> None:
        self._look()
        named = frozenset() if row.kind == "merge" else frozenset(row.moves.values_list("model", "row"))
        self.story.append(Telling([], row.pk, row.kind, row.survivor_id, row.other_id, named))

    def _look(self) -> None:
        """Notes what is new, and whom each new row follows."""
        born: list[tuple[Row, Row | None, int]] = []
        for one in self.kinds:
            rows = one.model._base_manager.filter(pk__gt=self.begin[one.label]).order_by("pk")
            for row in rows.defer("search") if one.label in SEARCHED else rows:
                self.begin[one.label] = row.pk
                if (one.label, row.pk) not in self.seen and not _of_a_decision(row):
                    self.seen.add((one.label, row.pk))
                    born.append(((one.label, row.pk), _leader(row), getattr(row, one.field.attname)))
        if born:
            self.story.append(Telling(born))

    def told(self) -> dict[Row, int]:
        """The oracle: who has what when the story is told without the decisions that were undone."""
        undone = set(CustomerMerge.objects.exclude(undone_at=None).values_list("pk", flat=True))
        has: dict[Row, int] = {}
        for one in self.story:
            for row, leader, whose in one.born:
                has[row] = has.get(leader, whose) if leader else whose
            if not one.decision or one.decision in undone:
                continue
            for row, whose in has.items():
                if one.kind == "merge" and whose == one.other:
                    has[row] = one.survivor
                elif row in one.named:
                    has[row] = one.other
        return has

    def faults(self) -> list[str]:
        """Whatever is not as the oracle says: a row that is somebody else's, lost or a sign's, lines out of order."""
        found: list[str] = []
        whose = self.told()
        for one in pointers():
            mine = {pk: owner for (label, pk), owner in whose.items() if label == one.label}
            there = dict(one.model._base_manager.filter(pk__in=mine).values_list("pk", one.field.attname))
            found += [f"{one.label} {pk} is lost" for pk in mine.keys() - there.keys()]
            found += [f"{one.label} {pk}: {there[pk]}, not {mine[pk]}" for pk in there if there[pk] != mine[pk]]
        signs = Customer.objects.exclude(merged_into=None).filter(pk__in=self.people)
        for one in pointers():
            stray = one.model._base_manager.filter(**{f"{one.name}__in": signs}).count()
            found += [f"{stray} {one.label} at a sign"] if stray else []
        return found + self._lines(whose)

    def _lines(self, whose: dict[Row, int]) -> list[str]:
        """The history of everybody, in its order, as the desk reads it."""
        found = []
        at = dict(TimelineEntry.objects.filter(customer__in=self.people).values_list("pk", "occurred_at"))
        for one in self.live:
            mine = [pk for (label, pk), owner in whose.items() if label.endswith("timelineentry") and owner == one.pk]
            wanted = sorted(mine, key=lambda pk: (at.get(pk, datetime.min), pk), reverse=True)
            shown = [row.pk for row in queries.timeline(one.pk, SYSTEM, limit=1000) if not _of_a_decision(row)]
            found += [f"the history of {one.pk} is {shown}, not {wanted}"] if shown != wanted else []
        return found


def _last(pointer: Any) -> int:
    newest = pointer.model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _of_a_decision(row: Any) -> bool:
    return isinstance(row, TimelineEntry) and row.kind in ("merge", "merge_undone")


def _leader(row: Any) -> Row | None:
    """The handle it came by, or else the ticket that it tells of."""
    if getattr(row, "came_by", None) is not None:
        return ("customers.identity", row.came_by)
    number = getattr(row, "ticket", None) if isinstance(row, TimelineEntry) else None
    if number is None:
        return None
    return ("tickets.ticket", Ticket.objects.values_list("pk", flat=True).get(number=number))


def run(history: History, steps: int, done: list[str] | None = None) -> list[str]:
    """Lets it happen, undoes everything in a random order, and tells every fault; `done` gets what happened."""
    done = [] if done is None else done
    for _each in range(steps):
        done.append(history.step())
    faults = history.faults()
    rest = [row.pk for row in history.standing]
    history.dice.shuffle(rest)
    for pk in rest:
        merging.undo(by=history.actor, merge=CustomerMerge.objects.get(pk=pk))
        done.append("undo")
    faults += history.faults()
    return [f"seed {history.seed}: {one} ({', '.join(done)})" for one in faults]
