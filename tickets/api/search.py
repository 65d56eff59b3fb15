"""REST: one search over everything. Without a key it finds public articles only (there are none yet)."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated

from helpdesk.accounts.rules.policy import can
from helpdesk.core.api import Answer, Operation, Reads
from helpdesk.core.errors import NotAllowed
from helpdesk.core.shapes import Int, OneOf, Str
from tickets.api import shapes
from tickets.queries.search import Hit, search

INSIDE = ("ticket", "customer", "message")


class Search(Reads):
    """Search by words."""

    tag = _("Search")
    verbs: ClassVar[dict[str, str]] = {"GET": "public"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "search",
            _("Search articles, and with a key tickets, customers and messages; the last word may be a beginning."),
            shapes.HITS,
            query={"q": Str(400), "type": OneOf(("article", *INSIDE)), "limit": Int(1, 50)},
            notes={"type": _("One kind only; without it, all that the key may search.")},
            fails=(401, 403),
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The hits, kind by kind, best first."""
        limit = query.get("limit", 50)
        hits = [hit for kind in self._kinds(query) for hit in search(self.actor, query.get("q", ""), kind, limit)]
        return Answer(200, {"data": [_hit_json(hit) for hit in hits]}, {})

    def _kinds(self, query: dict[str, Any]) -> tuple[str, ...]:
        wanted = query.get("type")
        if wanted == "article" or (wanted is None and self.actor is None):
            return ()
        if self.actor is None:
            raise NotAuthenticated
        if not can(self.actor, "search.use"):
            raise NotAllowed
        return (wanted,) if wanted else INSIDE


def _hit_json(hit: Hit) -> dict[str, Any]:
    pk = hit.number if hit.type == "ticket" else hit.id
    return {"type": hit.type, "id": pk, "title": hit.title, "snippet": hit.snippet, "url": hit.url}
