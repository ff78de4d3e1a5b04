"""A backup: the database without its queue, and the files that lie beside it.

The keys in the environment (`SECRET_KEY`, `PARTNER_TOKEN_KEYS`) are no part of it: without the
latter nobody can open the partners' tokens and the second factors in the dump, nor can we.
"""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from portal.lib.database import binaries

DUMP = "redcat.dump"
SPOOL, EVIDENCE = "spool", "evidence"  # of VAR_DIR


class Refused(Exception):
    """The backup can't be made or read; the message says why, in one line."""


def write_backup(conninfo: str, var_dir: Path, target: Path) -> None:
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
    _copy(var_dir / SPOOL, part / SPOOL)
    # Messages are hints, and the queue's schema is made by prepare_database.
    _run("pg_dump", "--format=custom", "--exclude-schema=pgmq", f"--file={part / DUMP}", conninfo)
    _copy(var_dir / EVIDENCE, part / EVIDENCE)
    part.rename(target)


def read_backup(conninfo: str, var_dir: Path, source: Path) -> None:
    """Put a backup into a database that `prepare_database` made and nothing has migrated."""
    if not (source / DUMP).exists():
        raise Refused(f"{source} holds no {DUMP}.")
    if there := _output("psql", "-Atc", "SELECT to_regclass('django_migrations')", conninfo):
        raise Refused(f"The database is not empty: it has the table {there}.")
    options = ("--single-transaction", "--exit-on-error", "--no-comments")
    _run("pg_restore", *options, f"--dbname={conninfo}", str(source / DUMP))
    for name in (SPOOL, EVIDENCE):
        _copy(source / name, var_dir / name)


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


def _run(program: str, *arguments: str) -> None:
    _output(program, *arguments)


def _output(program: str, *arguments: str) -> str:
    command = [str(binaries() / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{program}: {' '.join(done.stderr.split())[:500]}")
    return done.stdout.strip()
