"""Asking a shop itself: how an order stands at this moment, and page by page what was sold before we were connected.

Through the egress guard, outside any transaction, and over in time; what comes is taken in as if it had been told.
"""

import logging
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_noop as _

from customers.actions import shops
from customers.models import Connector, Order
from customers.rules import shops as rules
from customers.rules.happenings import Happening
from helpdesk.core import egress, webclient

log = logging.getLogger(__name__)
SECONDS, PATIENT = 6.0, 60.0
PAGE = 100
SHOPIFY = "/admin/api/2025-10"
WOO = "/wp-json/wc/v3"
MOST_ASKED = 3
UNREAD = _("An order could not be read: %(about)s")


class Unanswered(Exception):
    """The shop did not say; `why` is English that has a translation, `about` what it speaks of."""

    def __init__(self, why: str, about: object = "") -> None:
        super().__init__(why)
        self.why, self.about = why, str(about)

    def __str__(self) -> str:
        return shops.trouble_text(self.why, self.about)


def order_now(order: Order) -> bool:
    """Asks the order's shop how it stands; whether it answered. A shop that cannot be asked says nothing."""
    connector = _shop_of(order)
    if connector is None:
        return False
    one = {"shopify": f"{SHOPIFY}/orders/{order.ref}.json", "woocommerce": f"{WOO}/orders/{order.ref}"}
    try:
        found = get(connector, one[connector.kind], {}, SECONDS)
        shops.hear(connector, _read(connector, found.get("order", found) if isinstance(found, dict) else {}))
    except Unanswered as error:
        shops.note(connector, error=error.why, about=error.about)
        return False
    except rules.Unreadable as error:
        shops.note(connector, error=UNREAD, about=str(error))
        return False
    return True


def open_orders(orders: Iterable[Order]) -> int:
    """Asks about the latest few; how many shops answered."""
    return sum(order_now(order) for order in list(orders)[:MOST_ASKED])


def _shop_of(order: Order) -> Connector | None:
    named, _sep, key = order.source.partition(":")
    if named != "shop" or not key.isdigit():
        return None
    rows = Connector.objects.filter(pk=int(key), is_active=True, kind__in=("shopify", "woocommerce"))
    return rows.exclude(shop="").exclude(credentials="").first()


def _read(connector: Connector, given: Any) -> list[Happening]:
    if not isinstance(given, dict):
        raise rules.Unreadable("order")
    reader = rules.shopify_order if connector.kind == "shopify" else rules.woo_order
    return list(reader(given, connector.shop))


def import_page(payload: dict[str, Any]) -> None:
    """shop.import: the next page of a shop's past. Told twice, it takes the same page once more, to no effect."""
    connector = Connector.objects.filter(pk=payload["connector"], is_active=True).first()
    if connector is None:
        return
    found = orders_after(connector, connector.cursor)
    told = []
    for given in found:
        try:
            told += _read(connector, given)
        except rules.Unreadable as why:
            # One that cannot be read does not keep the rest of the past away.
            shops.note(connector, error=UNREAD, about=str(why))
    shops.hear(connector, told)
    shops.came_to(connector, _next(connector, found), len(found))


def orders_after(connector: Connector, cursor: str) -> list[Any]:
    """A page of orders, the oldest first. Raises Unanswered."""
    if connector.kind == "shopify":
        given = {"status": "any", "limit": PAGE, "since_id": cursor or "0"}
        found = get(connector, f"{SHOPIFY}/orders.json", given, PATIENT)
        rows = found.get("orders") if isinstance(found, dict) else None
    else:
        page = cursor or "1"
        rows = get(
            connector, f"{WOO}/orders", {"per_page": PAGE, "page": page, "orderby": "id", "order": "asc"}, PATIENT
        )
    if not isinstance(rows, list):
        raise Unanswered(_("The shop answered something that is no list of orders."))
    return rows


def _next(connector: Connector, found: list[Any]) -> str:
    if len(found) < PAGE:
        return ""
    if connector.kind == "shopify":
        return str(max(each["id"] for each in found if isinstance(each, dict) and isinstance(each.get("id"), int)))
    return str(int(connector.cursor or "1") + 1)


def get(connector: Connector, path: str, query: dict[str, Any], seconds: float) -> Any:
    """The JSON at this path of the shop's API. Raises Unanswered."""
    key = shops.credentials_of(connector)
    headers = {"Accept": "application/json"}
    account: tuple[str, str] | None = None
    if connector.kind == "shopify":
        headers["X-Shopify-Access-Token"] = key
    else:
        user, _sep, password = key.partition(":")
        account = (user, password)
    try:
        with webclient.session(seconds) as session:
            answer = session.get(f"https://{connector.shop}{path}", params=query, headers=headers, auth=account)
            if answer.status_code in {401, 403}:
                raise Unanswered(_("The shop does not accept our access key. Make a new one there."))
            if answer.status_code != 200:
                raise Unanswered(_("The shop answered with status %(about)s."), answer.status_code)
            return answer.json()
    except (webclient.Failed, egress.Refused, OSError, ValueError) as error:
        log.info("%s could not be asked: %s", connector.shop, type(error).__name__)
        raise Unanswered(_("The shop could not be reached.")) from error
