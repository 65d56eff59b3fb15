"""Who a visitor is: only the host's server can vouch for them, and fifty ways to forge that are refused."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.channels.chat.conftest import Page
from tickets.actions import inboxes
from tickets.channels.chat import tokens
from tickets.models import Inbox, Ticket, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Visit = Callable[..., Page]
SECRET, OLD, OTHER = "s" * 64, "o" * 64, "x" * 64


@pytest.fixture
def signed(widget: Inbox) -> Inbox:
    """A widget whose host may vouch for visitors, while its secret is being changed."""
    told = {"identity": "optional", "identity_secret": SECRET, "identity_secret_old": OLD}
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings=told)
    widget.refresh_from_db()
    return widget


def _jwt(key: str, secret: str = SECRET, how: str = "HS256", headers: Any = None, **more: Any) -> str:
    now = int(time.time())
    words = {"sub": "42", "name": "Mina", "aud": key, "exp": now + 600} | more
    words = {name: value for name, value in words.items() if value is not None}
    return jwt.encode(words, secret, algorithm=how, headers=headers)


def _hash(who: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), who.encode(), hashlib.sha256).hexdigest()


def _part(data: Any) -> str:
    return urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def _by_hand(words: Any, secret: bytes, more: Any = None) -> str:
    """As a careless library would sign."""
    body = f"{_part({'alg': 'HS256'} | (more or {}))}.{_part(words)}"
    mark = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    return f"{body}.{urlsafe_b64encode(mark).decode().rstrip('=')}"


def _forged(key: str) -> dict[str, dict[str, Any]]:
    """What a hostile page sends to be taken for person 42."""
    good, now = _jwt(key), int(time.time())
    head, body, mark = good.split(".")
    words = {"sub": "42", "aud": key, "exp": now + 600}
    tokens_: dict[str, Any] = {
        "empty": "",
        "words": "hello",
        "number": 7,
        "true": True,
        "list": [good],
        "object": {"jwt": good},
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{mark}",
        "no signature": f"{head}.{body}.",
        "cut signature": good[:-4],
        "turned signature": f"{head}.{body}.{mark[::-1]}",
        "other body": f"{head}.{_part(words | {'sub': '43'})}.{mark}",
        "other secret": _jwt(key, OTHER),
        "empty secret": _by_hand(words, b""),
        "widget's key as secret": _jwt(key, key),
        "alg none": f"{_part({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        "alg None": f"{_part({'alg': 'None'})}.{body}.",
        "alg none with a mark": f"{_part({'alg': 'nOnE'})}.{body}.{mark}",
        "alg HS384": _jwt(key, how="HS384"),
        "alg HS512": _jwt(key, how="HS512"),
        "alg RS256 by name": f"{_part({'alg': 'RS256'})}.{body}.{mark}",
        "no alg": f"{_part({'typ': 'JWT'})}.{body}.{mark}",
        "kid to a file": _by_hand(words, b"", {"kid": "/dev/null"}),
        "its own key": _jwt(key, OTHER, headers={"jwk": {"kty": "oct", "k": "eHh4"}}),
        "a key's address": _jwt(key, OTHER, headers={"jku": "https://evil.example/keys"}),
        "critical header": _jwt(key, headers={"crit": ["exp"], "b64": False}),
        "expired": _jwt(key, exp=now - 120),
        "for ever": _jwt(key, exp=now + 10**9),
        "for two hours": _jwt(key, exp=now + 7200),
        "no end": _jwt(key, exp=None),
        "an end in words": _by_hand(words | {"exp": "tomorrow"}, SECRET.encode()),
        "end is true": _jwt(key, exp=True),
        "not yet": _jwt(key, nbf=now + 600),
        "no person": _jwt(key, sub=None),
        "empty person": _jwt(key, sub=""),
        "blank person": _jwt(key, sub="  \u0000 "),
        "person is a list": _by_hand(words | {"sub": ["42"]}, SECRET.encode()),
        "for nobody": _jwt(key, aud=None),
        "another widget's": _jwt("another-key"),
        "not ASCII": "ا" * 40,
        "a megabyte": "x" * 5_000,
    }
    hashes: dict[str, dict[str, Any]] = {
        "hash of another": {"id": "42", "user_hash": _hash("43")},
        "hash by another secret": {"id": "42", "user_hash": _hash("42", OTHER)},
        "no secret in the hash": {"id": "42", "user_hash": hashlib.sha256(b"42").hexdigest()},
        "empty hash": {"id": "42", "user_hash": ""},
        "cut hash": {"id": "42", "user_hash": _hash("42")[:16]},
        "hash is a list": {"id": "42", "user_hash": [_hash("42")]},
        "id is a list": {"id": ["42"], "user_hash": _hash("42")},
        "hash and no id": {"user_hash": _hash("")},
        "empty id": {"id": "", "user_hash": _hash("")},
        "hash not ASCII": {"id": "42", "user_hash": "۴۲" * 32},
    }
    return {name: {"jwt": value} for name, value in tokens_.items()} | hashes


def _victim(visit: Visit, key: str) -> Page:
    page = visit(identity={"jwt": _jwt(key)})
    page.say("CANARY")
    return page


def test_no_forged_identity_is_taken(visit: Visit, signed: Inbox) -> None:
    _victim(visit, signed.key)
    shapes = _forged(signed.key)
    assert len(shapes) >= 50
    for name, given in shapes.items():
        page = Page(signed.key)
        status, told = page.call("POST", "boot", {"identity": given})
        assert (status, told.get("code")) == (403, "bad_identity"), name
        assert "CANARY" not in str(told)
        assert "token" not in told, name
    assert (Visitor.objects.count(), Ticket.objects.count()) == (1, 1)


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_who_is_vouched_for_finds_their_conversation_on_every_device(visit: Visit, signed: Inbox, secret: str) -> None:
    first = _victim(visit, signed.key)
    for identity in ({"jwt": _jwt(signed.key, secret)}, {"id": "42", "user_hash": _hash("42", secret)}):
        other = visit(identity=identity)
        assert other.booted["identity"] == "verified"
        assert other.texts() == ["CANARY"]
        other.say("Me again")
        assert first.texts()[-1] == "Me again"
        Ticket.objects.get().messages.filter(text="Me again").delete()
    assert Ticket.objects.count() == 1


def test_a_claim_is_shown_as_one_and_joins_nobody(visit: Visit, signed: Inbox) -> None:
    _victim(visit, signed.key)
    page = visit(identity={"id": "42", "name": "Mina", "email": "mina@example.com"})
    assert (page.booted["identity"], page.booted["conversation"], page.booted["history"]) == ("claimed", None, [])
    page.say("I am 42, truly")
    first, second = Visitor.objects.order_by("pk")
    assert (first.identity, second.identity) == ("verified", "claimed")
    assert first.customer != second.customer


@pytest.mark.django_db(transaction=True)
def test_identify_gives_a_new_token_and_the_old_one_is_dead(visit: Visit, signed: Inbox) -> None:
    page = visit()
    page.say("Before I signed in")
    old = page.token
    status, told = page.call("POST", "identify", {"identity": {"jwt": _jwt(signed.key)}})
    assert (status, told["identity"]) == (200, "verified")
    assert told["token"] != old
    thief = Page(page.key, old, page.chat)
    assert thief.call("POST", "messages", {"client_id": "thief", "text": "Mine now"})[0] == 403
    assert thief.read()["reload"] is True
    page.token, page.chat = told["token"], told["conversation"]
    assert page.texts() == ["Before I signed in"]


def test_somebody_else_on_the_same_device_sees_nothing_of_the_first(visit: Visit, signed: Inbox) -> None:
    page = _victim(visit, signed.key)
    status, told = page.call("POST", "identify", {"identity": {"jwt": _jwt(signed.key, sub="43", name="Ali")}})
    assert (status, told["conversation"], told["history"]) == (200, None, [])
    assert "CANARY" not in str(told)


def test_where_a_proof_is_wanted_nobody_starts_without_one_but_a_message_can_be_left(
    visit: Visit, signed: Inbox
) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=signed, team=signed.team, settings={"identity": "required"})
    page = visit()
    assert page.booted["identity"] == "required"
    status, told = page.call("POST", "messages", {"client_id": "c", "text": "Hello"})
    assert (status, told["code"]) == (403, "identity_required")
    assert not Ticket.objects.exists()
    left = {"client_id": "d", "text": "Please write to me", "email": "mina@example.com"}
    assert page.call("POST", "contact", left)[0] == 201
    assert Ticket.objects.count() == 1


def test_a_visitors_token_cannot_be_made_stretched_or_taken_elsewhere(visit: Visit, widget: Inbox) -> None:
    page = visit()
    page.say("CANARY")
    version, body, mark = page.token.split(".")
    stretched = [
        *("", "v1", "v1..", f"v2.{body}.{mark}", f"{version}.{body}", f"{version}.{body}.", f"{version}.{mark}.{body}"),
        *(f"{version}.{body[:-2]}.{mark}", f"{version}.{body}.{mark[:-1]}", f"{page.token}.{mark}", "v1." + "é" * 30),
        *("x" * 9_000, f"v1.{_part([int(time.time()), {'uid': page.row().visitor.uid}])}.{mark}"),
    ]
    for token in stretched:
        thief = Page(page.key, token, page.chat)
        status, told = thief.call("GET", f"messages?conversation={page.chat['id']}&after=0")
        assert (status, told["code"]) == (403, "bad_token"), token
    other = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Another shop", team=widget.team)
    assert Page(other.key, page.token).call("GET", f"messages?conversation={page.chat['id']}")[0] == 403
    late = clock.now() + tokens.LASTS + timedelta(minutes=1)
    assert tokens.read(page.key, page.token, late) is None
    assert tokens.read(page.key, page.token, clock.now()) is not None
