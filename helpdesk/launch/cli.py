"""What `manage.py` does before Django is loaded: check the environment, find or start the servers."""

import os
import signal
import subprocess
import sys
from types import FrameType

from helpdesk import env as environment
from helpdesk.launch import pipe, place, roles, supervisor
from helpdesk.launch.place import LaunchError
from helpdesk.launch.servers import Servers, ensure_servers

# These touch no row, so they do not wait for a server.
NEED_NOTHING = {
    *("", "help", "version", "check", "diffsettings", "collectstatic", "findstatic"),
    *("makemigrations", "makemessages", "compilemessages", "startapp", "parse_email", "parse_webhook"),
}
# These change tables (seed: how its indexes gather words), so they connect as the tables' owner.
AS_OWNER = {"migrate", "flush", "run", "seed"}


def main(argv: list[str]) -> int:
    """Runs one command; returns its exit code."""
    if argv[1:2] and argv[1] in pipe.PIPES:
        return pipe.guarded(lambda: _run(argv))
    return _run(argv)


def _run(argv: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    command = argv[1] if len(argv) > 1 else ""
    env = environment.read_or_exit()
    try:
        place.make_data_dir(env.data_dir)
        if command in NEED_NOTHING or "--help" in argv or "-h" in argv:
            return _django(argv)
        if command == "run":
            return _supervised(argv, env)
        signal.signal(signal.SIGTERM, _leave)
        servers = ensure_servers(env.data_dir)
        try:
            return _with_servers(argv, command, servers)
        finally:
            servers.release()
    except LaunchError as problem:
        place.say(f"error: {problem}")
        return problem.code


def _supervised(argv: list[str], env: environment.Env) -> int:
    with supervisor.starting(env):
        return _django(argv)


def _with_servers(argv: list[str], command: str, servers: Servers) -> int:
    servers.publish(owner=command in AS_OWNER)
    if command not in {"migrate", "flush"} and servers.postgres and not roles.migrated(servers.database_owner_url):
        _migrate_first()
    code = _django(argv)
    if command == "migrate":
        roles.grant_app_rights(servers.database_owner_url, roles.role_of(servers.database_url))
    return code


def _migrate_first() -> None:
    place.say("A new database: making its tables")
    command = [sys.executable, str(environment.ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    # Without DATABASE_URL, so that it finds the same servers and gives the rights afterwards.
    own = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_")}
    if subprocess.run(command, env=own, stdout=sys.stderr).returncode:
        raise LaunchError("the new database could not be migrated, see above")


def _django(argv: list[str]) -> int:
    from django.core.management import execute_from_command_line

    import helpdesk.celery  # noqa: F401 - names the broker for everything this process announces

    try:
        execute_from_command_line(argv)
    except KeyboardInterrupt:
        return 130
    return 0


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
