"""Folders that are slow to make: made once a run, by whoever needs one first, then copied."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

# The first process of a run makes the home and removes it; those that it starts inherit the name.
HOME = "TEST_MADE_ONCE"
if HOME not in os.environ:
    _home = TemporaryDirectory(prefix="redcat-test-once-", ignore_cleanup_errors=True)
    os.environ[HOME] = _home.name


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of that name, which `make` has filled in this process or in another."""
    home = Path(os.environ[HOME])
    made, new = home / name, home / f"{name}.new"
    with (home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(new)
            new.rename(made)
    return made


def copy(folder: Path, target: Path) -> None:
    """Copy it with the owners of its files: PostgreSQL's are another user's where root runs it."""
    subprocess.run([shutil.which("cp") or "cp", "-a", str(folder), str(target)], check=True)
