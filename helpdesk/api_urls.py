"""The addresses that integrators use: REST version 1, its OpenAPI document, its reference pages."""

from django.urls import path, re_path

from customers.api import (
    attributes,
    consent,
    customers,
    duplicates,
    events,
    handles,
    imports,
    memory,
    orders,
    organisations,
    privacy,
)
from customers.api import merges as customer_merges
from helpdesk import developers
from helpdesk.core.api import Nowhere
from tickets.api import merges, messages, search, steps, tickets

app_name = "api"

RESOURCES = [
    path("api/v1/tickets/", tickets.Tickets.as_view(), name="tickets"),
    path("api/v1/tickets/<int:pk>/", tickets.OneTicket.as_view(), name="ticket"),
    path("api/v1/tickets/<int:pk>/messages/", messages.Messages.as_view(), name="messages"),
    path("api/v1/tickets/<int:pk>/notes/", messages.Notes.as_view(), name="notes"),
    path("api/v1/tickets/<int:pk>/assign/", steps.Assign.as_view(), name="assign"),
    path("api/v1/tickets/<int:pk>/resolve/", steps.Resolve.as_view(), name="resolve"),
    path("api/v1/tickets/<int:pk>/reopen/", steps.Reopen.as_view(), name="reopen"),
    path("api/v1/tickets/<int:pk>/merge/", merges.MergeTickets.as_view(), name="merge"),
    path("api/v1/ticket-merges/<int:pk>/undo/", merges.UndoMerge.as_view(), name="merge_undo"),
    path("api/v1/customers/", customers.Customers.as_view(), name="customers"),
    path("api/v1/customers/<int:pk>/", customers.OneCustomer.as_view(), name="customer"),
    path("api/v1/customers/<int:pk>/timeline/", customers.Timeline.as_view(), name="timeline"),
    path("api/v1/customers/<int:pk>/identities/", handles.Identities.as_view(), name="identities"),
    path("api/v1/identities/<int:pk>/verify/", handles.Verify.as_view(), name="identity_verify"),
    path("api/v1/identities/<int:pk>/remove/", handles.Remove.as_view(), name="identity_remove"),
    path("api/v1/identities/<int:pk>/move/", handles.Move.as_view(), name="identity_move"),
    path("api/v1/customers/<int:pk>/merge/", customer_merges.Merge.as_view(), name="customer_merge"),
    path("api/v1/customers/<int:pk>/split/", customer_merges.Split.as_view(), name="customer_split"),
    path("api/v1/customer-duplicates/", duplicates.Duplicates.as_view(), name="duplicates"),
    path("api/v1/customer-duplicates/<int:pk>/not-same/", duplicates.NotSame.as_view(), name="not_same"),
    path("api/v1/customer-merges/", customer_merges.Merges.as_view(), name="customer_merges"),
    path("api/v1/customer-merges/<int:pk>/undo/", customer_merges.Undo.as_view(), name="customer_merge_undo"),
    path("api/v1/customers/<int:pk>/facts/", memory.Facts.as_view(), name="facts"),
    path("api/v1/facts/<int:pk>/", memory.OneFact.as_view(), name="fact"),
    path("api/v1/facts/<int:pk>/forget/", memory.ForgetFact.as_view(), name="fact_forget"),
    path("api/v1/organisations/", organisations.Organisations.as_view(), name="organisations"),
    path("api/v1/organisations/<int:pk>/", organisations.OneOrganisation.as_view(), name="organisation"),
    path("api/v1/organisations/<int:pk>/members/", organisations.Members.as_view(), name="members"),
    path("api/v1/members/<int:pk>/remove/", organisations.Leave.as_view(), name="member_remove"),
    path("api/v1/customers/<int:pk>/export/", privacy.Export.as_view(), name="customer_export"),
    path("api/v1/customers/<int:pk>/erase/", privacy.Erase.as_view(), name="customer_erase"),
    path("api/v1/customers/<int:pk>/orders/", orders.Orders.as_view(), name="orders"),
    path("api/v1/customers/<int:pk>/spending/", orders.Spending.as_view(), name="spending"),
    path("api/v1/customers/<int:pk>/consents/", consent.Consents.as_view(), name="consents"),
    path("api/v1/customers/<int:pk>/no-contact/", consent.NoContacts.as_view(), name="no_contact"),
    path("api/v1/customers/<int:pk>/may-contact/", consent.MayContact.as_view(), name="may_contact"),
    path("api/v1/customers/<int:pk>/looks/", consent.Looks.as_view(), name="looks"),
    path("api/v1/customer-attributes/", attributes.Attributes.as_view(), name="attributes"),
    path("api/v1/customer-imports/", imports.Imports.as_view(), name="imports"),
    path("api/v1/customer-imports/<int:pk>/", imports.OneImport.as_view(), name="import"),
    path("api/v1/customer-imports/<int:pk>/start/", imports.Start.as_view(), name="import_start"),
    path("api/v1/customer-imports/<int:pk>/stop/", imports.Stop.as_view(), name="import_stop"),
    path("api/v1/customer-imports/<int:pk>/refused/", imports.Refused.as_view(), name="import_refused"),
    path("api/v1/events/", events.Events.as_view(), name="events"),
    path("api/v1/search/", search.Search.as_view(), name="search"),
]

urlpatterns = [
    *RESOURCES,
    path("api/openapi.json", developers.openapi, name="openapi"),
    re_path(r"^api/", Nowhere.as_view(), name="nowhere"),
    path("developers/", developers.reference, name="reference"),
    path("developers/widget/", developers.widget, name="widget"),
    path("developers/channel/", developers.channel, name="channel"),
    path("developers/errors/<slug:code>/", developers.error, name="error"),
]
