"""Whether a request really comes from its provider. Every comparison takes constant time; doubt means no.

Mailgun: HMAC-SHA256 of timestamp and token. MailerSend: HMAC-SHA256 of the body. Mandrill: HMAC-SHA1 of the address and
the sorted fields. Postal: RSA over the body. Resend: Standard Webhooks (Svix). The others sign nothing: they are known
by a password in the address (HTTP Basic), or by the address itself when it holds the inbox's key.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from helpdesk.core import clock
from tickets.channels.email.hooks.request import BadHook, Request

TOLERANCE = timedelta(minutes=5)


def genuine(provider: str, request: Request, secret: str, url: str, *, knows_key: bool) -> bool:
    """Whether `request`, which came to `url`, was made by someone who holds `secret` (or `knows_key`)."""
    signed = SIGNED.get(provider)
    try:
        return signed(request, secret, url) if signed else _password(request, secret, knows_key)
    except (ValueError, KeyError, TypeError, BadHook):
        return False


def _same(given: str, right: str) -> bool:
    return bool(given) and hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _password(request: Request, secret: str, knows_key: bool) -> bool:
    given = request.header("authorization")
    if not given:
        return knows_key
    kind, _, value = given.partition(" ")
    if kind.lower() == "bearer":
        return _same(value.strip(), secret)
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return _same(password, secret) or _same(f"{user}:{password}", secret)


def _mailgun(request: Request, secret: str, url: str) -> bool:
    form = request.json()["signature"] if request.content_type.startswith("application/json") else request.form
    right = hmac.new(secret.encode(), f"{form['timestamp']}{form['token']}".encode(), hashlib.sha256).hexdigest()
    return bool(form["timestamp"] and form["token"]) and _same(str(form["signature"]), right)


def _mailersend(request: Request, secret: str, url: str) -> bool:
    return _same(request.header("signature"), hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest())


def _mandrill(request: Request, secret: str, url: str) -> bool:
    signed = url + "".join(f"{name}{value}" for name, value in sorted(request.form.items()))
    mac = hmac.new(secret.encode(), signed.encode("utf-8", "surrogateescape"), hashlib.sha1).digest()
    return _same(request.header("x-mandrill-signature"), base64.b64encode(mac).decode())


def _resend(request: Request, secret: str, url: str) -> bool:
    ident, at = request.header("svix-id"), request.header("svix-timestamp")
    if abs(clock.now().timestamp() - float(at)) > TOLERANCE.total_seconds():
        return False
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    mac = hmac.new(key, f"{ident}.{at}.".encode() + request.body, hashlib.sha256).digest()
    right = base64.b64encode(mac).decode()
    given = [one.partition(",")[2] for one in request.header("svix-signature").split() if one.startswith("v1,")]
    return any(_same(one, right) for one in given)


def _postal(request: Request, secret: str, url: str) -> bool:
    kinds = (("x-postal-signature-256", hashes.SHA256()), ("x-postal-signature", hashes.SHA1()))  # noqa: S303
    pem = secret if "BEGIN" in secret else f"-----BEGIN PUBLIC KEY-----\n{secret}\n-----END PUBLIC KEY-----"
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return False
    for name, digest in kinds:
        given = request.header(name)
        if given and isinstance(key, rsa.RSAPublicKey):
            try:
                key.verify(base64.b64decode(given), request.body, padding.PKCS1v15(), digest)
            except InvalidSignature:
                return False
            return True
    return False


SIGNED: dict[str, Callable[[Request, str, str], bool]] = {
    "mailgun": _mailgun,
    "mailersend": _mailersend,
    "mandrill": _mandrill,
    "postal": _postal,
    "resend": _resend,
}
