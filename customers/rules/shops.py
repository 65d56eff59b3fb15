"""What shops send, read into events: Shopify's and WooCommerce's own shapes. Pure.

Each event's id is made of what it tells of, so that the same news is one event by whichever way it comes: a webhook, a
webhook again, the import of the past, or our own question. https://shopify.dev/docs/api/webhooks,
https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from customers.rules.happenings import Happening, Who, word
from customers.rules.orders import moment
from helpdesk.core.rules.money import BadAmount, minor

Given = Mapping[str, Any]
SHOPIFY_PAID = {"paid", "partially_paid", "partially_refunded", "refunded"}
SHOPIFY_PARCELS = {
    "delivered": "delivered",
    "out_for_delivery": "out_for_delivery",
    "in_transit": "in_transit",
    "failure": "failed",
    "attempted_delivery": "in_transit",
}
WOO_STATUSES = {
    "pending": "placed",
    "checkout-draft": "placed",
    "on-hold": "on_hold",
    "processing": "processing",
    "completed": "completed",
    "cancelled": "cancelled",
    "trash": "cancelled",
    "refunded": "refunded",
    "failed": "failed",
}
WOO_PARCELS = "_wc_shipment_tracking_items"


class Unreadable(ValueError):
    """This is not the shape that the shop's documentation tells of; the text names the field."""


def shopify(topic: str, given: Given, shop: str) -> list[Happening]:
    """What one of Shopify's webhooks tells; nothing for topics that we have no use for. Raises Unreadable."""
    if topic.startswith("orders/"):
        return list(shopify_order(given, shop))
    if topic.startswith("fulfillments/"):
        return [_fulfillment(given, _order_of(given), _shopper(given))]
    if topic == "refunds/create":
        ref = _order_of(given)
        return _refund(given, ref, Who("order", ref), "")
    return []


def shopify_order(given: Given, shop: str) -> Iterator[Happening]:
    """An order as it stands, with its parcels and refunds."""
    ref, who = _need(given, "id"), _shopper(given)
    currency, changed = _need(given, "currency"), _at(given, "updated_at")
    basic = {"order_id": ref, "number": word(given.get("name"), 60) or f"#{ref}"}
    total = _money(given, "total_price", currency)
    yield Happening(f"order:{ref}", "order", _at(given, "created_at"), who, total, currency, basic)
    whole = basic | {
        "status": _shopify_status(given),
        "reason": word(given.get("cancel_reason"), 200),
        "paid": given.get("financial_status") in SHOPIFY_PAID,
        "url": f"https://{shop}/admin/orders/{ref}" if shop else "",
        "lines": [_shopify_line(line, currency) for line in _rows(given, "line_items")],
    }
    key = f"order:{ref}:{changed.isoformat()}"
    yield Happening(key, "order", changed, who, total, currency, whole)
    for parcel in _rows(given, "fulfillments"):
        yield _fulfillment(parcel, ref, who)
    for refund in _rows(given, "refunds"):
        yield from _refund(refund, ref, who, currency)


def _shopify_status(given: Given) -> str:
    money = given.get("financial_status")
    if given.get("cancelled_at") or money == "voided":
        return "cancelled"
    if money == "refunded":
        return "refunded"
    if given.get("fulfillment_status") == "fulfilled":
        return "shipped"
    return "paid" if money in SHOPIFY_PAID else "placed"


def _shopper(given: Given) -> Who:
    """The first handle that the order gives; Who("order", …) when it gives none."""
    customer = _record(given, "customer")
    email = word(given.get("email"), 254) or word(given.get("contact_email"), 254) or word(customer.get("email"), 254)
    if email:
        return Who("email", email)
    places = [_record(given, name) for name in ("customer", "billing_address", "shipping_address", "destination")]
    for holder in (given, *places):
        if phone := word(holder.get("phone"), 40):
            return Who("phone", phone)
    if known := word(customer.get("id"), 60):
        return Who("external_id", f"shopify:{known}")
    return Who("order", word(given.get("order_id"), 100) or word(given.get("id"), 100))


def _shopify_line(line: Given, currency: str) -> dict[str, Any]:
    quantity = line.get("quantity") if isinstance(line.get("quantity"), int) else 1
    price = _money(line, "price", currency) if line.get("price") is not None else None
    name = word(line.get("name"), 200) or word(line.get("title"), 200)
    amount = price * int(quantity or 0) if price is not None else None
    return {"name": name, "sku": word(line.get("sku"), 60), "quantity": quantity, "amount": amount}


def _fulfillment(given: Given, order: str, who: Who) -> Happening:
    ref, changed = _need(given, "id"), _at(given, "updated_at")
    urls = given.get("tracking_urls")
    first = urls[0] if isinstance(urls, list) and urls else ""
    state = "cancelled" if given.get("status") == "cancelled" else word(given.get("shipment_status"), 40)
    properties = {
        "order_id": order,
        "shipment_id": ref,
        "carrier": word(given.get("tracking_company"), 80),
        "tracking": word(given.get("tracking_number"), 80),
        "url": given.get("tracking_url") or first or "",
        "state": SHOPIFY_PARCELS.get(state, "cancelled" if state == "cancelled" else "shipped"),
    }
    return Happening(f"fulfillment:{ref}:{changed.isoformat()}", "shipment", changed, who, properties=properties)


def _refund(given: Given, order: str, who: Who, currency: str) -> list[Happening]:
    ref = _need(given, "id")
    moved = [each for each in _rows(given, "transactions") if each.get("kind") == "refund"]
    back = [each for each in moved if each.get("status", "success") == "success"]
    code = next((word(each.get("currency"), 3) for each in back if each.get("currency")), currency)
    amount = sum(_money(each, "amount", code) for each in back)
    if not amount:
        return []
    at = _at(given, "processed_at") if given.get("processed_at") else _at(given, "created_at")
    properties = {"order_id": order, "reason": word(given.get("note"), 200)}
    return [Happening(f"refund:{ref}", "refund", at, who, amount, code, properties)]


def _order_of(given: Given) -> str:
    return _need(given, "order_id")


def woocommerce(topic: str, given: Given, shop: str, now: datetime) -> list[Happening]:
    """What one of WooCommerce's webhooks tells; nothing for topics that we have no use for. Raises Unreadable."""
    if topic in {"order.created", "order.updated", "order.restored"}:
        return list(woo_order(given, shop))
    if topic == "order.deleted":
        ref = _need(given, "id")
        gone = {"order_id": ref, "reason": "deleted"}
        return [Happening(f"order:{ref}:deleted", "cancel", now, Who("order", ref), properties=gone)]
    return []


def woo_order(given: Given, shop: str) -> Iterator[Happening]:
    """An order as it stands, with its payment, parcels and refunds. Times are those of Greenwich."""
    ref, who = _need(given, "id"), _buyer(given)
    currency, changed = _need(given, "currency"), _gmt(given, "date_modified_gmt")
    basic = {"order_id": ref, "number": f"#{word(given.get('number'), 59) or ref}"}
    total, status = _money(given, "total", currency), word(given.get("status"), 40)
    yield Happening(f"order:{ref}", "order", _gmt(given, "date_created_gmt"), who, total, currency, basic)
    whole = basic | {
        "status": WOO_STATUSES.get(status, status),
        "paid": bool(given.get("date_paid_gmt")) or status in {"processing", "completed", "refunded"},
        "url": f"https://{shop}/wp-admin/post.php?post={ref}&action=edit" if shop else "",
        "lines": [_woo_line(line, currency) for line in _rows(given, "line_items")],
    }
    yield Happening(f"order:{ref}:{changed.isoformat()}", "order", changed, who, total, currency, whole)
    for refund in _rows(given, "refunds"):
        amount = abs(_money(refund, "total", currency))
        reason = {"order_id": ref, "reason": word(refund.get("reason"), 200)}
        yield Happening(f"refund:{_need(refund, 'id')}", "refund", changed, who, amount, currency, reason)
    yield from _woo_parcels(given, ref, who, changed)


def _buyer(given: Given) -> Who:
    billing = _record(given, "billing")
    if email := word(billing.get("email"), 254):
        return Who("email", email)
    if phone := word(billing.get("phone"), 40):
        return Who("phone", phone)
    known = word(given.get("customer_id"), 60)
    return Who("external_id", f"woocommerce:{known}") if known not in {"", "0"} else Who("order", _need(given, "id"))


def _woo_line(line: Given, currency: str) -> dict[str, Any]:
    quantity = line.get("quantity") if isinstance(line.get("quantity"), int) else 1
    amount = _money(line, "total", currency) if line.get("total") is not None else None
    return {
        "name": word(line.get("name"), 200),
        "sku": word(line.get("sku"), 60),
        "quantity": quantity,
        "amount": amount,
    }


def _woo_parcels(given: Given, ref: str, who: Who, changed: datetime) -> Iterator[Happening]:
    """As the extension Shipment Tracking writes them."""
    held = [meta for meta in _rows(given, "meta_data") if meta.get("key") == WOO_PARCELS]
    for parcel in (each for meta in held for each in _rows(meta, "value")):
        tracking = word(parcel.get("tracking_number"), 80)
        sent = word(parcel.get("date_shipped"), 20)
        at = datetime.fromtimestamp(int(sent), UTC) if sent.isascii() and sent.isdigit() else changed
        carrier = parcel.get("tracking_provider") or parcel.get("custom_tracking_provider")
        properties = {
            "order_id": ref,
            "carrier": word(carrier, 80),
            "tracking": tracking,
            "url": parcel.get("custom_tracking_link") or parcel.get("tracking_link") or "",
            "state": "shipped",
        }
        yield Happening(f"parcel:{ref}:{tracking}", "shipment", at, who, properties=properties)


def _need(given: Given, name: str) -> str:
    found = word(given.get(name), 100)
    if not found:
        raise Unreadable(name)
    return found


def _record(given: Given, name: str) -> Given:
    found = given.get(name)
    return found if isinstance(found, Mapping) else {}


def _rows(given: Given, name: str) -> list[Given]:
    found = given.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _money(given: Given, name: str, currency: str) -> int:
    try:
        return minor(str(given.get(name)), currency)
    except BadAmount as error:
        raise Unreadable(name) from error


def _at(given: Given, name: str) -> datetime:
    found = moment(given.get(name))
    if found is None:
        raise Unreadable(name)
    return found.astimezone(UTC)


def _gmt(given: Given, name: str) -> datetime:
    """WooCommerce writes the time of Greenwich without saying so."""
    value = given.get(name)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Unreadable(name)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
