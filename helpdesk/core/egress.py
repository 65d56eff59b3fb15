"""The only way out: resolve once, refuse what is not public, connect to the address that was checked.

`EGRESS_ALLOW` (host:port, separated by commas) names private servers that the operator trusts, such as a mail
server in the same rack.
"""

import contextlib
import ipaddress
import os
import socket

from django.conf import settings
from django.db import connection

from helpdesk.core.errors import DomainError


class Refused(DomainError):
    """The address is not one we connect to."""

    def __init__(self, host: str) -> None:
        from django.utils.translation import gettext_lazy as _

        super().__init__("egress_refused", _("We do not connect to this address. Use a public server name."), host=host)


def listed(host: str, port: int) -> bool:
    """Whether the operator named this server as trusted."""
    named = os.environ.get("EGRESS_ALLOW", "") + "," + ",".join(getattr(settings, "EGRESS_ALLOW", ()))
    return f"{host}:{port}" in {entry.strip() for entry in named.split(",")}


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet (mapped and tunnelled forms are unwrapped)."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return ip.is_global and not ip.is_multicast


def check(host: str, port: int) -> str:
    """The one address to connect to. Raises Refused; OSError when the name does not resolve."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not (listed(host, port) or all(is_public(address) for address in addresses)):
        raise Refused(host)
    return addresses[0]


def connect(host: str, port: int, timeout: float) -> socket.socket:
    """A connected socket to the checked address. Never inside a transaction."""
    if connection.in_atomic_block and not getattr(settings, "TESTING", False):
        raise RuntimeError("no network inside a transaction")
    return socket.create_connection((check(host, port), port), timeout=timeout)


def cut(line: socket.socket) -> None:
    """Ends a connection whatever its owner waits for; TLS is not asked."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
