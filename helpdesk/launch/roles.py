"""The two database roles: the owner makes and changes tables, the application uses them and rewrites no history."""

from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from helpdesk.launch.place import LaunchError

OWNER, APP = "helpdesk_owner", "helpdesk_app"
APPEND_ONLY = ("core_auditentry", "core_auditseal")
READ_ONLY = ("django_migrations",)


def prepare(superuser_url: str, database: str = "helpdesk") -> bool:
    """Makes the roles and the database where they are missing; True when the database is new."""
    with psycopg.connect(superuser_url, autocommit=True) as link:
        for role, rights in ((OWNER, "LOGIN CREATEDB"), (APP, "LOGIN")):
            if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                link.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), _words(rights)))
        link.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER)))
        if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            return False
        link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER)))
        return True


def role_of(url: str) -> str:
    """The role a connection URL names."""
    return unquote(urlsplit(url).username or "")


def grant_app_rights(owner_url: str, app_role: str = APP) -> None:
    """After every migration: the application may use all tables, but not rewrite the audit or the migrations."""
    if not app_role or app_role == role_of(owner_url):
        return
    with psycopg.connect(owner_url) as link:
        owned = {row[0] for row in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        everyday = "SELECT, INSERT, UPDATE, DELETE" + (", MAINTAIN" if link.info.server_version >= 170000 else "")
        statements = [
            ("GRANT USAGE ON SCHEMA public TO {role}", None),
            (f"GRANT {everyday} ON ALL TABLES IN SCHEMA public TO {{role}}", None),
            ("GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}", None),
            *(("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}", name) for name in APPEND_ONLY),
            *(("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {role}", name) for name in READ_ONLY),
        ]
        for text, table in statements:
            if table is None or table in owned:
                link.execute(_words(text).format(role=sql.Identifier(app_role), table=sql.Identifier(table or "")))


def check_reachable(name: str, url: str) -> None:
    """One line that names the variable when nobody lets us in there."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as problem:  # its first line names host, role and database, never the password
        raise LaunchError(f"{name}: {str(problem).splitlines()[0]}", 2) from None


def migrated(url: str) -> bool:
    """Has anything ever been migrated in this database?"""
    with psycopg.connect(url) as link:
        row = link.execute("SELECT to_regclass('public.django_migrations')").fetchone()
        return bool(row and row[0])


def _words(text: str) -> sql.SQL:
    return sql.SQL(text)  # constants of this file only
