"""Addresses of the customers' pages."""

from django.urls import path

from customers.api import hooks
from customers.views import (
    attributes,
    contacting,
    customer,
    data,
    duplicates,
    handles,
    history,
    imports,
    memory,
    merges,
    orders,
    organisations,
    retention,
    shops,
)

app_name = "customers"

urlpatterns = [
    path("desk/c/<int:pk>/", customer.customer, name="customer"),
    path("desk/c/<int:pk>/change/", customer.change, name="change"),
    path("desk/c/<int:pk>/history/", history.paper, name="history"),
    path("desk/c/<int:pk>/history.csv", history.sheet, name="history_sheet"),
    path("desk/o/", organisations.index, name="organisations"),
    path("desk/o/<int:pk>/", organisations.organisation, name="organisation"),
    path("desk/o/<int:pk>/join/", organisations.join, name="organisation_join"),
    path("desk/o/<int:pk>/domains/", organisations.add_domain, name="organisation_add_domain"),
    path("desk/members/<int:pk>/leave/", organisations.leave, name="organisation_leave"),
    path("desk/members/<int:pk>/grant/", organisations.grant, name="organisation_grant"),
    path("desk/domains/<int:pk>/<slug:what>/", organisations.domain, name="organisation_domain"),
    path("desk/c/<int:pk>/organisation/", organisations.join_from_customer, name="join_organisation"),
    path("desk/c/<int:pk>/memory/", memory.memory, name="memory"),
    path("desk/facts/<int:pk>/<slug:what>/", memory.fact, name="fact"),
    path("desk/c/<int:pk>/handles/", handles.add, name="add_handle"),
    path("desk/c/<int:pk>/handles/<int:identity>/remove/", handles.remove, name="remove_handle"),
    path("desk/c/<int:pk>/handles/<int:identity>/verify/", handles.verify, name="verify_handle"),
    path("desk/c/<int:pk>/handles/<int:identity>/move/", handles.move, name="move_handle"),
    path("desk/c/<int:pk>/merge/", merges.merge, name="merge"),
    path("desk/c/<int:pk>/merges/", merges.merges, name="merges"),
    path("desk/c/<int:pk>/split/", merges.split, name="split"),
    path("desk/duplicates/", duplicates.index, name="duplicates"),
    path("desk/duplicates/<int:pk>/part/", duplicates.part, name="part"),
    path("desk/not-same/<int:pk>/undo/", duplicates.unpart, name="unpart"),
    path("desk/customer-merges/<int:pk>/undo/", merges.undo, name="merge_undo"),
    path("desk/c/<int:pk>/data/", data.data, name="data"),
    path("desk/c/<int:pk>/data/copy/", data.copy, name="data_copy"),
    path("desk/c/<int:pk>/data/copies/<int:copy>/", data.fetch, name="data_fetch"),
    path("desk/c/<int:pk>/data/erase/", data.erase, name="data_erase"),
    path("desk/c/<int:pk>/orders/", orders.orders, name="orders"),
    path("desk/c/<int:pk>/orders/ask/", orders.ask, name="ask_shops"),
    path("desk/c/<int:pk>/attributes/", attributes.card, name="attributes_of"),
    path("desk/c/<int:pk>/consent/", contacting.consent, name="consent"),
    path("desk/c/<int:pk>/looks/", contacting.looks, name="looks"),
    path("settings/contact/", contacting.settings, name="contact_settings"),
    path("settings/retention/", retention.retention, name="retention"),
    path("settings/attributes/", attributes.index, name="attributes"),
    path("settings/import/", imports.index, name="imports"),
    path("settings/import/<int:pk>/", imports.one, name="import"),
    path("settings/import/<int:pk>/refused.csv", imports.errors, name="import_errors"),
    path("settings/shops/", shops.index, name="shops"),
    path("settings/shops/<int:pk>/", shops.one, name="shop"),
    path("settings/shops/<int:pk>/test/", shops.test, name="shop_test"),
    path("settings/shops/<int:pk>/import/", shops.bring, name="shop_import"),
    path("settings/shops/<int:pk>/remove/", shops.remove, name="shop_remove"),
    *(
        path(f"hooks/{kind}/<str:key>/", hooks.hook, {"kind": kind}, name=f"hook_{kind}")
        for kind in ("shopify", "woocommerce", "store")
    ),
]
