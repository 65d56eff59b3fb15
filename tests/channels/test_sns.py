"""Amazon SNS: what it signed comes in; nothing else does, whoever knows the address and the password."""

import json
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core import clock, fetch
from tests.channels.test_hooks import MIME, basic, post
from tests.channels.test_hooks_kept import use
from tests.support import amazon
from tickets.channels.email import door
from tickets.models import Inbox, RawInbound

pytestmark = pytest.mark.django_db
SES = {"notificationType": "Received", "mail": {"messageId": "1"}, "receipt": {"recipients": []}, "content": MIME}
TOLD = {"Type": "Notification", "Message": json.dumps(SES), "Subject": "Amazon SES Email Receipt Notification"}


@pytest.fixture
def asked(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were asked for a certificate."""
    use(inbox, "amazon_ses")
    seen: list[str] = []
    monkeypatch.setattr(door, "_certificates", {})
    monkeypatch.setattr(fetch, "get", lambda where, *_, **__: seen.append(where) or amazon.pem())
    return seen


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_amazon_signed_comes_in_and_its_certificate_is_read_once(
    inbox: Inbox, asked: list[str], version: str
) -> None:
    assert post(inbox, basic(amazon.signed(TOLD, version))) == 200
    assert post(inbox, basic(amazon.signed(TOLD, version))) == 200
    assert (RawInbound.objects.count(), asked) == (1, [amazon.CERTIFICATE])


CHANGES: dict[str, dict[str, Any]] = {
    "the mail": {"Message": json.dumps(SES | {"content": MIME + "x"})},
    "the time": {"Timestamp": "2026-01-01T00:00:00.000Z"},
    "no time": {"Timestamp": "soon"},
    "the topic": {"TopicArn": "arn:aws:sns:eu-west-1:2:other"},
    "the signature": {"Signature": "QUJD"},
    "no signature": {"Signature": None},
    "not base64": {"Signature": "%%%"},
    "the version": {"SignatureVersion": "3"},
    "another's certificate": {"SigningCertURL": "https://evil.example/SimpleNotificationService-1.pem"},
    "nearly Amazon's": {"SigningCertURL": "https://sns.eu.amazonaws.com.evil.example/SimpleNotificationService-1.pem"},
    "a name before it": {"SigningCertURL": "https://sns.eu.amazonaws.com@evil.example/SimpleNotificationService-1.pem"},
    "somebody's bucket": {"SigningCertURL": "https://s3.amazonaws.com/SimpleNotificationService-1.pem"},
    "another file": {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/mine.pem"},
    "without TLS": {"SigningCertURL": amazon.CERTIFICATE.replace("https", "http")},
    "none": {"SigningCertURL": None},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_was_changed_is_refused_and_leaves_nothing(
    inbox: Inbox, asked: list[str], change: dict[str, Any]
) -> None:
    assert post(inbox, basic(amazon.signed(TOLD) | change)) == 403
    assert not RawInbound.objects.exists()
    assert set(asked) <= {amazon.CERTIFICATE}


def test_an_old_request_is_no_longer_taken(inbox: Inbox, asked: list[str]) -> None:
    old = amazon.signed(TOLD)
    with clock.frozen(clock.now() + timedelta(minutes=70)):
        assert post(inbox, basic(old)) == 200
    with clock.frozen(clock.now() + timedelta(minutes=80)):
        assert post(inbox, basic(old)) == 403


def test_while_the_certificate_cannot_be_read_it_is_asked_to_come_again(
    inbox: Inbox, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> bytes:
        raise fetch.Unfetched("away")

    monkeypatch.setattr(fetch, "get", away)
    assert post(inbox, basic(amazon.signed(TOLD))) == 503
    assert not RawInbound.objects.exists()


def test_raw_delivery_is_taken_only_with_a_password(inbox: Inbox, asked: list[str]) -> None:
    assert post(inbox, basic(SES)) == 200
    use(inbox, "amazon_ses", secret="")
    inbox.secret_box = ""
    inbox.save(update_fields=["secret_box"])
    body, kind, _ = basic(SES | {"content": MIME + "more"})
    assert post(inbox, (body, kind, {})) == 403
    assert RawInbound.objects.count() == 1
