"""What must be true before the first page: tables, rights, messages, static files, demo data. Each only if needed."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from helpdesk import env as environment
from helpdesk.launch import roles
from helpdesk.launch.place import say
from helpdesk.launch.servers import Servers

ROOT = environment.ROOT
HEARTBEAT = "worker.heartbeat"  # as helpdesk.core.tasks writes it
NOT_SERVED = ["rest_framework", "admin", "django_htmx/ext/*"]


def everything(servers: Servers) -> None:
    """All of it, in order. Runs in the supervisor, connected as the tables' owner."""
    tables(servers)
    messages()
    static_files()
    demo(servers)


def tables(servers: Servers) -> None:
    """Migrates when a migration is missing, then gives the application its rights."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Tables: bringing them up to date")
        call_command("migrate", interactive=False, verbosity=0)
    if servers.postgres:  # alone on this database: a heartbeat from before a crash must not pass for a live worker
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_throttle WHERE key = %s", [HEARTBEAT])
    roles.grant_app_rights(servers.database_owner_url, roles.role_of(servers.database_url))


def messages() -> None:
    """Compiles the translations when a source is newer than what was compiled."""
    tool, sources = ROOT / "tools" / "translations.py", [*(ROOT / "locale").rglob("*.po"), *_fragments()]
    compiled = list((ROOT / "locale").rglob("*.mo"))
    if tool.exists() and sources and (not compiled or _newest(sources) > min(p.stat().st_mtime for p in compiled)):
        say("Translations: compiling")
        subprocess.run([sys.executable, str(tool), "compile"], cwd=ROOT, stdout=subprocess.DEVNULL)
        for path in (ROOT / "locale").rglob("*.mo"):
            path.touch()  # it may have left an equal file alone


def static_files() -> None:
    """Collects and fingerprints the static files when one has changed."""
    from django.conf import settings
    from django.core.management import CommandError, call_command

    target = Path(settings.STATIC_ROOT)
    stamp, state = target / ".stamp", _static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    say("Static files: collecting")
    _font(target.parent / "assets")
    try:
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_SERVED)
        stamp.write_text(state)
    except (CommandError, ValueError) as problem:  # pages work with the sources as they lie, only slower
        say(f"Static files: {str(problem).splitlines()[0]}")


def demo(servers: Servers) -> None:
    """Fills the demo on the very first start: when nobody can sign in yet, and DEMO is not 0."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import get_commands

    if not settings.DEMO or "demo" not in get_commands() or get_user_model()._default_manager.exists():
        return
    say("Demo: writing the first stories")
    env = os.environ | {"DATABASE_URL": servers.database_url}
    env.pop("DATABASE_OWNER_URL", None)
    if subprocess.run([sys.executable, str(ROOT / "manage.py"), "demo"], env=env, stdout=sys.stderr).returncode:
        say("Demo: it could not be written, see above; the help desk starts without it")


def announce(data_dir: Path, address: str) -> None:
    """The last lines of a start: where to go and as whom."""
    say(f"\n  The help desk is at {address}")
    for person in _signins(data_dir):
        say(f"    {person['role']:<6} {person['email']}  password: {person['password']}")
    if chat := _demo(data_dir).get("chat"):
        say(f"    the live chat as customers have it: {address}{chat}")
    if hint := _set_up_hint():
        say(f"  {hint}")
    say("  Ctrl-C stops it.\n")


def _set_up_hint() -> str:
    from django.utils.module_loading import import_string

    # By name: this file is reached from a core command, and the floor imports no house.
    return str(import_string("helpdesk.accounts.actions.workspace.set_up_hint")())


def _signins(data_dir: Path) -> list[dict[str, str]]:
    try:
        return [
            {key: str(person[key]) for key in ("role", "email", "password")} for person in _demo(data_dir)["signins"]
        ]
    except (KeyError, TypeError):
        return []


def _demo(data_dir: Path) -> dict[str, Any]:
    """What the demo told us of itself; nothing where there is none."""
    try:
        told = json.loads((data_dir / "demo.json").read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _font(assets: Path) -> None:
    font = assets / "fonts" / "persian.woff2"
    font.parent.mkdir(parents=True, exist_ok=True)
    made = subprocess.run([sys.executable, str(ROOT / "tools" / "font.py"), str(font)], stdout=subprocess.DEVNULL)
    if made.returncode and not font.exists():
        font.touch()  # the browser passes over an empty font and takes the system's


def _fragments() -> list[Path]:
    return list((ROOT / "locale" / "fragments").glob("*.json"))


def _newest(paths: Iterable[Path]) -> float:
    return max(path.stat().st_mtime for path in paths)


def _static_state() -> str:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    sources = [ROOT / "helpdesk" / "core" / "static.py", *(ROOT / "helpdesk" / "static").rglob("*")]
    for path in sorted(path for path in sources if path.is_file()):
        found = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
