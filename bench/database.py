"""Databases of a known size: seeded once, kept as a template, copied fresh for every run."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from helpdesk.launch import roles

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a-bench-password-9"
SEED = 11


def named(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def make(owner_url: str, app_url: str, tickets: int, texts: Path | None) -> str:
    """A fresh database with `tickets` seeded tickets; returns its name."""
    kept, run = f"bench_{tickets}", f"bench_{tickets}_run"
    mark = fingerprint(tickets, texts)
    with psycopg.connect(owner_url, autocommit=True) as admin:
        if _comment(admin, kept) != mark:
            _drop(admin, kept)
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(kept)))
            _fill(named(owner_url, kept), tickets, texts)
            roles.grant_app_rights(named(owner_url, kept), roles.role_of(app_url))
            admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(kept), sql.Literal(mark)))
        _drop(admin, run)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        admin.execute(copy.format(sql.Identifier(run), sql.Identifier(kept)))
    return run


def fingerprint(tickets: int, texts: Path | None) -> str:
    """What the content of a seeded database depends on."""
    hasher = hashlib.sha256()
    for file in sorted([*ROOT.glob("**/migrations/0*.py"), *(ROOT / "tickets" / "seeding").glob("*.py")]):
        if ".venv" not in file.parts:
            hasher.update(file.read_bytes())
    return json.dumps([tickets, SEED, bool(texts), hasher.hexdigest()])


def _comment(admin: psycopg.Connection, name: str) -> str | None:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = admin.execute(query, [name]).fetchone()
    return row[0] if row else None


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _fill(url: str, tickets: int, texts: Path | None) -> None:
    manage(url, "migrate", "--skip-checks", "--verbosity", "0")
    more = ["--texts", str(texts)] if texts else []
    print(f"seeding {tickets:,} tickets", file=sys.stderr)
    manage(url, "seed", "--skip-checks", "--tickets", str(tickets), "--seed", str(SEED), "--password", PASSWORD, *more)


def manage(url: str, *args: str) -> None:
    """Runs one command of the product against that database."""
    env = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
    subprocess.run([sys.executable, "-m", "django", *args], cwd=ROOT, env=env, check=True, stdout=sys.stderr)
