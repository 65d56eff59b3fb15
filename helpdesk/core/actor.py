"""Whoever acts. What they may do is decided in accounts/rules/policy.py; here is only who they are. Pure."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["user", "system", "key"]


@dataclass(frozen=True)
class Actor:
    """Whoever asks: a signed-in person, an API key acting for one, or the system itself."""

    kind: Kind
    user_id: int | None
    role: str
    team_ids: frozenset[int] = frozenset()
    scopes: frozenset[str] | None = None
    name: str = ""

    @property
    def pk(self) -> int:
        """The person's id for look-ups; 0, which is nobody's, for the system."""
        return self.user_id or 0

    @property
    def label(self) -> str:
        """The one word that the audit keeps: `user:7`, `user:7/key` or `system`."""
        if self.kind == "system":
            return "system"
        return f"user:{self.user_id}/key" if self.kind == "key" else f"user:{self.user_id}"


SYSTEM = Actor(kind="system", user_id=None, role="admin", name="System")
