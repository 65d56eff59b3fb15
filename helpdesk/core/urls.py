"""The floor's own pages: health for machines, the styleguide for makers."""

from django.urls import path

from helpdesk.core import health, styleguide

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("desk/_styleguide/", styleguide.styleguide, name="styleguide"),
]
