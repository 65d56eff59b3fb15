"""Where shops tell us what happened: one address per connector, no session, no cookie."""

import json
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from customers import access
from customers.actions import shops
from customers.api.events import EVENT, MOST_EVENTS, happening
from customers.models import Connector
from customers.rules import shops as rules
from customers.rules.happenings import Happening
from customers.rules.signed import genuine
from helpdesk.accounts.permit import permit
from helpdesk.core import clock, throttle
from helpdesk.core.http import Request
from helpdesk.core.shapes import Unfit

MOST_BYTES = 4 * 1024 * 1024
MOST_A_MINUTE, MOST_REFUSED = 6000, 600
# What WooCommerce sends, unsigned, when somebody saves the webhook there: it only asks whether we are here.
PING = b"webhook_id="


@csrf_exempt
@permit("public")
@require_http_methods(["POST"])
def hook(request: Request, kind: str, key: str) -> HttpResponse:
    """Takes what a shop tells. An address that nobody has answers 404; 200 only once the news is durable."""
    connector = access.connector_by_key(kind, key)
    who = f"{connector.pk}:{request.META.get('REMOTE_ADDR', '')}"
    if not throttle.hit(f"shop:{who}", MOST_A_MINUTE, 60).allowed:
        return _say(429, "too many")
    body = request.read(MOST_BYTES + 1)
    if not body or len(body) > MOST_BYTES:
        return _say(413 if body else 400, "size")
    if kind == "woocommerce" and body.startswith(PING) and body[len(PING) :].isdigit():
        return _say(200, "here")
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not genuine(kind, headers, body, shops.secret_of(connector), clock.now()):
        return _forged(connector, who)
    return _heard(connector, headers, body)


def _say(status: int, word: str) -> HttpResponse:
    return HttpResponse(word, status=status, content_type="text/plain; charset=utf-8")


def _forged(connector: Connector, who: str) -> HttpResponse:
    if not throttle.hit(f"shop no:{who}", MOST_REFUSED, 60).allowed:
        return _say(429, "too many")
    shops.note(connector, error=_("A request with a wrong signature came. Is the secret the same on both sides?"))
    return _say(401, "signature")


def _heard(connector: Connector, headers: dict[str, str], body: bytes) -> HttpResponse:
    """A genuine request that cannot be read is refused, so that the shop repeats it and shows that it is amiss."""
    try:
        told = _read(connector, headers, body)
    except (rules.Unreadable, Unfit, ValueError, RecursionError) as error:
        shops.note(connector, error=_("A request could not be read: %(about)s"), about=str(error))
        return _say(422, "unreadable")
    taken = shops.hear(connector, told)
    return _say(200, f"new {taken.accepted}, known {taken.duplicate}, refused {len(taken.refused)}")


def _read(connector: Connector, headers: dict[str, str], body: bytes) -> list[Happening]:
    given: Any = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    if "\x00" in json.dumps(given, ensure_ascii=False) or "\\u0000" in json.dumps(given):
        raise ValueError("NUL")
    if not isinstance(given, dict):
        raise ValueError("not an object")
    if connector.kind == "shopify":
        return rules.shopify(headers.get("x-shopify-topic", ""), given, connector.shop)
    if connector.kind == "woocommerce":
        return rules.woocommerce(headers.get("x-wc-webhook-topic", ""), given, connector.shop, clock.now())
    events = given["events"] if isinstance(given.get("events"), list) else [given]
    return [happening(EVENT.check(one)) for one in events[: MOST_EVENTS + 1]]


def _refuse(word: str) -> None:
    raise ValueError(word)
