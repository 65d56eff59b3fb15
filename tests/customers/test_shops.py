"""Shops tell by webhooks: genuine or refused, once, in any order; their past comes in page by page."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from customers.actions import asking, shops
from customers.models import Connector, Customer, Event, Order
from customers.queries import commerce
from customers.templatetags.orders import trouble
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.rules.webhooks import sign
from tests.support.shoporders import SHOPIFY_FULFILLMENT, SHOPIFY_ORDER, SHOPIFY_REFUND, WOO_ORDER, signed

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)
SECRET = "shpss_hush"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def shopify() -> Connector:
    return shops.add(by=SYSTEM, kind="shopify", name="Shop", shop="jsmith.myshopify.com", secret=SECRET)[0]


@pytest.fixture
def woo() -> Connector:
    return shops.add(by=SYSTEM, kind="woocommerce", name="فروشگاه", shop="shop.example", secret=SECRET)[0]


def send(connector: Connector, body: bytes, key: str = "", **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"/hooks/{connector.kind}/{key or connector.key}/"
    return Client().post(path, body, content_type="application/json", headers=names).status_code


def tell(connector: Connector, topic: str, payload: Any, secret: str = SECRET) -> int:
    body, signature = signed(payload, secret)
    if connector.kind == "shopify":
        return send(connector, body, X_Shopify_Topic=topic, X_Shopify_Hmac_Sha256=signature)
    return send(connector, body, X_WC_Webhook_Topic=topic, X_WC_Webhook_Signature=signature)


PAID = SHOPIFY_ORDER | {"financial_status": "paid", "updated_at": "2026-03-20T11:00:00-04:00"}
SENT = PAID | {
    "fulfillment_status": "fulfilled",
    "updated_at": "2026-03-20T12:00:01-04:00",
    "fulfillments": [SHOPIFY_FULFILLMENT],
}
BACK = SENT | {
    "financial_status": "partially_refunded",
    "updated_at": "2026-03-20T15:00:01-04:00",
    "refunds": [SHOPIFY_REFUND],
}


def test_a_shopify_order_from_webhooks_in_any_order_ends_in_the_same_row(shopify: Connector) -> None:
    told = [
        ("orders/create", SHOPIFY_ORDER),
        ("orders/updated", PAID),
        ("fulfillments/create", SHOPIFY_FULFILLMENT),
        ("orders/updated", BACK),
    ]
    ends = set()
    for arrival in itertools.permutations(told):
        assert {tell(shopify, topic, payload) for topic, payload in arrival} == {200}
        tell(shopify, "refunds/create", SHOPIFY_REFUND)
        row = Order.objects.get()
        spent = commerce.spending(row.customer_id)[0]["amount"]
        ends.add((row.status, row.total, row.refunded, row.number, row.placed_at, row.shipments[0]["tracking"], spent))
        assert row.customer.identities.get().value == "jon@example.com"
        Order.objects.all().delete(), Event.objects.all().delete()
    placed = datetime(2026, 3, 20, 14, tzinfo=UTC)
    assert ends == {("shipped", 38_800, 19_900, "#9999", placed, "1Z1234512345123456", 18_900)}


def test_the_card_has_what_shopify_said(shopify: Connector) -> None:
    tell(shopify, "orders/updated", SENT)
    row = Order.objects.get()
    assert row.url == "https://jsmith.myshopify.com/admin/orders/820982911946154508"
    assert row.lines[1] == {"name": "Headphones", "sku": "", "quantity": 2, "amount": 18_900}
    assert (row.shipments[0]["carrier"], row.shipments[0]["state"]) == ("UPS", "in_transit")
    gone = SENT | {"cancelled_at": "2026-03-21T04:00:00-04:00", "cancel_reason": "customer"}
    tell(shopify, "orders/cancelled", gone | {"updated_at": "2026-03-21T04:00:00-04:00"})
    row.refresh_from_db()
    assert (row.status, row.reason, commerce.spending(row.customer_id)) == ("cancelled", "customer", [])


def test_a_webhook_told_again_changes_nothing(shopify: Connector) -> None:
    for _time in range(3):
        assert tell(shopify, "orders/updated", BACK) == 200
    assert Event.objects.count() == 4
    shopify.refresh_from_db()
    assert (shopify.told, shopify.last_error) == (4, "")


@pytest.mark.parametrize("kind", ["shopify", "woocommerce", "store"])
def test_whoever_lacks_the_secret_is_refused_and_leaves_nothing(kind: str) -> None:
    connector = shops.add(by=SYSTEM, kind=kind, name="Shop", secret=SECRET)[0]
    body, right = signed(SHOPIFY_ORDER, SECRET)
    for given in ("", "AAAA", signed(SHOPIFY_ORDER, "other")[1], right[:-4], right.lower()):
        names = ("X_Shopify_Hmac_Sha256", "X_WC_Webhook_Signature", "webhook_signature")
        headers = dict.fromkeys(names, given) | {"X_Shopify_Topic": "orders/create", "webhook_id": "1"}
        assert send(connector, body, **headers) == 401, given
    assert send(connector, body + b" ", X_Shopify_Hmac_Sha256=right, X_WC_Webhook_Signature=right) == 401
    assert send(connector, body, key="nobody", X_Shopify_Hmac_Sha256=right) == 404
    assert not Event.objects.exists() and not Customer.objects.exists()
    connector.refresh_from_db()
    assert "signature" in connector.last_error


def test_without_a_secret_that_can_be_read_nothing_is_genuine(shopify: Connector) -> None:
    Connector.objects.update(secret="sealed under another key")
    assert tell(shopify, "orders/create", SHOPIFY_ORDER, secret="") == 401
    assert not Event.objects.exists()


def test_a_connector_that_is_off_has_no_address(shopify: Connector) -> None:
    Connector.objects.update(is_active=False)
    assert tell(shopify, "orders/create", SHOPIFY_ORDER) == 404


def test_what_cannot_be_read_is_refused_and_shown_to_the_admin(shopify: Connector) -> None:
    for payload in ({"id": 5}, SHOPIFY_ORDER | {"total_price": "much"}, SHOPIFY_ORDER | {"created_at": "now"}, [1]):
        assert tell(shopify, "orders/create", payload) == 422
    assert tell(shopify, "orders/create", SHOPIFY_ORDER | {"currency": "XXX"}) == 422
    assert not Event.objects.exists()
    shopify.refresh_from_db()
    assert shopify.last_error


def test_the_admin_reads_what_went_wrong_in_their_language(shopify: Connector, client: Client, admin: User) -> None:
    tell(shopify, "orders/create", {"id": 5})
    client.force_login(admin)
    page = f"/settings/shops/{shopify.pk}/"
    assert "A request could not be read: currency" in client.get(page).content.decode()
    shopify.refresh_from_db()
    with translation.override("fa"):
        assert trouble(shopify.last_error) == "یک درخواست خوانده نشد: currency"


def test_topics_that_we_have_no_use_for_are_thanked_for(shopify: Connector) -> None:
    assert tell(shopify, "products/update", {"id": 788032119674292922, "title": "Example T-Shirt"}) == 200
    assert not Event.objects.exists()


def test_a_woocommerce_order_with_its_parcel_and_refund(woo: Connector, customer: Customer) -> None:
    assert tell(woo, "order.created", WOO_ORDER | {"status": "pending", "refunds": [], "meta_data": []}) == 200
    later = WOO_ORDER | {"date_modified_gmt": "2026-03-21T09:00:00", "status": "completed"}
    assert tell(woo, "order.updated", later) == 200
    row = Order.objects.get(customer=customer)
    assert (row.status, row.total, row.refunded, row.currency) == ("completed", 29_350_000, 14_500_000, "IRR")
    assert (row.number, row.lines[0]["name"], row.shipments[0]["carrier"]) == ("#727", "مودم فیبر نوری", "پست")
    assert row.shipments[0]["url"] == "https://tracking.post.example/?id=211060014001"
    assert commerce.spending(customer.pk) == [{"currency": "IRR", "amount": 14_850_000}]
    assert tell(woo, "order.deleted", {"id": 727}) == 200
    row.refresh_from_db()
    assert row.status == "cancelled"


def test_woocommerce_asks_unsigned_whether_we_are_here(woo: Connector) -> None:
    assert send(woo, b"webhook_id=7") == 200
    assert send(woo, b"webhook_id=7&x=1") == 401
    assert not Event.objects.exists()


def test_another_shop_tells_events_signed_by_standard_webhooks() -> None:
    connector, secret = shops.add(by=SYSTEM, kind="store", name="Ours")
    event = {
        "event_id": "o1",
        "type": "order",
        "occurred_at": "2026-03-21T10:00:00Z",
        "customer": {"phone": "09121234567"},
        "amount": {"amount": 900_000, "currency": "IRR"},
    }

    def tell_at(at: datetime, payload: Any, key: str = secret) -> int:
        body, stamp = json.dumps(payload).encode(), str(int(at.timestamp()))
        given = f"v1,AAAA {sign(key, 'msg_1', stamp, body)}"
        return send(connector, body, webhook_id="msg_1", webhook_timestamp=stamp, webhook_signature=given)

    assert tell_at(NOON - timedelta(minutes=6), event) == 401
    assert tell_at(NOON + timedelta(minutes=6), event) == 401
    assert tell_at(NOON, event, key="whsec_AAAA") == 401
    assert tell_at(NOON, {"type": "order"}) == 422
    assert not Event.objects.exists()
    assert tell_at(NOON - timedelta(minutes=4), event) == 200
    assert tell_at(NOON, {"events": [event, event | {"event_id": "o2"}]}) == 200
    assert Event.objects.count() == 2
    assert Order.objects.count() == 2


class FakeShop:
    """Answers as the shop's API does: `pages` by path and query."""

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages, self.asked = pages, []

    def __call__(self, connector: Connector, path: str, query: dict[str, Any], seconds: float) -> Any:
        key = path + "?" + str(query.get("since_id", query.get("page", "")))
        self.asked.append(key)
        if key not in self.pages:
            raise asking.Unanswered("The shop could not be reached.")
        return self.pages[key]


def test_the_past_comes_in_by_pages_and_goes_on_where_it_was_cut_short(
    shopify: Connector, monkeypatch: pytest.MonkeyPatch, work: Callable[[], dict[str, int]]
) -> None:
    monkeypatch.setattr(asking, "PAGE", 2)
    shops.change(
        by=SYSTEM, connector=shopify, name="Shop", shop=shopify.shop, secret="", credentials="shpat_1", is_active=True
    )
    orders = [SENT | {"id": number, "name": f"#{number}", "fulfillments": []} for number in range(1, 4)]
    path = "/admin/api/2025-10/orders.json?"
    shop = FakeShop({f"{path}0": {"orders": orders[:2]}})
    monkeypatch.setattr(asking, "get", shop)
    shops.begin_import(by=SYSTEM, connector=shopify)
    work()
    shopify.refresh_from_db()
    assert (shopify.cursor, shopify.imported, Order.objects.count()) == ("2", 2, 2)
    shop.pages[f"{path}2"] = {"orders": [*orders[2:]]}
    with clock.frozen(NOON + timedelta(hours=1)):
        work()
    shopify.refresh_from_db()
    assert (shopify.cursor, shopify.imported, Order.objects.count()) == ("", 3, 3)


def test_the_agent_asks_the_shop_how_the_order_stands_now(
    shopify: Connector, monkeypatch: pytest.MonkeyPatch, client: Client, agent: User
) -> None:
    tell(shopify, "orders/updated", PAID)
    Connector.objects.update(credentials=shops.seal("shpat_1"))
    row = Order.objects.get()
    monkeypatch.setattr(asking, "get", FakeShop({f"/admin/api/2025-10/orders/{row.ref}.json?": {"order": SENT}}))
    client.force_login(agent)
    path = f"/desk/c/{row.customer_id}/orders/"
    assert "On its way" not in client.get(path).content.decode()
    asked = client.post(f"{path}ask/", headers={"HX-Request": "true"}).content.decode()
    assert "On its way" in asked and "1Z1234512345123456" in asked and "the shop was asked just now" in asked
    monkeypatch.setattr(asking, "get", FakeShop({}))
    asked = client.post(f"{path}ask/", headers={"HX-Request": "true"}).content.decode()
    assert "no shop could be asked" in asked and "On its way" in asked


def test_a_secret_is_shown_once_and_never_again(client: Client, admin: User) -> None:
    client.force_login(admin)
    made = client.post("/settings/shops/", {"kind": "store", "name": "Ours"}).content.decode()
    row = Connector.objects.get()
    secret = shops.secret_of(row)
    assert secret.startswith("whsec_") and secret in made and f"/hooks/store/{row.key}/" in made
    page = client.get(f"/settings/shops/{row.pk}/").content.decode()
    assert secret not in page and row.key in page
    assert secret not in row.secret
    given = {"name": "Ours", "shop": "", "secret": "", "is_active": "1"}
    assert client.post(f"/settings/shops/{row.pk}/", given).status_code == 302
    row.refresh_from_db()
    assert shops.secret_of(row) == secret


def test_what_is_missing_is_told_and_nothing_is_made(client: Client, admin: User) -> None:
    client.force_login(admin)
    for given in ({"kind": "shopify", "name": "S"}, {"kind": "store"}, {"kind": "magento", "name": "S"}):
        assert client.post("/settings/shops/", given).status_code == 422
    assert client.post("/settings/shops/", {"kind": "store", "name": "S", "shop": "a b"}).status_code == 422
    assert not Connector.objects.exists()


def test_a_removed_shop_leaves_what_it_told(shopify: Connector, client: Client, admin: User) -> None:
    tell(shopify, "orders/updated", PAID)
    client.force_login(admin)
    assert client.post(f"/settings/shops/{shopify.pk}/remove/").status_code == 302
    assert not Connector.objects.exists() and Order.objects.count() == 1
