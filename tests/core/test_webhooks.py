"""The one sender of webhooks: what it signs, how it spares whoever is down, and that one address holds up no other."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.core import clock, webhooks
from helpdesk.core.models import WebhookEndpoint
from helpdesk.core.rules import webhooks as rule
from helpdesk.core.webhooks import Endpoint, send
from tests.support.standin import Answered, StandIn, standing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def receiver(settings: Any, db: None) -> Iterator[StandIn]:
    with standing(lambda asked: Answered(data={"id": "theirs"})) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        yield place


def at(place: StandIn, key: str = "one", secrets: tuple[str, ...] = (SECRET,)) -> Endpoint:
    return Endpoint(key, f"{place.url}/in", secrets)


def test_the_signature_is_the_one_of_the_standard() -> None:
    # The example of the specification's reference libraries.
    body = b'{"test": 2432232314}'
    signed = rule.sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_secret_signs_and_either_one_is_enough(receiver: StandIn) -> None:
    other = "whsec_" + base64.b64encode(b"another secret of 24 byte").decode()
    assert send(at(receiver, secrets=(SECRET, other)), "id-1", {"type": "ping"}).ok
    asked = receiver.asked[0]
    for secret in (SECRET, other):
        assert rule.genuine(asked.headers, asked.body, [secret], clock.now())
    assert not rule.genuine(asked.headers, asked.body + b" ", [SECRET], clock.now())
    assert not rule.genuine(asked.headers, asked.body, [""], clock.now())
    assert not rule.genuine(asked.headers, asked.body, [SECRET], clock.now() + timedelta(minutes=6))
    own = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
    right = hmac.new(base64.b64decode(SECRET.removeprefix("whsec_")), own, hashlib.sha256).digest()
    assert f"v1,{base64.b64encode(right).decode()}" in asked.headers["webhook-signature"].split()


def test_who_is_down_is_left_in_peace_and_holds_up_nobody_else(receiver: StandIn) -> None:
    receiver.answer = lambda asked: Answered(500 if asked.path == "/in" else 200, {})
    well = Endpoint("well", f"{receiver.url}/well", (SECRET,))
    with clock.frozen(NOW):
        waits = [send(at(receiver), "id-1", {}).wait for _ in range(6)]
        assert send(well, "id-2", {}).ok
    assert len(receiver.calls("/in")) == rule.TRIPS
    assert [round(wait, -1) > 0 or wait > 4 for wait in waits] == [True] * 6
    assert waits[3] == pytest.approx(7200, rel=0.11)
    with clock.frozen(NOW + timedelta(hours=3)):
        receiver.answer = lambda asked: Answered(200, {})
        assert send(at(receiver), "id-1", {}).ok
    assert WebhookEndpoint.objects.get(key="one").failures == 0


@pytest.mark.parametrize(
    ("status", "headers", "wait", "off", "refused"),
    [
        (429, {"Retry-After": "77"}, 77, False, False),
        (302, {"Location": "http://127.0.0.1:1/"}, 4, False, False),
        (410, {}, 4, True, False),
        (422, {}, 0, False, True),
        (404, {}, 4, False, False),
    ],
)
def test_what_an_answer_means(
    receiver: StandIn, status: int, headers: dict[str, str], wait: float, off: bool, refused: bool
) -> None:
    receiver.answer = lambda asked: Answered(status, {}, headers)
    found = send(at(receiver), "id-1", {})
    # A redirect is followed nowhere; there is no more to it than that.
    assert (found.ok, found.status, found.off, found.refused) == (False, 0 if status == 302 else status, off, refused)
    assert found.wait >= wait
    again = send(at(receiver), "id-1", {})
    assert len(receiver.asked) == (1 if off or status == 429 else 2)
    assert again.off == off
    webhooks.mended("one")
    receiver.answer = lambda asked: Answered(200, {})
    assert send(at(receiver), "id-1", {}).ok


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x", "https://127.0.0.1/x", "http://example.com/x", "file:///x"]
)
def test_no_private_or_open_address_is_spoken_to(url: str) -> None:
    found = send(Endpoint("bad", url, (SECRET,)), "id-1", {})
    assert (found.ok, found.status) == (False, 0)


def test_two_calls_at_once_are_enough_and_a_dead_one_frees_its_place(receiver: StandIn) -> None:
    with clock.frozen(NOW):
        send(at(receiver), "id-0", {})
        soon = NOW + timedelta(seconds=30)
        WebhookEndpoint.objects.update(lease_a=soon, lease_b=soon)
        assert send(at(receiver), "id-1", {}).words == "busy"
    assert len(receiver.asked) == 1
    with clock.frozen(NOW + timedelta(seconds=31)):
        assert send(at(receiver), "id-1", {}).ok
