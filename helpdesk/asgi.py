"""One port for everything: sockets by Channels, pages and API by WSGI in a fixed pool of threads.

Why WSGI inside ASGI: docs/decisions/0002-pages-by-wsgi-inside-asgi.md.
"""

import importlib
import importlib.util
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from helpdesk.core.turnstile import Turnstile
from helpdesk.wsgi import application as pages

THREADS = 8


def _socket_routes() -> list[Any]:
    # The app registry is filled only by the import above, so consumers cannot be imported at the top.
    if importlib.util.find_spec("tickets.consumers") is None:
        return []
    return list(importlib.import_module("tickets.consumers").websocket_urlpatterns)


_pages = Turnstile(
    cast(Any, WSGIMiddleware(cast(WSGIApp, pages), workers=THREADS)),
    r"/w/[^/]{1,64}/api/(?:boot|identify)\Z",
    at_once=1,
    most_waiting=2_000,
)
_waiter = importlib.import_module("tickets.channels.chat.waiter")


async def http(scope: Any, receive: Any, send: Any) -> None:
    """Pages and API in the pool of threads; a long poll waits on the loop and takes no thread."""
    await (_waiter.application if _waiter.is_for_us(scope) else _pages)(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(_socket_routes()))),
    }
)
