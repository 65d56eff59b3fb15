"""What each kind of mail may set off: one table for every way in which mail comes (RFC 3834, RFC 5321 4.5.5). Pure.

Every mail is kept and seen; the table says what happens by itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """`answered`: a machine of ours may answer it. `asks`: it opens or reopens a ticket and somebody waits."""

    answered: bool
    asks: bool


EFFECTS = {
    "": Effect(answered=True, asks=True),
    # A person wrote it and a list passed it on: an answer by machine would go to everybody on the list.
    "list": Effect(answered=False, asks=True),
    "bulk": Effect(answered=False, asks=False),
    "machine": Effect(answered=False, asks=False),
    "auto_reply": Effect(answered=False, asks=False),
    "bounce": Effect(answered=False, asks=False),
    "delayed": Effect(answered=False, asks=False),
    "delivered": Effect(answered=False, asks=False),
    "complaint": Effect(answered=False, asks=False),
    "receipt": Effect(answered=False, asks=False),
}
# Kinds that a machine sent on and a person wrote.
ASKING = tuple(kind for kind, effect in EFFECTS.items() if effect.asks and kind)
SILENT = Effect(answered=False, asks=False)


def effect(kind: str) -> Effect:
    """What a mail of this kind may set off; of an unknown kind, nothing."""
    return EFFECTS.get(kind, SILENT)


def asks(kind: str, *, automatic: bool) -> bool:
    """Whether a message wants somebody's attention: people's does, and what a list passes on for them."""
    return effect(kind).asks if kind or not automatic else False
