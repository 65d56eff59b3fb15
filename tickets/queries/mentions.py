"""Who is mentioned in a note: `@` and the beginning of a colleague's name, or their whole address before the @."""

from helpdesk.accounts.access import colleagues
from helpdesk.accounts.models import User
from helpdesk.core.text import normalise

MOST = 200


def mentioned(body: str) -> list[User]:
    """The colleagues that a note mentions by full name, first name, or the local part of their address."""
    if "@" not in body:
        return []
    text = normalise(body)
    return [person for person in colleagues()[:MOST] if any(f"@{name}" in text for name in _names(person))]


def _names(person: User) -> list[str]:
    whole = normalise(person.name)
    first = whole.split(" ")[0] if whole else ""
    local = person.email.split("@")[0].lower()
    return [name for name in (whole, first, local) if len(name) >= 2]
