"""A backup: the database without its queue, and the files that lie beside it.

The keys in the environment (`SECRET_KEY`, `PARTNER_TOKEN_KEYS`) are no part of it: without the
latter nobody can open the partners' tokens and the second factors in the dump, nor can we.
"""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from portal.lib.database import binaries

DUMP = "redcat.dump"
SPOOL, EVIDENCE = "spool", "evidence"
# Not on the command line, which every user of the machine may read.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class Refused(Exception):
    """The backup can't be made or read; the message says why, in one line."""


def write_backup(conninfo: str, target: Path) -> None:
    """Write a backup into a new folder, while everything runs; needs a superuser's login.

    A folder that is not finished is called `….part`.
    """
    if target.exists():
        raise Refused(f"{target} exists already.")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    # Clicks first: one that is shipped meanwhile is in both, and counts once. Papers last: what
    # a row names was there before it.
    _copy(settings.SPOOL_DIR, part / SPOOL)
    # Messages are hints, and the queue's schema is made by prepare_database.
    _run(conninfo, "pg_dump", "--format=custom", "--exclude-schema=pgmq", f"--file={part / DUMP}")
    _copy(settings.VAR_DIR / EVIDENCE, part / EVIDENCE)
    part.rename(target)


def read_backup(conninfo: str, source: Path) -> None:
    """Put a backup into a database that `prepare_database` made and nothing has migrated."""
    if not (source / DUMP).exists():
        raise Refused(f"{source} holds no {DUMP}.")
    if there := _run(conninfo, "psql", "-Atc", "SELECT to_regclass('django_migrations')"):
        raise Refused(f"The database is not empty: it has the table {there}.")
    options = ["--single-transaction", "--exit-on-error", "--no-comments"]
    options += [f"--dbname={conninfo_to_dict(conninfo)['dbname']}", str(source / DUMP)]
    _run(conninfo, "pg_restore", *options)
    _copy(source / SPOOL, settings.SPOOL_DIR)
    _copy(source / EVIDENCE, settings.VAR_DIR / EVIDENCE)


def _copy(source: Path, target: Path) -> None:
    """Copy what is there; a file that goes meanwhile was shipped, and its rows are in the dump."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        with suppress(FileNotFoundError):
            if path.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)


def _run(conninfo: str, program: str, *arguments: str) -> str:
    """Return what PostgreSQL's program prints."""
    place = {VARIABLES[key]: str(value) for key, value in conninfo_to_dict(conninfo).items()}
    command = [str(binaries() / program), *arguments]
    done = subprocess.run(command, env=os.environ | place, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{program}: {' '.join(done.stderr.split())[:500]}")
    return done.stdout.strip()
