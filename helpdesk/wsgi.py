"""Pages and API for a WSGI server (gunicorn, granian …). `helpdesk.asgi` serves both these and the sockets."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

import helpdesk.celery  # noqa: F401 - names the broker for what pages announce
from helpdesk.settings import PAGE_STATEMENT_SECONDS, postgres_options

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

# Nobody waits longer for a page; workers and commands keep their longer patience.
settings.DATABASES["default"]["OPTIONS"]["options"] = postgres_options(PAGE_STATEMENT_SECONDS)

application = get_wsgi_application()
