"""The roof: mounts everything."""

from django.urls import include, path

urlpatterns = [
    path("", include("helpdesk.core.urls")),
    path("", include("helpdesk.accounts.urls")),
    path("", include("customers.urls")),
    path("", include("tickets.urls")),
    path("", include("helpdesk.api_urls")),
]

handler500 = "helpdesk.core.http.broken"
