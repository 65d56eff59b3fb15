"""Who may do what: the one policy that pages, API, sockets, search and files ask. Pure, default deny.

A verb has a minimum role and a scope (for API keys). Verbs about a ticket also look at its facts: agents and
leads reach tickets of their teams, tickets without a team, and tickets assigned to them; admins reach all.
"""

from dataclasses import dataclass

from helpdesk.core.actor import SYSTEM, Actor

__all__ = ["SYSTEM", "VERBS", "Actor", "Facts", "can", "sees_every_ticket"]

RANK = {"agent": 1, "lead": 2, "admin": 3}
ALL_SCOPES = "*"

# verb -> the least role that may
VERBS: dict[str, str] = {
    "public": "",
    "account.self": "agent",
    "key.own": "agent",
    "ticket.view": "agent",
    "ticket.create": "agent",
    "ticket.reply": "agent",
    "ticket.note": "agent",
    "ticket.assign": "agent",
    "ticket.change": "agent",
    "ticket.spam": "agent",
    "chat.take": "agent",
    "chat.supervise": "lead",
    "canned.use": "agent",
    "canned.share": "lead",
    "message.release": "agent",
    "message.remove": "lead",
    "file.view": "agent",
    "customer.view": "agent",
    "customer.create": "agent",
    "customer.change": "agent",
    "event.write": "agent",
    "attribute.manage": "admin",
    "connector.manage": "admin",
    "customer.merge": "agent",
    "customer.export": "lead",
    "customer.erase": "lead",
    "customer.import": "lead",
    "look.view": "lead",
    "privacy.manage": "admin",
    "organisation.manage": "lead",
    "search.use": "agent",
    "quarantine.view": "agent",
    "quarantine.act": "agent",
    "import.use": "agent",
    "lists.manage": "admin",
    "inbox.manage": "admin",
    "inbox.health": "lead",
    "team.manage": "admin",
    "user.manage": "admin",
    "key.manage": "admin",
    "workspace.manage": "admin",
    "audit.view": "admin",
}

# verb -> the scope that a key needs for it
SCOPE_OF: dict[str, str] = {
    "ticket.view": "tickets:read",
    "file.view": "tickets:read",
    "quarantine.view": "tickets:read",
    "ticket.create": "tickets:write",
    "ticket.reply": "tickets:write",
    "ticket.note": "tickets:write",
    "ticket.assign": "tickets:write",
    "ticket.change": "tickets:write",
    "ticket.spam": "tickets:write",
    "chat.take": "tickets:write",
    "chat.supervise": "tickets:write",
    "message.release": "tickets:write",
    "message.remove": "tickets:write",
    "quarantine.act": "tickets:write",
    "customer.view": "customers:read",
    "customer.create": "customers:write",
    "customer.change": "customers:write",
    "customer.merge": "customers:write",
    "customer.export": "customers:read",
    "customer.erase": "customers:write",
    "look.view": "customers:read",
    "event.write": "events:write",
    "organisation.manage": "customers:write",
    "search.use": "search:read",
    "import.use": "import",
    "customer.import": "import",
}
SCOPES = (
    "tickets:read",
    "tickets:write",
    "customers:read",
    "customers:write",
    "events:write",
    "search:read",
    "import",
    "admin",
)

# verbs about one ticket: with facts given, the ticket must be in reach
ABOUT_A_TICKET = frozenset(verb for verb in VERBS if verb.split(".")[0] in {"ticket", "message", "file", "chat"})


@dataclass(frozen=True)
class Facts:
    """What the policy looks at in one ticket."""

    team_id: int | None
    assignee_id: int | None


def can(actor: Actor | None, verb: str, facts: Facts | None = None) -> bool:
    """Whether `actor` may do `verb`; with `facts`, to that very ticket. An unknown verb is nobody's."""
    if verb not in VERBS:
        return False
    if verb == "public":
        return True
    if actor is None:
        return False
    if actor.kind == "system":
        return True
    return _role_allows(actor, verb) and _scope_allows(actor, verb) and _in_reach(actor, verb, facts)


def sees_every_ticket(actor: Actor) -> bool:
    """Admins and the system; everybody else sees by team and assignment."""
    return actor.kind == "system" or actor.role == "admin"


def _role_allows(actor: Actor, verb: str) -> bool:
    return RANK.get(actor.role, 0) >= RANK[VERBS[verb]]


def _scope_allows(actor: Actor, verb: str) -> bool:
    if actor.kind != "key":
        return True
    scopes = actor.scopes or frozenset()
    return ALL_SCOPES in scopes or SCOPE_OF.get(verb, "admin") in scopes


def _in_reach(actor: Actor, verb: str, facts: Facts | None) -> bool:
    if facts is None or verb not in ABOUT_A_TICKET or sees_every_ticket(actor):
        return True
    mine = facts.assignee_id is not None and facts.assignee_id == actor.user_id
    return mine or facts.team_id is None or facts.team_id in actor.team_ids
