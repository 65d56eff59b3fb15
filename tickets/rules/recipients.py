"""Who an answer goes to, as an agent wrote it. Pure."""

from dataclasses import dataclass

MOST = 50


@dataclass(frozen=True)
class Person:
    """An address, and how its owner is called, "" for unknown."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Recipients:
    """Changes to who gets an answer. `to`: another address of the customer for this answer alone ("": their seat's).

    `join` get Cc of this answer and all later ones, `leave` no more of any; `hidden` (Bcc) get this one alone.
    `elsewhere`: that `to` lies on another domain is confirmed. `insist`: suspended addresses are tried again.
    """

    to: str = ""
    join: tuple[Person, ...] = ()
    leave: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()
    elsewhere: bool = False
    insist: bool = False


def domain(address: str) -> str:
    """The part after the @, in lower case."""
    return address.rpartition("@")[2].lower()


def must_confirm(to: str, usual: str, known: frozenset[str]) -> bool:
    """Whether an answer to `to` needs a confirm: Reply-To is a hint that anybody can write, so another domain than
    the customer's own is used only on purpose. `known` are addresses that are the customer's anyway."""
    return to not in known and domain(to) != domain(usual)
