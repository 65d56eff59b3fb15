"""What machines ask: is it up, is it ready, how is it."""

from django.urls import path

from helpdesk.core import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
