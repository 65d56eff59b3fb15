"""What machines ask (is it up, is it ready, how is it), and the style guide."""

from django.urls import path

from helpdesk.core import health
from helpdesk.core.styleguide import styleguide

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("desk/_styleguide/", styleguide, name="styleguide"),
]
