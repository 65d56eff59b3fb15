"""Which status may follow which. Pure."""

OPEN = frozenset({"new", "open", "waiting", "on_hold"})
ENDED = frozenset({"resolved", "closed"})

NEXT: dict[str, frozenset[str]] = {
    "new": frozenset({"open", "waiting", "on_hold", "resolved", "closed", "spam"}),
    "open": frozenset({"waiting", "on_hold", "resolved", "closed", "spam"}),
    "waiting": frozenset({"open", "on_hold", "resolved", "closed", "spam"}),
    "on_hold": frozenset({"open", "waiting", "resolved", "closed", "spam"}),
    "resolved": frozenset({"open", "closed"}),
    "closed": frozenset({"open"}),
    "spam": frozenset({"open"}),
}


def may_become(present: str, wanted: str) -> bool:
    """Whether a ticket that is `present` may become `wanted`."""
    return wanted in NEXT[present]


def after_customer_message(present: str, *, automatic: bool) -> str:
    """The status once the customer has written. A machine's mail reopens nothing."""
    if automatic or present in ("new", "spam"):
        return present
    return "open"


def after_reply(present: str) -> str:
    """The status once we have answered: the customer's turn."""
    return "waiting" if present in OPEN else present
