"""The environment, read once and checked: a bad value stops the start with one clear line.

Nothing here imports Django, so that the launcher can use it before Django is set up.
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
# Names, IPv4, and IPv6 in brackets; a leading dot stands for all names below.
HOST_NAME = re.compile(r"\.?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]{2,45}\]")
SCANNER = re.compile(r"clamd:(unix:/.+|[^:/\s]+:[0-9]{1,5}|\[[0-9A-Fa-f:.]{2,45}\]:[0-9]{1,5})|command:/.+")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class BadEnvironment(ValueError):
    """One line that names the variable, what is wrong with it and what would be right."""


@dataclass(frozen=True)
class Env:
    """Every setting the product takes from outside, already parsed."""

    host: str
    port: int
    data_dir: Path
    database_url: str
    database_owner_url: str
    redis_url: str
    secret_key: str
    public_url: str
    allowed_hosts: tuple[str, ...]
    demo: bool
    log_format: str
    chaos: bool
    scanner: str


def _flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise BadEnvironment(f"{name}={raw!r}: write 1 or 0")


def _port() -> int:
    raw = os.environ.get("PORT", "8000")
    if raw.isascii() and raw.isdigit() and 0 < int(raw) < 65536:
        return int(raw)
    raise BadEnvironment(f"PORT={raw!r}: write a number from 1 to 65535")


def _url(name: str, schemes: tuple[str, ...]) -> str:
    raw = os.environ.get(name, "")
    try:
        parts = urlsplit(raw)
        ok = not raw or (parts.scheme in schemes and (parts.port or True))
    except ValueError:
        ok = False
    if not ok:
        # The value may hold a password, so the message never repeats it.
        raise BadEnvironment(f"{name}: write a URL that starts with {' or '.join(s + '://' for s in schemes)}")
    return raw


def _public_url() -> str:
    raw = _url("PUBLIC_URL", ("http", "https"))
    parts = urlsplit(raw)
    if raw and (not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc):
        raise BadEnvironment("PUBLIC_URL: write scheme and host only, for example https://help.example.com")
    return raw.rstrip("/")


def _choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    raw = os.environ.get(name, default)
    if raw not in allowed:
        raise BadEnvironment(f"{name}={raw!r}: write {' or '.join(allowed)}")
    return raw


def _secret() -> str:
    raw = os.environ.get("SECRET_KEY", "")
    if raw and len(raw) < 32:
        raise BadEnvironment("SECRET_KEY: write at least 32 characters, or leave it out to have one made and kept")
    return raw


def _hosts(public_url: str) -> tuple[str, ...]:
    raw = os.environ.get("ALLOWED_HOSTS", "")
    hosts = [h.strip() for h in raw.split(",") if h.strip()]
    if "*" in hosts:
        raise BadEnvironment("ALLOWED_HOSTS=*: name the hosts, separated by commas")
    for host in hosts:
        if not HOST_NAME.fullmatch(host):
            raise BadEnvironment(f"ALLOWED_HOSTS: {host!r} is not a host name; leave out scheme, port and path")
    named = urlsplit(public_url).hostname
    return tuple(dict.fromkeys([*hosts, *([named] if named else []), "localhost", "127.0.0.1", "[::1]"]))


def _scanner() -> str:
    raw = os.environ.get("SCANNER", "")
    if raw and not SCANNER.fullmatch(raw):
        raise BadEnvironment(f"SCANNER={raw!r}: write clamd:host:port, clamd:unix:/path or command:/path")
    return raw


def read() -> Env:
    """Reads os.environ. Raises BadEnvironment with one clear line."""
    public_url = _public_url()
    port = _port()
    return Env(
        host=os.environ.get("HOST") or "127.0.0.1",
        port=port,
        data_dir=Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().resolve(),
        database_url=_url("DATABASE_URL", ("postgresql", "postgres")),
        database_owner_url=_url("DATABASE_OWNER_URL", ("postgresql", "postgres")),
        redis_url=_url("REDIS_URL", ("redis", "rediss", "unix")),
        secret_key=_secret(),
        public_url=public_url or f"http://127.0.0.1:{port}",
        allowed_hosts=_hosts(public_url),
        demo=_flag("DEMO", default=True),
        log_format=_choice("LOG_FORMAT", "text", ("text", "json")),
        chaos=_flag("CHAOS", default=False),
        scanner=_scanner(),
    )


def read_or_exit() -> Env:
    """As read(), but a bad value prints its line and ends the process with code 2."""
    try:
        return read()
    except BadEnvironment as problem:
        print(f"error: {problem}", file=sys.stderr)
        raise SystemExit(2) from None
