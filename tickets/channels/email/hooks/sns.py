"""Amazon SNS signs what it delivers (docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages").

The certificate is named by the request, so it counts only when it lies at Amazon's own host.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from helpdesk.core import clock
from tickets.channels.email.hooks.request import BadHook, Request

HOST = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
PATH = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]+\.pem")
NOTICE = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
QUESTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
DIGESTS: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - SNS's first form
# It repeats for an hour at most, with the same time in it.
EARLY, LATE = timedelta(minutes=5), timedelta(minutes=75)


def envelope(request: Request) -> Mapping[str, Any] | None:
    """The envelope of SNS around what SES says; None for a request without one ("raw message delivery")."""
    try:
        told = request.json()
    except BadHook:
        return None
    return told if isinstance(told, dict) and "Type" in told and "Message" in told else None


def genuine(told: Mapping[str, Any], fetch: Callable[[str], bytes]) -> bool:
    """Whether Amazon signed this, lately. `fetch` reads a public address; what it raises is raised."""
    where = str(told.get("SigningCertURL") or told.get("SigningCertUrl") or "")
    digest = DIGESTS.get(str(told.get("SignatureVersion")))
    if digest is None or not _is_amazons(where) or not _is_timely(str(told.get("Timestamp"))):
        return False
    try:
        signature = base64.b64decode(str(told.get("Signature")), validate=True)
    except binascii.Error:
        return False
    pem = fetch(where)
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, signed(told), padding.PKCS1v15(), digest)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed(told: Mapping[str, Any]) -> bytes:
    """What the signature covers: names and values, a line each; a subject only where there is one."""
    names = NOTICE if told.get("Type") == "Notification" else QUESTION
    return "".join(f"{name}\n{told[name]}\n" for name in names if told.get(name) is not None).encode()


def _is_amazons(address: str) -> bool:
    try:
        where = urlsplit(address)
    except ValueError:
        return False
    whole = where.scheme == "https" and not where.query and not where.fragment
    return whole and bool(HOST.fullmatch(where.netloc) and PATH.fullmatch(where.path))


def _is_timely(at: str) -> bool:
    try:
        age = clock.now() - datetime.fromisoformat(at)
    except (ValueError, TypeError):
        return False
    return -EARLY <= age <= LATE
