"""Whoever acts. What they may do is decided in accounts/rules/policy.py; here is only who they are. Pure."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["user", "system", "key", "customer"]


@dataclass(frozen=True)
class Actor:
    """Whoever asks: a signed-in person, an API key acting for one, the system itself, or a customer.

    A customer may do nothing by role: actions for customers take what is theirs by its own proof.
    """

    kind: Kind
    user_id: int | None
    role: str
    team_ids: frozenset[int] = frozenset()
    scopes: frozenset[str] | None = None
    name: str = ""
    customer_id: int | None = None

    @property
    def pk(self) -> int:
        """The person's id for look-ups; 0, which is nobody's, for the system."""
        return self.user_id or 0

    @property
    def label(self) -> str:
        """The one word that the audit keeps: `user:7`, `user:7/key`, `customer:9` or `system`."""
        if self.kind == "system":
            return "system"
        if self.kind == "customer":
            return f"customer:{self.customer_id}"
        return f"user:{self.user_id}/key" if self.kind == "key" else f"user:{self.user_id}"


SYSTEM = Actor(kind="system", user_id=None, role="admin", name="System")
