"""Which ticket a message belongs to, and why. Pure. Threads are joined only by proof (guarantees.md, invariant 5)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """A candidate: the ticket, the address our proof was given to, and what the proof is.

    It is a `token`, a `header`, or for a `guest` the header of a copy that gave its reader no place in the ticket.
    """

    ticket_id: int
    address: str
    kind: str


@dataclass(frozen=True)
class Match:
    """The ticket to join (None: a new one), why, and whether the message waits for an agent's release first."""

    ticket_id: int | None
    reason: str
    held: bool = False


def match(sender: str, proofs: list[Proof]) -> Match:
    """A message joins a ticket only when our token, or the Message-ID it answers, was given to its sender.

    A valid token in a stranger's hands proves that the stranger saw our mail, not who they are: the message is kept
    on that ticket but held, unseen by the customer, until an agent releases it. A header alone in a stranger's hands
    proves nothing. A guest's answer is kept there and held, as any newcomer's.
    """
    for kind in ("token", "header"):
        for proof in proofs:
            if proof.kind == kind and sender and proof.address.lower() == sender.lower():
                return Match(proof.ticket_id, f"{kind}_of_sender")
    for proof in proofs:
        if proof.kind == "guest" and sender and proof.address.lower() == sender.lower():
            return Match(proof.ticket_id, "copy_of_guest", held=True)
    for proof in proofs:
        if proof.kind == "token":
            return Match(proof.ticket_id, "token_of_other", held=True)
    return Match(None, "no_proof")
