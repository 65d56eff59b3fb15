"""Asks our own pages how they are."""

import urllib.error
import urllib.request

# Never through a proxy: it is our own machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(address: str, path: str) -> bool:
    """Does the page answer 200 within two seconds?"""
    try:
        with _opener.open(address + path, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def body(address: str, path: str) -> str:
    """What the page says, whatever its status; empty when nobody answers."""
    try:
        with _opener.open(address + path, timeout=2) as answer:
            return str(answer.read(500), "utf-8", "replace")
    except urllib.error.HTTPError as refusal:
        return str(refusal.read(500), "utf-8", "replace")
    except (OSError, ValueError):
        return ""
