"""Files, throttle, egress, sealed secrets, search words."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.core import clock, egress, files, search, secrets, throttle
from helpdesk.core.kept import kept


@pytest.mark.django_db
def test_a_blob_comes_back_and_only_its_owner_can_read_it(settings) -> None:
    row = files.save(b"hello")
    assert files.read(row) == b"hello"
    paths = [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600]


@pytest.mark.django_db
def test_a_throttle_closes_and_opens_again() -> None:
    assert [throttle.hit("k", 2, 60).allowed for _ in range(3)] == [True, True, False]
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert throttle.hit("k", 2, 60).allowed


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "0", "2130706433", "224.0.0.1"]
)
def test_we_never_call_inside(host: str) -> None:
    with pytest.raises((egress.Refused, OSError)):
        egress.check(host, 80)


def test_a_sealed_secret_opens_only_here(settings) -> None:
    box = secrets.seal("گذرواژه")
    assert secrets.unseal(box) == "گذرواژه"
    settings.SECRET_KEY = "another-installation-with-another-key"
    assert secrets.unseal(box) == ""


def test_a_snippet_marks_what_was_found_whatever_its_letters() -> None:
    pieces = search.snippet("قطعي اينترنت از دیشب", "اینترنت")
    assert ("اينترنت", True) in pieces


def test_of_many_makers_of_a_secret_all_get_the_same_whole_one_for_its_owners_eyes(tmp_path: Path) -> None:
    path = tmp_path / "fresh" / "secret"
    with ThreadPoolExecutor(8) as many:
        told = set(many.map(lambda number: kept(path, lambda: f"secret-{number}" * 1000), range(40)))
    assert len(told) == 1 and told == {path.read_text()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]


def test_a_snippet_marks_only_what_the_search_finds() -> None:
    assert [piece for piece, hit in search.snippet("An answer in an instant", "in") if hit] == ["in"]
    assert [piece for piece, hit in search.snippet("An order, ordered again", "ord an") if hit] == ["An"]
    assert [piece for piece, hit in search.snippet("An order, ordered again", "an ord") if hit] == [
        "An",
        "order",
        "ordered",
    ]
