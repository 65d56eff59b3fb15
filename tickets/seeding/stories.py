"""The life of one seeded ticket, as rows: who wrote what and when, and how it ended. No database in here."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tickets.seeding.people import DOMAIN, Desk, Person
from tickets.seeding.phrases import Pen
from tickets.seeding.words import TOPICS

Row = tuple[Any, ...]
YEAR = timedelta(days=365)
LENGTHS, LENGTH_SHARES = (1, 2, 3, 4, 5, 6, 8, 12), (18, 26, 26, 14, 8, 4, 3, 1)
STATUSES = ("new", "open", "waiting", "on_hold", "resolved", "closed", "spam")
OLD_SHARES, RECENT_SHARES = (0, 3, 2, 1, 12, 79, 3), (14, 33, 24, 6, 14, 6, 3)
RECENT = 0.85
PRIORITIES, PRIORITY_SHARES = ("low", "normal", "high", "urgent"), (15, 65, 15, 5)
CHANNELS, CHANNEL_SHARES = ("email", "form", "phone"), (90, 6, 4)


@dataclass(frozen=True)
class Said:
    """One message before it has an id."""

    kind: str
    text: str
    visible_length: int
    at: datetime


@dataclass(frozen=True)
class Story:
    """One ticket before it has an id. `place` runs from 0 (oldest) to 1 (newest)."""

    person: Person
    topic: str
    subject: str
    status: str
    channel: str
    team_id: int | None
    agent: tuple[int, str]
    assigned: bool
    said: list[Said]
    copied: Person | None
    tags: list[str] = field(default_factory=list)
    priority: str = "normal"


class Teller:
    """Tells stories of one desk, the same ones for the same random generator."""

    def __init__(self, rng: random.Random, pen: Pen, desk: Desk, people: list[Person]) -> None:
        self.rng, self.pen, self.desk, self.people = rng, pen, desk, people
        self.teams = list(desk.crew)

    def tell(self, place: float, now: datetime) -> Story:
        """One story that began `place` of the way through the last year."""
        rng = self.rng
        person = rng.choice(self.people)
        topic = rng.choice(list(TOPICS))
        status = rng.choices(STATUSES, RECENT_SHARES if place > RECENT else OLD_SHARES)[0]
        team_id = rng.choice(self.teams) if rng.random() < 0.9 else None
        agent = rng.choice(self.desk.crew[team_id or self.teams[0]] or self.desk.crew[self.teams[0]])
        start = now - YEAR * (1 - place) * 0.999 - timedelta(minutes=5)
        subject, said = self._talk(person, topic, status, agent.name, start, now)
        return Story(
            person=person,
            topic=topic,
            subject=subject,
            status=status,
            channel=rng.choices(CHANNELS, CHANNEL_SHARES)[0],
            team_id=team_id,
            agent=(agent.id, agent.name),
            assigned=status != "new" and team_id is not None and rng.random() < 0.85,
            said=said,
            copied=rng.choice(self.people) if rng.random() < 0.05 else None,
            tags=sorted(rng.sample(self.desk.tags, rng.choice((0, 0, 1, 1, 2)))),
            priority=rng.choices(PRIORITIES, PRIORITY_SHARES)[0],
        )

    def _talk(
        self, person: Person, topic: str, status: str, agent: str, start: datetime, now: datetime
    ) -> tuple[str, list[Said]]:
        subject, body = self.pen.question(person.language, topic)
        said = [Said("in", body, 0, start)]
        kinds = self._kinds(status)
        # Answers come within hours, but never later than now.
        step = min(timedelta(hours=9), (now - start) / (len(kinds) + 1))
        for kind in kinds:
            at = said[-1].at + step * self.rng.uniform(0.2, 1)
            said.append(
                self._said(kind, person, topic, agent, at, earlier=said[-1].text if said[-1].kind == "out" else "")
            )
        return subject, said

    def _said(self, kind: str, person: Person, topic: str, agent: str, at: datetime, earlier: str) -> Said:
        if kind == "in":
            text, visible = self.pen.follow_up(person.language, topic, earlier)
            return Said(kind, text, visible, at)
        return Said(
            kind, self.pen.answer(person.language, agent) if kind == "out" else self.pen.note(person.language), 0, at
        )

    def _kinds(self, status: str) -> list[str]:
        """What follows the first message, so that the last word fits the status."""
        more = self.rng.choices(LENGTHS, LENGTH_SHARES)[0] - 1
        if status in ("new", "spam"):
            return ["in"] * min(more, 1)
        kinds = ["note" if self.rng.random() < 0.15 else ("out", "in")[index % 2] for index in range(more)]
        last = "in" if status == "open" else "out"
        if kinds and status != "on_hold":
            kinds[-1] = last
        return kinds or ([] if last == "in" else ["out"])


class Book:
    """Stories as rows of each table, once ids are known."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.tickets: list[Row] = []
        self.messages: list[Row] = []
        self.participants: list[Row] = []
        self.deliveries: list[Row] = []
        self.timeline: list[Row] = []
        self.notices: list[Row] = []

    def write(self, story: Story, pk: int, number: int, message_ids: list[int], seats: list[int], words: Any) -> None:
        """Adds the rows of one story. `words` turns a text into what the search stores."""
        self._ticket(story, pk, number, words)
        self.participants.append(
            (seats[0], pk, story.person.id, story.person.address, story.person.name, "requester", 1)
        )
        if story.copied and story.copied.id != story.person.id:
            self.participants.append((seats[1], pk, story.copied.id, story.copied.address, story.copied.name, "cc", 1))
        for seq, (said, message_id) in enumerate(zip(story.said, message_ids, strict=True), start=1):
            self._message(story, said, pk, seq, message_id, words)
            self._history(story, said, number, message_id)
            if said.kind == "out" and story.channel == "email":
                self._delivery(story, said, message_id, seats[0])
        if story.assigned:
            self.notices.append((story.agent[0], "assignment", pk, None, story.said[0].at, story.said[-1].at))

    def _ticket(self, story: Story, pk: int, number: int, words: Any) -> None:
        first, last = story.said[0].at, story.said[-1].at
        waits = story.status in ("new", "open") and story.said[-1].kind == "in"
        self.tickets.append(
            (
                pk,
                number,
                story.subject,
                story.status,
                story.priority,
                story.channel,
                self.desk.inbox.pk if story.channel == "email" else None,
                story.person.id,
                story.team_id,
                story.agent[0] if story.assigned else None,
                self.desk.reasons[story.topic] if story.status in ("resolved", "closed") else None,
                story.tags,
                "{}",
                len(story.said),
                len(story.said),
                first,
                last,
                last,
                last if waits else None,
                last if story.status in ("resolved", "closed") else None,
                words(story.subject),
            )
        )

    def _message(self, story: Story, said: Said, pk: int, seq: int, message_id: int, words: Any) -> None:
        incoming = said.kind == "in"
        self.messages.append(
            (
                message_id,
                pk,
                seq,
                said.kind,
                story.channel,
                None if incoming else story.agent[0],
                story.person.id if incoming else None,
                story.person.name if incoming else "",
                story.person.address if incoming else "",
                said.text,
                said.visible_length,
                "",
                False,
                f"<m{message_id}@mail.{DOMAIN}>" if incoming and story.channel == "email" else "",
                "",
                "",
                said.at,
                words(said.text),
            )
        )

    def _history(self, story: Story, said: Said, number: int, message_id: int) -> None:
        note = said.kind == "note"
        line = " ".join((said.text[: said.visible_length or None]).split())
        line = line[:299] + "…" if len(line) > 300 else line
        kind = "note" if note else "message"
        about = (story.person.id, kind, story.channel, said.at, line, number, story.team_id, message_id)
        self.timeline.append((*about, note, said.kind != "in"))

    def _delivery(self, story: Story, said: Said, message_id: int, seat: int) -> None:
        self.deliveries.append(
            (message_id, seat, story.person.address, f"<r{message_id}@{DOMAIN}>", "sent", 1, "", said.at)
        )
