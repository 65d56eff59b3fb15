"""Pages and API for a WSGI server (gunicorn, granian …). `helpdesk.asgi` serves both these and the sockets."""

import os

from django.core.wsgi import get_wsgi_application

import helpdesk.celery  # noqa: F401 - names the broker for what pages announce

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

application = get_wsgi_application()
