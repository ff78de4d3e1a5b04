"""The database roles and the broker's schema: the same for the embedded server and any other.

`redcat` owns and migrates, `redcat_app` serves, `redcat_queue` owns the broker's schema. Nobody
logs in as the roles that a scope takes on.
"""

from typing import LiteralString

from pgmq.install import get_embedded_install_sql
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from portal.lib.database import APP, NAME, OWNER, QUEUE, password_of

LOGINS = (OWNER, APP, QUEUE)
SCOPES = ("redcat_web", "redcat_admin", "redcat_night")
COMMON = "redcat_common"
TASKS = "redcat"  # the queue, as CELERY_TASK_DEFAULT_QUEUE names it
LOCK = 618_000_001  # two machines may prepare one database at the same time

Admin = Connection[TupleRow]


class Unsafe(Exception):
    """A role can do more than it should, or the broker's schema is another's."""


def create_database(admin: Admin) -> None:
    """Create the embedded server's database; needs a connection in autocommit."""
    if not _is_there(admin, "SELECT FROM pg_database WHERE datname = %s", NAME):
        _run(admin, "CREATE DATABASE {}", NAME)


def prepare(admin: Admin, *, secret_key: str) -> None:
    """Bring roles, ownership and the broker's schema to what they should be; safe to repeat.

    With an empty `secret_key` the logins have no password, as the embedded server's have none.
    """
    with admin.transaction():
        admin.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _create_roles(admin, secret_key)
        _grant_roles(admin)
        _give_database(admin)
        _install_queue(admin)
        _refuse_powerful_roles(admin)


def allow_test_databases(admin: Admin) -> None:
    """Let the owner create databases, as the tests' own server needs."""
    _run(admin, "ALTER ROLE {} CREATEDB", OWNER)


def _create_roles(admin: Admin, secret_key: str) -> None:
    for role in (*LOGINS, *SCOPES, COMMON):
        if not _is_there(admin, "SELECT FROM pg_roles WHERE rolname = %s", role):
            _run(admin, "CREATE ROLE {}", role)
    for role in LOGINS:
        _run(admin, "ALTER ROLE {} LOGIN", role)
        if secret_key:
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            password = sql.Literal(password_of(role, secret_key))
            admin.execute(change.format(sql.Identifier(role), password))
    # Messages are hints: a crash may lose the last of them, and none waits for the disk.
    _run(admin, "ALTER ROLE {} SET synchronous_commit = off", QUEUE)


def _grant_roles(admin: Admin) -> None:
    """redcat_app may take a scope's role but has none of its rights until it does."""
    if not _is_there(admin, "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper"):
        for role in LOGINS:
            _run(admin, "GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE", role)
    for role in SCOPES:
        _run(admin, "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", role, APP)
        _run(admin, "GRANT {} TO {} WITH INHERIT TRUE, SET FALSE", COMMON, role)
    _run(admin, "GRANT {} TO {} WITH INHERIT TRUE, SET FALSE", COMMON, APP)
    for role in (*SCOPES, COMMON):
        _run(admin, "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", role, OWNER)


def _give_database(admin: Admin) -> None:
    _run(admin, "ALTER DATABASE {} OWNER TO {}", admin.info.dbname, OWNER)
    _run(admin, "ALTER SCHEMA public OWNER TO {}", OWNER)
    _run(admin, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _install_queue(admin: Admin) -> None:
    """Install pgmq as its own login, which may create in the database only meanwhile."""
    if not _is_there(admin, "SELECT FROM pg_namespace WHERE nspname = 'pgmq'"):
        _run(admin, "GRANT CREATE ON DATABASE {} TO {}", admin.info.dbname, QUEUE)
        _run(admin, "SET LOCAL ROLE {}", QUEUE)
        admin.execute(get_embedded_install_sql().encode())
        _run(admin, "RESET ROLE")
        _run(admin, "REVOKE CREATE ON DATABASE {} FROM {}", admin.info.dbname, QUEUE)
    owner = "SELECT FROM pg_namespace WHERE nspname = 'pgmq' AND nspowner = %s::regrole"
    if not _is_there(admin, owner, QUEUE):
        raise Unsafe(f"The schema pgmq is there already and does not belong to {QUEUE}.")
    # Unlogged, as pgmq makes it, a crash empties it, and nothing wakes the workers any more.
    _run(admin, "SET LOCAL ROLE {}", QUEUE)
    admin.execute("ALTER TABLE pgmq.notify_insert_throttle SET LOGGED")
    _make_tasks_queue(admin)
    _run(admin, "RESET ROLE")


def _make_tasks_queue(admin: Admin) -> None:
    """Of two processes that start at once and both make its trigger, one would fail."""
    known = "SELECT FROM pgmq.notify_insert_throttle WHERE queue_name = %s"
    if not _is_there(admin, known, TASKS):
        admin.execute("SELECT pgmq.create(%s)", [TASKS])
        admin.execute("SELECT pgmq.enable_notify_insert(%s)", [TASKS])


def _refuse_powerful_roles(admin: Admin) -> None:
    powerful = admin.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls)",
        [[*LOGINS, *SCOPES, COMMON]],
    ).fetchone()
    if powerful:
        raise Unsafe(f"{powerful[0]} passes over row-level security: take that right from it.")


def _is_there(admin: Admin, query: LiteralString, *values: str) -> bool:
    return admin.execute(query, values).fetchone() is not None


def _run(admin: Admin, statement: LiteralString, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
