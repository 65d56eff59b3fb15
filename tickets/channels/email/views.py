"""The door for providers: one address per inbox, no session, no cookie."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk.accounts.permit import permit
from helpdesk.core import throttle
from helpdesk.core.http import Request
from tickets import access
from tickets.channels.email import door
from tickets.channels.email.hooks import Request as HookRequest
from tickets.channels.email.limits import MAX_BYTES

# Of one sender to one inbox: forgers use up nothing of what a provider may.
MOST_A_MINUTE = 6000
MOST_REFUSED = 600
MOST_BYTES = MAX_BYTES * 2


@csrf_exempt
@permit("public")
@require_http_methods(["POST", "HEAD"])
def hook(request: Request, key: str) -> HttpResponse:
    """Takes what a provider sends. An address that nobody has answers 404, whatever is sent to it."""
    inbox = access.hook("email", key)
    if request.method == "HEAD":  # how some providers ask whether the address is there
        return HttpResponse()
    who = f"{inbox.pk}:{request.META.get('REMOTE_ADDR', '')}"
    if not throttle.hit(f"hook:{who}", MOST_A_MINUTE, 60).allowed:
        return HttpResponse(_("Too many tries. Please wait a moment and try again."), status=429)
    body = b"" if _declared(request) > MOST_BYTES else request.read(MOST_BYTES + 1)
    if not body or len(body) > MOST_BYTES:
        return HttpResponse(status=413 if _declared(request) else 400)
    given = HookRequest(body, request.META.get("CONTENT_TYPE", ""), dict(request.headers), request.path)
    # As it is written in the settings, and as it came in: Mandrill signs the address.
    urls = [f"{settings.PUBLIC_URL}{request.path}", request.build_absolute_uri()]
    said = door.receive(inbox, given, urls, knows_key=key == inbox.key)
    if said.status in (401, 403) and not throttle.hit(f"hook no:{who}", MOST_REFUSED, 60).allowed:
        return HttpResponse(status=429)
    answer = HttpResponse(said.word, status=said.status, content_type="text/plain; charset=utf-8")
    if said.status == door.CHALLENGE:
        answer["WWW-Authenticate"] = 'Basic realm="mail"'
    return answer


def _declared(request: Request) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 18 else 0
