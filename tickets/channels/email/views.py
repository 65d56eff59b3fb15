"""The door for providers: one address per inbox, no session, no cookie."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core import throttle
from helpdesk.core.http import Request
from tickets import access
from tickets.channels.email import door
from tickets.channels.email.hooks import Request as HookRequest
from tickets.channels.email.limits import MAX_BYTES

MOST_A_MINUTE = 3000


@csrf_exempt
@permit("public")
@require_POST
def hook(request: Request, key: str) -> HttpResponse:
    """Takes what a provider sends. An address that nobody has answers 404, whatever is sent to it."""
    inbox = access.hook("email", key)
    if not throttle.hit(f"hook:{inbox.pk}", MOST_A_MINUTE, 60).allowed:
        return HttpResponse(_("Too many tries. Please wait a moment and try again."), status=429)
    body = request.read(MAX_BYTES * 2 + 1)
    if len(body) > MAX_BYTES * 2:
        return HttpResponse(status=413)
    given = HookRequest(body, request.META.get("CONTENT_TYPE", ""), dict(request.headers), request.path)
    said = door.receive(inbox, given, request.build_absolute_uri(), knows_key=key == inbox.key)
    return HttpResponse(said.word, status=said.status, content_type="text/plain; charset=utf-8")
