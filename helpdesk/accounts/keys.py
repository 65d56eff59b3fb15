"""API keys at the door of REST: `Authorization: Bearer hd_…`, and the verb that each method needs."""

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from helpdesk.accounts import access
from helpdesk.accounts.actions.keys import note_use
from helpdesk.accounts.models import ApiKey, User
from helpdesk.accounts.rules.policy import can

if TYPE_CHECKING:
    # At run time rest_framework.views imports this module, by its settings.
    from rest_framework.views import APIView


class KeyAuthentication(BaseAuthentication):
    """Sets request.user, request.auth (the key) and request.actor. Cookies count for nothing here."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """None without the header; AuthenticationFailed for a wrong one."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            request._request.actor = None  # type: ignore[attr-defined]  # typed in core.http
            return None
        found = access.key_by_token(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise AuthenticationFailed("The key is not valid.", code="bad_key")
        key, actor = found
        request._request.actor = actor  # type: ignore[attr-defined]  # typed in core.http
        note_use(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"


class ScopeAndRole(BasePermission):
    """The view's `verbs` name what each method needs; a method without a verb does not exist."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Asks the policy with the key's role and scopes."""
        verbs: dict[str, str] = getattr(view, "verbs", {})
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in verbs:
            raise MethodNotAllowed(method)
        actor: Any = getattr(request._request, "actor", None)
        return can(actor, verbs[method])
