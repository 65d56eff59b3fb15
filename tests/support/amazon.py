"""Amazon SNS for tests: a certificate of our own at Amazon's address, and requests that it signed."""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from helpdesk.core import clock
from tickets.channels.email.hooks import sns

CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"


@cache
def key() -> rsa.RSAPrivateKey:
    """Amazon's key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def pem() -> bytes:
    """The certificate of that key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
    made = made.serial_number(1).not_valid_before(begun).not_valid_after(begun + timedelta(days=36500))
    return made.sign(key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(told: dict[str, Any], version: str = "1") -> dict[str, Any]:
    """The envelope as SNS signs it, of now unless it says otherwise."""
    now = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    whole = {"Message": "", "MessageId": "m-1", "Timestamp": now, "TopicArn": "arn:aws:sns:eu-west-1:1:in"} | told
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = base64.b64encode(key().sign(sns.signed(whole), padding.PKCS1v15(), digest)).decode()
    return whole | {"SignatureVersion": version, "Signature": signature, "SigningCertURL": CERTIFICATE}
