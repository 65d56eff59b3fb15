"""Whether a request really comes from its provider. Every comparison takes constant time; doubt means no.

Mailgun: HMAC-SHA256 of timestamp and token (not of the mail: a token counts once, see door.py). MailerSend: HMAC-SHA256
of the body. Mandrill: HMAC-SHA1 of the address and the sorted fields. Postal: RSA over the body. Resend: Standard
Webhooks (Svix). SendGrid: ECDSA over time and body, where its public key was given. The others sign nothing, or (Amazon
SNS) are looked at in sns.py as well: they are known by a password (HTTP Basic, Bearer, SparkPost's own header), or by
the inbox's key in the address.
"""

import base64
import binascii
import hashlib
import hmac
import math
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from helpdesk.core import clock
from tickets.channels.email.hooks.request import BadHook, Request

TOLERANCE = timedelta(minutes=5)
# So long providers repeat a request that nobody thanked for, and do not say that they sign it anew.
REPEATED = {"mailgun": timedelta(hours=9), "sendgrid": timedelta(hours=73)}
PEM = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)


def genuine(provider: str, request: Request, secret: str, urls: Sequence[str], *, knows_key: bool) -> bool:
    """Whether `request`, which came to one of `urls` (however proxies call it), was made by someone with the secret.

    `secret` may hold several, one a line: providers have one for mail and one for news, and rotate them. "": none was
    given, and the inbox's key in the address (`knows_key`) is enough where nothing is signed.
    """
    signed = SIGNED.get(provider)
    if not secret and provider not in ALWAYS:
        return knows_key
    return any(_fits(signed or _password, request, one, url) for one in secrets_in(secret) for url in urls)


def secrets_in(typed: str) -> list[str]:
    """The secrets that somebody typed: the whole, and each by itself."""
    keys = PEM.findall(typed)
    return list(dict.fromkeys(keys or [typed.strip(), *typed.split()]))


def _fits(check: Callable[[Request, str, str], bool], request: Request, secret: str, url: str) -> bool:
    try:
        return bool(secret) and check(request, secret, url)
    except (ValueError, KeyError, TypeError, AttributeError, BadHook):
        return False


def _timely(at: str, provider: str) -> bool:
    age = clock.now().timestamp() - float(at)
    return math.isfinite(age) and -TOLERANCE.total_seconds() <= age <= REPEATED.get(provider, TOLERANCE).total_seconds()


def _same(given: str, right: str) -> bool:
    return bool(given) and hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _password(request: Request, secret: str, url: str) -> bool:
    given = request.header("authorization")
    kind, _, value = given.partition(" ")
    if kind.lower() != "basic":
        return _same(value.strip(), secret) or _same(request.header("x-messagesystems-webhook-token"), secret)
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return _same(password, secret) or _same(f"{user}:{password}", secret)


def _sendgrid(request: Request, secret: str, url: str) -> bool:
    """Where a public key was given, a signature must be there; any other secret is a password."""
    key = _public_key(secret)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return _password(request, secret, url)
    at = request.header("x-twilio-email-event-webhook-timestamp")
    given = base64.b64decode(request.header("x-twilio-email-event-webhook-signature"))
    try:
        key.verify(given, at.encode() + request.body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return _timely(at, "sendgrid")


def _public_key(text: str) -> object:
    pem = text if "BEGIN" in text else f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----"
    try:
        return serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None


def _mailgun(request: Request, secret: str, url: str) -> bool:
    form = request.json()["signature"] if request.content_type.startswith("application/json") else request.form
    right = hmac.new(secret.encode(), f"{form['timestamp']}{form['token']}".encode(), hashlib.sha256).hexdigest()
    return _same(str(form["signature"]), right) and bool(form["token"]) and _timely(str(form["timestamp"]), "mailgun")


def _mailersend(request: Request, secret: str, url: str) -> bool:
    return _same(request.header("signature"), hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest())


def _mandrill(request: Request, secret: str, url: str) -> bool:
    signed = url + "".join(f"{name}{value}" for name, value in sorted(request.form.items()))
    mac = hmac.new(secret.encode(), signed.encode("utf-8", "surrogateescape"), hashlib.sha1).digest()
    return _same(request.header("x-mandrill-signature"), base64.b64encode(mac).decode())


def _resend(request: Request, secret: str, url: str) -> bool:
    ident, at = request.header("svix-id"), request.header("svix-timestamp")
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    mac = hmac.new(key, f"{ident}.{at}.".encode() + request.body, hashlib.sha256).digest()
    right = base64.b64encode(mac).decode()
    given = [one.partition(",")[2] for one in request.header("svix-signature").split() if one.startswith("v1,")]
    return any(_same(one, right) for one in given) and bool(ident) and _timely(at, "resend")


def _postal(request: Request, secret: str, url: str) -> bool:
    kinds = (("x-postal-signature-256", hashes.SHA256()), ("x-postal-signature", hashes.SHA1()))  # noqa: S303
    key = _public_key(secret)
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
    "sendgrid": _sendgrid,
}
# These sign each request; SendGrid only if it was told to.
ALWAYS = frozenset(SIGNED) - {"sendgrid"}
