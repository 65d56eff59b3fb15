"""Who is mentioned in a note: `@` and a colleague's whole name, first name, or the beginning of their address."""

import re
from collections.abc import Iterator, Sequence

from django.db.models import Q

from helpdesk.accounts.access import colleagues
from helpdesk.accounts.models import User
from helpdesk.core.text import normalise
from tickets.models import Ticket

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
    sees = Q(role="admin") | Q(memberships__team_id=ticket.team_id) | Q(pk=ticket.assignee_id)
    seeing = set(colleagues().filter(sees, pk__in=[each.pk for each in people]).values_list("pk", flat=True))
    return [each for each in people if each.pk not in seeing]


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
    return (name for name in dict.fromkeys((whole, first, local)) if len(name) >= 2)
