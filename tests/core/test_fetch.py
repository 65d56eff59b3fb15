"""Reading a public address for somebody: only public, pinned, short, and telling nobody who asked."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk.core import egress, fetch
from tests.support import picturehost
from tests.support.picturehost import Host, picture


@pytest.fixture
def host(settings: Any) -> Iterator[Host]:
    with picturehost.serving() as found:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{found.port}",)
        yield found


def test_a_picture_comes_and_the_server_learns_nothing_of_us(host: Host) -> None:
    assert fetch.get(host.address("/a.png?u=1")) == picture()
    path, headers = host.asked[0]
    assert path == "/a.png?u=1"
    assert headers["user-agent"] == fetch.HEADERS["User-Agent"]
    assert not headers.keys() & {"cookie", "referer", "accept-language", "x-forwarded-for", "origin"}


def test_a_key_goes_to_the_host_that_was_asked_and_no_other(host: Host, settings: Any) -> None:
    with picturehost.serving() as other:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{host.port}", f"127.0.0.1:{other.port}")
        host.moved = {"/1": "/2", "/2": other.address("/3")}
        fetch.get(host.address("/1"), {"Authorization": "key"})
        assert [headers.get("authorization") for _, headers in [*host.asked, *other.asked]] == ["key", "key", None]


PRIVATE = [
    "http://127.0.0.1/", "http://localhost/", "http://0/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::]/",
    "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[64:ff9b::7f00:1]/", "http://224.0.0.1/",
    "https://127.0.0.1/", "http://user@127.0.0.1/", "http://8.8.8.8:25/", "http://8.8.8.8:6379/", "ftp://8.8.8.8/",
    "file:///etc/passwd", "gopher://8.8.8.8/", "javascript:alert(1)", "http:///x", "http://", "", "//x", "data:,x",
    "http://[::1", "http://8.8.8.8:99999/", "http://\x00/", "http://a b/", "http://" + "a" * 300 + "/",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(*_: object, **__: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(egress.socket, "create_connection", connected)
    with pytest.raises(fetch.Unfetched):
        fetch.get(address)


def test_each_hop_is_checked_as_the_first(host: Host) -> None:
    host.moved = {"/1": "/2", "/2": host.address("/a.png"), "/in": "http://127.0.0.1:1/", "/file": "file:///etc/passwd"}
    assert fetch.get(host.address("/1")) == picture()
    for path in ("/in", "/file"):
        with pytest.raises(fetch.Unfetched):
            fetch.get(host.address(path))
    host.moved["/round"] = "/round"
    with pytest.raises(fetch.Unfetched):
        fetch.get(host.address("/round"))
    assert host.paths.count("/round") == fetch.HOPS


def test_a_name_that_changes_its_mind_is_pinned(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [[(2, 1, 6, "", ("127.0.0.1", 80))], [(2, 1, 6, "", ("8.8.8.8", 80))]]
    monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_, **__: answers[0])
    with pytest.raises(fetch.Unfetched):
        fetch.get("http://rebind.example/")
    both = [*answers[0], *answers[1]]
    monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(fetch.Unfetched):
        fetch.get("http://both.example/")


def test_too_slow_and_too_big_are_given_up(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.7)
    began = time.monotonic()
    with pytest.raises(fetch.Unfetched):
        fetch.get(host.address("/slow.png"))
    assert time.monotonic() - began < 2
    monkeypatch.setattr(fetch, "MOST_BYTES", 10)
    with pytest.raises(fetch.Unfetched):
        fetch.get(host.address("/a.png"))
