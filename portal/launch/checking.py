"""What a change must pass on a server of its own: make test, check, bench and torture."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.launch import ground
from portal.launch.ground import PYTHON, ROOT, VENV, Complaint, run_step, say
from portal.launch.installing import collect_static, install, manage, postgres

BROKERS = {"redis": "redis-server", "rabbitmq": "rabbitmq-server"}  # with their programs
LONG = {"bench_scale"}  # near an hour: run when it is named
TORTURES = ("torture_jump", "torture_faults", "torture_night")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PROGRAMS = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
PRODUCTION = {
    "DEMO": "0",
    "PARTNERS": "live",
    "DATABASE_URL": "postgres://administrator:secret@db.example/redcat",
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_URL": "https://portal.example",
    "EMAIL_HOST": "mail.example",
    "SECRET_KEY": "check-only-" + "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH" * 2,
    "PARTNER_TOKEN_KEYS": "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "TOP_APP_KEY": "1",
    "TOP_APP_SECRET": "check-only",
    "XHS_APP_ID": "1",
    "XHS_APP_SECRET": "check-only",
}


def test(env: dict[str, str], *arguments: str) -> None:
    """Run the quick tests side by side, then those with processes and browsers, by groups."""
    _set_up(env)
    _install_chromium(env)
    slow = "browser or processes"
    parts = [
        ["-n", "2", "-m", f"not ({slow})"],
        ["-n", "2", "--dist", "loadgroup", "-m", f"({slow}) and not alone"],
        ["-m", "alone"],
    ]
    if arguments:
        parts = [[]]
    with ground.alone_in(Path(env["VAR_DIR"]), "the tests"), postgres(env):
        manage(env, "prepare_database", "--for-tests")
        collect_static(env)
        failed = [part for part in parts if _pytest(env, *part, *arguments)]
    if failed:
        raise Complaint("Tests failed.")


def test_brokers(env: dict[str, str], *arguments: str) -> None:
    """Run the tests of what is killed and comes back on RabbitMQ and on Redis."""
    _set_up(env)
    _install_brokers(env)
    files = [f"portal/tests/test_{name}.py" for name in ("broker", "night_survives")]
    with ground.alone_in(Path(env["VAR_DIR"]), "the tests"), postgres(env):
        manage(env, "prepare_database", "--for-tests")
        collect_static(env)
        failed = [name for name in BROKERS if not _passes_on(name, files, arguments, env)]
    if failed:
        raise Complaint(f"Tests failed on {' and '.join(failed)}.")


def check(env: dict[str, str]) -> None:
    _set_up(env)
    with ground.alone_in(Path(env["VAR_DIR"]), "the checks"), postgres(env):
        manage(env, "prepare_database", "--for-tests")
        failed = [name for name, *rest in _linters() if not _passes(name, rest, env)]
    production = env | PRODUCTION
    deploy = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    if not _passes("check --deploy", [str(PYTHON), *deploy], production):
        failed.append("check --deploy")
    if failed:
        raise Complaint(f"Not passed: {', '.join(failed)}.")


def bench(env: dict[str, str], *names: str) -> None:
    _set_up(env)
    found = {path.stem for path in (ROOT / "benchmarks").glob("bench_*.py")}
    with ground.alone_in(Path(env["VAR_DIR"]), "the benchmarks"), postgres(env):
        manage(env, "prepare_database", "--for-tests")
        for name in names or sorted(found - LONG):
            subprocess.run([str(PYTHON), "-m", f"benchmarks.{name}"], cwd=ROOT, env=env, check=True)


def torture(env: dict[str, str], *names: str) -> None:
    """Run what kills, stops and lies, each to its end; whichever fails is named."""
    _set_up(env)
    failed = []
    with ground.alone_in(Path(env["VAR_DIR"]), "the torture"), postgres(env):
        manage(env, "prepare_database", "--for-tests")
        collect_static(env)
        for name in names or TORTURES:
            command = [str(PYTHON), "-m", f"benchmarks.{name}"]
            if not _passes(name, command, env):
                failed.append(name)
    if failed:
        raise Complaint(f"Not survived: {', '.join(failed)}.")


def _set_up(env: dict[str, str]) -> None:
    ground.check_machine(env)
    install(env, development=True)


def _linters() -> list[list[str]]:
    """Return each linter's name and command, in the order a reader wants their complaints."""
    programs = VENV / "bin"
    folders = ("templates", "portal", "merchants", "campaigns")
    pages = [str(page) for each in folders for page in sorted((ROOT / each).rglob("*.html"))]
    migrations = [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"]
    djade = [str(programs / "djade"), "--check", "--target-version", "5.2", *pages]
    return [
        ["ruff check", str(programs / "ruff"), "check"],
        ["ruff format", str(programs / "ruff"), "format", "--check"],
        *([["djade", *djade]] if pages else []),
        ["mypy", str(programs / "mypy"), "portal", "merchants", "campaigns"],
        ["lint-imports", str(programs / "lint-imports")],
        ["makemigrations", *migrations],
    ]


def _passes(name: str, command: list[str], env: Mapping[str, str]) -> bool:
    say(f"— {name}")
    return subprocess.run(command, cwd=ROOT, env=env).returncode == 0


def _passes_on(
    broker: str, files: Sequence[str], arguments: Sequence[str], env: Mapping[str, str]
) -> bool:
    say(f"— {broker}")
    return _pytest({**env, "TEST_BROKER": broker}, *files, *arguments) == 0


def _pytest(env: Mapping[str, str], *arguments: str) -> int:
    return subprocess.run([str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT, env=env).returncode


def _install_chromium(env: Mapping[str, str]) -> None:
    """Install what the browser tests need where we may; without it they say so themselves."""
    if any(map(shutil.which, BROWSERS)) and _chinese_is_drawn():
        return
    try:
        _apt_install(env, "chromium", "fonts-noto-cjk", "fontconfig")
    except Complaint as complaint:
        say(f"Chromium could not be installed: {complaint}")


def _install_brokers(env: Mapping[str, str]) -> None:
    if all(shutil.which(program, path=PROGRAMS) for program in BROKERS.values()):
        return
    _apt_install(env, *BROKERS.values())
    missing = [name for name in BROKERS.values() if not shutil.which(name, path=PROGRAMS)]
    if missing:
        raise Complaint(f"Install {' and '.join(missing)} first: apt-get install does.")


def _apt_install(env: Mapping[str, str], *packages: str) -> None:
    """Install Debian's packages where we may, and do nothing elsewhere."""
    apt_get = shutil.which("apt-get")
    if apt_get is None or os.geteuid() != 0:
        return
    say(f"Installing {', '.join(packages)} …")
    quiet = {**env, "DEBIAN_FRONTEND": "noninteractive"}
    run_step([apt_get, "update"], quiet, log="apt-update.log")
    options = ["install", "-y", "--no-install-recommends"]
    run_step([apt_get, *options, *packages], quiet, log="apt-install.log")


def _chinese_is_drawn() -> bool:
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        return False
    found = subprocess.run([fc_list, ":lang=zh-cn", "family"], capture_output=True, text=True)
    return bool(found.stdout.strip())
