"""Sealing of credentials at rest (mail passwords) with a key derived from SECRET_KEY.

Fernet (AES-128-CBC with HMAC-SHA256), https://github.com/fernet/spec.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def _box() -> Fernet:
    key = hashlib.sha256(b"helpdesk.sealed:" + str(settings.SECRET_KEY).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(plain: str) -> str:
    """The text, readable only with this installation's key."""
    return _box().encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again; "" when it was sealed under another key (a restored copy must not send)."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
