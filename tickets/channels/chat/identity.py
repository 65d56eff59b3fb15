"""Whether the host's server vouches for a visitor: a short JWT (RFC 7519, HS256), or the HMAC of their id.

Both are made with the inbox's identity secret; while it is being changed, the one before is good as well. Pure.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from tickets.rules.sitters import CLAIMED, VERIFIED, tidy

LONGEST_LIFE = timedelta(minutes=60)
SKEW = timedelta(seconds=60)
LONGEST_TOKEN = 4_000


class BadIdentity(ValueError):
    """A signature was given and it is not good: `expired`, `lasting`, `shape` or `signature`."""


def claim(given: Mapping[str, Any], key: str, secrets: Iterable[str], now: datetime) -> dict[str, Any]:
    """What is known of the visitor, as fields of Sitter with `identity`. Raises BadIdentity; a bad proof is never
    taken for a mere claim."""
    secrets = [secret for secret in secrets if secret]
    if given.get("jwt") is not None:
        return _by_jwt(given["jwt"], key, secrets, now)
    if given.get("user_hash") is not None:
        return _by_hash(given, secrets)
    words = tidy({**given, "external_id": given.get("id")})
    return words | {"identity": CLAIMED} if any(words.values()) else {}


def _by_jwt(token: Any, key: str, secrets: list[str], now: datetime) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise BadIdentity("shape")
    said = _opened(token, key, secrets)
    if said is None:
        raise BadIdentity("signature")
    ends = said["exp"]
    if not isinstance(ends, int | float) or isinstance(ends, bool) or ends < (now - SKEW).timestamp():
        raise BadIdentity("expired")
    if ends > (now + LONGEST_LIFE + SKEW).timestamp():
        raise BadIdentity("lasting")
    begins = said.get("nbf", 0)
    if not isinstance(begins, int | float) or begins > (now + SKEW).timestamp():
        raise BadIdentity("expired")
    return _verified(said | {"external_id": said["sub"]})


def _opened(token: str, key: str, secrets: list[str]) -> dict[str, Any] | None:
    """The claims that one of the secrets has signed. Times are looked at by our own clock."""
    options: Any = {"require": ["exp", "sub", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    for secret in secrets:
        try:
            return jwt.decode(token, secret, algorithms=["HS256"], audience=key, options=options)
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise BadIdentity("shape") from error
    return None


def _by_hash(given: Mapping[str, Any], secrets: list[str]) -> dict[str, Any]:
    who, sent = given.get("id"), given.get("user_hash")
    if not isinstance(who, str | int) or isinstance(who, bool) or not isinstance(sent, str):
        raise BadIdentity("shape")
    made = [hmac.new(secret.encode(), str(who).encode(), hashlib.sha256).hexdigest() for secret in secrets]
    if not sent.isascii() or not any([hmac.compare_digest(one, sent.lower()) for one in made]):  # noqa: C419 - all of them
        raise BadIdentity("signature")
    return _verified({**given, "external_id": who})


def _verified(said: Mapping[str, Any]) -> dict[str, Any]:
    words = tidy(said)
    if not words.get("external_id"):
        raise BadIdentity("shape")
    return words | {"identity": VERIFIED}
