"""A person has several devices: signing off on one ends that one's token, page and file addresses, and no other's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from helpdesk.accounts.rules.policy import SYSTEM
from tests.channels.chat.conftest import Page
from tests.channels.chat.test_identity import SECRET, _jwt
from tickets.actions import inboxes, visits
from tickets.models import Inbox, Message, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Visit = Callable[..., Page]


@pytest.fixture
def signed(widget: Inbox) -> Inbox:
    """A widget whose host vouches for visitors."""
    told = {"identity": "optional", "identity_secret": SECRET}
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings=told)
    return widget


@pytest.fixture
def mina(visit: Visit, signed: Inbox) -> Callable[[], Page]:
    """Mina signs in on the host's page, on one more device."""
    return lambda: visit(identity={"jwt": _jwt(signed.key)})


def _refused(page: Page) -> Any:
    told = page.call("POST", "human", {"client_id": "late"})[1]
    return told["code"] if isinstance(told, dict) else told.status_code


def _with_a_file(page: Page) -> str:
    given = {"client_id": "file", "text": "Here", "files": SimpleUploadedFile("note.txt", b"Hello", "text/plain")}
    answer = page.client.post(f"/w/{page.key}/api/messages", given, headers={"Authorization": f"Bearer {page.token}"})
    assert answer.status_code == 201
    page.token, page.chat = answer.json()["token"], answer.json()["conversation"]
    return _address(page)


def _address(page: Page) -> str:
    return str(page.read()["messages"][0]["files"][0]["url"])


def test_signing_off_ends_this_device_and_leaves_the_others(mina: Callable[[], Page]) -> None:
    desk, phone = mina(), mina()
    phones = _with_a_file(phone)
    desk.say("From my desk")
    desks = _address(desk)
    assert desk.call("POST", "shutdown")[0] == 204
    assert (_refused(desk), desk.read()["reload"]) == ("session_over", True)
    assert desk.call("GET", f"transcript?conversation={desk.chat['id']}")[0] == 404
    assert desk.call("POST", "seen", {"conversation": desk.chat["id"], "seq": 1})[0] == 404
    assert (desk.call("GET", desks)[0], phone.call("GET", phones)[0]) == (404, 200)
    assert phone.texts() == ["Here", "From my desk"]
    phone.say("From my phone")
    assert Message.objects.count() == 3
    fresh = Page(desk.key, desk.token)
    assert fresh.boot()["conversation"] is None
    assert mina().texts()[-1] == "From my phone"
    assert desk.call("POST", "shutdown")[0] == 204
    assert Visitor.objects.get().epoch == 1


@pytest.mark.django_db(transaction=True)
def test_a_device_that_never_spoke_is_ended_too(mina: Callable[[], Page]) -> None:
    desk, phone = mina(), mina()
    phone.say("CANARY")
    assert desk.call("POST", "shutdown")[0] == 204
    for path, given in (("messages", {"client_id": "late", "text": "Still me?"}), ("human", {})):
        assert desk.call("POST", path, given)[1]["code"] == "session_over"
    assert Message.objects.count() == 1
    assert phone.texts() == ["CANARY"]


def test_another_person_on_this_device_ends_only_this_one(mina: Callable[[], Page], signed: Inbox) -> None:
    desk, phone = mina(), mina()
    desk.say("Mine")
    phone.boot()
    old = desk.token
    status, told = desk.call("POST", "identify", {"identity": {"jwt": _jwt(signed.key, sub="43", name="Ali")}})
    assert (status, told["conversation"]) == (200, None)
    assert _refused(Page(desk.key, old)) == "session_over"
    phone.say("Mine, too")
    assert phone.texts() == ["Mine", "Mine, too"]


def test_after_very_many_devices_all_end_and_the_list_stays_short(
    mina: Callable[[], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MOST_ENDED", 2)
    pages = [mina() for _ in range(4)]
    for page in pages:
        page.say("Hello")
    for page in pages[:3]:
        assert page.call("POST", "shutdown")[0] == 204
    row = Visitor.objects.get()
    assert (row.epoch, row.ended) == (2, [])
    assert [_refused(page) for page in pages] == ["session_over"] * 4


def test_an_anonymous_session_is_one_browsers_and_ends_whole(visit: Visit) -> None:
    page = visit()
    page.say("Hello")
    twin = Page(page.key, page.token, page.chat)
    assert page.call("POST", "shutdown")[0] == 204
    assert (_refused(page), _refused(twin), twin.read()["reload"]) == ("session_over", "session_over", True)
    assert (Visitor.objects.get().epoch, Visitor.objects.get().ended) == (2, [])
