"""Who is mentioned in a note: `@` and a colleague's whole name, first name, or the beginning of their address."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from helpdesk.accounts.access import colleagues
from helpdesk.accounts.models import User
from helpdesk.core.text import normalise
from tickets.models import Ticket

MOST = 8
# Not within a word: `ali@desk.example` is an address and mentions nobody.
SIGN = re.compile(r"(?<!\w)@ ?(?=\w)")


def mentioned(body: str) -> list[User]:
    """The colleagues whom a note mentions; of several that fit, those with the longest name (`@Ali Rezaei` is one Ali).

    Compared in plain form: ي and ی, half a space and a whole one, capitals and small letters are the same.
    """
    if "@" not in body:
        return []
    text = normalise(body)
    people = [(person, list(_names(person))) for person in colleagues().only("name", "email")]
    found: dict[int, User] = {}
    for sign in SIGN.finditer(text):
        found |= {person.pk: person for person in _best(text, sign.end(), people)}
    return list(found.values())


def blind(ticket: Ticket, people: Sequence[User]) -> list[User]:
    """Those of `people` who may not see the ticket (access.sight, from the other side), and so are not told of it."""
    if ticket.team_id is None or not people:
        return []
    seeing = set(_seeing(ticket).filter(pk__in=[each.pk for each in people]).values_list("pk", flat=True))
    return [each for each in people if each.pk not in seeing]


def _seeing(ticket: Ticket) -> QuerySet[User]:
    if ticket.team_id is None:
        return colleagues()
    sees = Q(role="admin") | Q(memberships__team_id=ticket.team_id) | Q(pk=ticket.assignee_id)
    # A condition over memberships would name whoever is in two teams twice.
    return colleagues().filter(pk__in=User.objects.filter(sees).values("pk"))


@dataclass(frozen=True)
class Offered:
    """A colleague to be mentioned, and what to write so that mentioned() finds nobody else."""

    person: User
    sign: str


def offered(ticket: Ticket, typed: str, but: int | None) -> list[Offered]:
    """Colleagues who may see the ticket and one of whose names, or whose address, begins like this; at most MOST.

    Those whose whole name does come first. `but`: the writer, who need not be told.
    """
    wanted = normalise(typed)
    people = list(colleagues().only("name", "email"))
    seeing = set(_seeing(ticket).values_list("pk", flat=True))
    fits = [
        (not normalise(person.name).startswith(wanted), normalise(person.name), person)
        for person in people
        if person.pk in seeing and person.pk != but and _begins(person, wanted)
    ]
    fits.sort(key=lambda one: one[:2])
    known = [(person, list(_names(person))) for person in people]
    return [Offered(person, _sign(person, known)) for _late, _name, person in fits[:MOST]]


def _begins(person: User, wanted: str) -> bool:
    name, local = normalise(person.name), normalise(person.email.split("@")[0])
    return name.startswith(wanted) or f" {wanted}" in name or local.startswith(wanted)


def _sign(person: User, people: list[tuple[User, list[str]]]) -> str:
    """The shortest that mentions this one alone: the name, the beginning of the address, or all of it."""
    for called in (person.name, person.email.split("@")[0]):
        if len(normalise(called)) >= 2 and _best(normalise(called), 0, people) == [person]:
            return f"@{called}"
    return f"@{person.email}"


def _best(text: str, start: int, people: list[tuple[User, list[str]]]) -> list[User]:
    fits = [(max((len(name) for name in names if _stands(name, text, start)), default=0), who) for who, names in people]
    longest = max((length for length, _who in fits), default=0)
    return [who for length, who in fits if length and length == longest]


def _stands(name: str, text: str, start: int) -> bool:
    end = start + len(name)
    return text.startswith(name, start) and not text[end : end + 1].isalnum()


def _names(person: User) -> Iterator[str]:
    whole = normalise(person.name)
    first = whole.split(" ")[0]
    local = normalise(person.email.split("@")[0])
    return (name for name in dict.fromkeys((whole, first, local, normalise(person.email))) if len(name) >= 2)
