"""A `requests` session for libraries that speak to a service's API: through the egress guard, and over in time.

It follows no redirect, so that a key goes to the one host that it is for, and knows no proxy and no .netrc.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from helpdesk.core import egress

CONNECT_SECONDS = 10.0
# What a session raises when the network or the other side fails.
Failed = requests.RequestException


class _Adapter(HTTPAdapter):
    """Connects by the guard, and can cut whatever it has connected."""

    def __init__(self) -> None:
        self.lines: list[HTTPConnection] = []
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """requests calls this once; urllib3 asks the classes given here for its sockets."""
        super().init_poolmanager(*args, **kwargs)
        dial = _dial(self.lines)
        plain = type("Plain", (HTTPConnection,), {"_new_conn": dial})
        secure = type("Secure", (HTTPSConnection,), {"_new_conn": dial})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }

    def cut(self) -> None:
        """Ends every connection, whatever it waits for."""
        for line in self.lines:
            if line.sock is not None:
                egress.cut(line.sock)


def _dial(lines: list[HTTPConnection]) -> Callable[[HTTPConnection], Any]:
    def connected(line: HTTPConnection) -> Any:
        if not isinstance(line, HTTPSConnection) and not egress.listed(line.host, line.port or 80):
            raise egress.Refused(line.host)
        lines.append(line)
        return egress.connect(line.host, line.port or 443, CONNECT_SECONDS)

    return connected


@contextmanager
def session(seconds: float) -> Iterator[requests.Session]:
    """A session in which all is over after `seconds`. HTTPS only, but for servers that the operator named."""
    made, adapter = requests.Session(), _Adapter()
    made.trust_env, made.max_redirects = False, 0
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    guard = threading.Timer(seconds, adapter.cut)
    guard.daemon = True
    guard.start()
    try:
        yield made
    finally:
        guard.cancel()
        made.close()
