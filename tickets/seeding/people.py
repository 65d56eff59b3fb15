"""The desk that seeded tickets live in: teams, staff, an inbox, lists; and its customers."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db.models.functions import Lower

from customers.models import Customer, Identity
from helpdesk.accounts.models import Membership, Team, User
from tickets.models import Inbox, Reason, Tag
from tickets.models.lists import Listed
from tickets.seeding import words
from tickets.seeding.copying import Table, indexed, load, take_ids

DOMAIN = "seed.example"
BATCH = 20_000
CUSTOMERS = Table(
    Customer, ("id", "name", "language", "tags", "created_at", "updated_at", "version"), vectors=("a", "b")
)
IDENTITIES = Table(Identity, ("customer_id", "kind", "value", "display", "verified_at", "created_at"))


@dataclass(frozen=True)
class Agent:
    """A seeded member of staff, as far as tickets need to know."""

    id: int
    name: str


@dataclass(frozen=True)
class Desk:
    """Everything a ticket points at but its customer. `crew` = the agents of each team."""

    inbox: Inbox
    crew: dict[int, list[Agent]]
    reasons: dict[str, int]
    tags: list[str]


@dataclass(frozen=True)
class Person:
    """A seeded customer, as far as tickets need to know."""

    id: int
    name: str
    language: str
    address: str


def set_up(agents: int, password: str, now: datetime) -> Desk:
    """The desk, made or found again: agents, teams and lists are known by their names and addresses."""
    teams = [_team(name, name_fa) for name, name_fa in words.TEAMS.items()]
    crew: dict[int, list[Agent]] = {team.pk: [] for team in teams}
    # One hash for all: it costs tens of milliseconds each, and they share the password anyway.
    secret = make_password(password or None)
    for index in range(agents):
        user = _user(index, secret, now)
        for team in {teams[index % len(teams)], teams[0]} if index % 5 == 0 else {teams[index % len(teams)]}:
            Membership.objects.get_or_create(user=user, team=team)
            crew[team.pk].append(Agent(user.pk, user.name))
    return Desk(
        inbox=_inbox(teams[0], now),
        crew=crew,
        reasons={name: _listed(Reason, name, name_fa) for name, name_fa in words.TOPICS.items()},
        tags=[name for name, name_fa in words.TAGS.items() if _listed(Tag, name, name_fa)],
    )


def _team(name: str, name_fa: str) -> Team:
    week = {day: [["09:00", "17:00"]] for day in ("sat", "sun", "mon", "tue", "wed")}
    found = Team.objects.alias(low=Lower("name")).filter(low=name.lower()).first()
    return found or Team.objects.create(name=name, name_fa=name_fa, hours=week)


def _user(index: int, secret: str, now: datetime) -> User:
    """Number 0 is the admin, every fifth leads, the rest are agents; every other one works in Persian."""
    language = "fa" if index % 2 else "en"
    first, last = words.FIRST[language], words.LAST[language]
    role = "admin" if index == 0 else "lead" if index % 5 == 0 else "agent"
    user, _made = User.objects.get_or_create(
        email=f"agent{index}@{DOMAIN}",
        defaults={
            "name": f"{first[index % len(first)]} {last[index % len(last)]}",
            "role": role,
            "language": language,
            "password": secret,
            "created_at": now,
        },
    )
    return user


def _inbox(team: Team, now: datetime) -> Inbox:
    address = f"support@{DOMAIN}"
    found = Inbox.objects.filter(kind="email", address=address).first()
    return found or Inbox.objects.create(
        kind="email", name="Support", address=address, team=team, key="seed-support", created_at=now
    )


def _listed(model: type[Listed], name: str, name_fa: str) -> int:
    manager = model._default_manager
    found = manager.alias(low=Lower("name")).filter(low=name.lower()).first()
    return int((found or manager.create(name=name, name_fa=name_fa)).pk)


def make_customers(count: int, seed: int, now: datetime) -> list[Person]:
    """`count` new customers with an e-mail address each and a phone number for most."""
    people: list[Person] = []
    for start in range(0, count, BATCH):
        rng = random.Random(f"customers {seed} {start}")  # noqa: S311  # a seed must repeat
        people += _some_customers(min(BATCH, count - start), rng, now)
    return people


def _some_customers(count: int, rng: random.Random, now: datetime) -> list[Person]:
    people = [_person(rng, pk) for pk in take_ids(Customer, count)]
    rows, identities = [], []
    for person in people:
        born = now - timedelta(days=400, minutes=rng.randrange(500_000))
        phone = f"+98912{person.id % 10_000_000:07d}" if rng.random() < 0.7 else ""
        handles = [("email", person.address), *([("phone", phone)] if phone else [])]
        tags = [rng.choice(list(words.TAGS))] if rng.random() < 0.1 else []
        found_by = indexed(" ".join(value for _kind, value in handles))
        rows.append((person.id, person.name, person.language, tags, born, born, 1, indexed(person.name), found_by))
        identities += [(person.id, kind, value, "", born, born) for kind, value in handles]
    load(CUSTOMERS, rows)
    load(IDENTITIES, identities)
    return people


def _person(rng: random.Random, pk: int) -> Person:
    language = rng.choice(("en", "fa"))
    first, last = words.FIRST[language], words.LAST[language]
    one, two = rng.randrange(len(first)), rng.randrange(len(last))
    latin: tuple[list[str], list[str]] = (first, last)
    if language == "fa":
        latin = (words.LATIN_FIRST.split(), words.LATIN_LAST.split())
    # The id keeps addresses apart from those of any earlier run.
    address = f"{latin[0][one]}.{latin[1][two]}.{pk}@{DOMAIN}".lower()
    return Person(pk, f"{first[one]} {last[two]}", language, address)
