"""The cast: a brand, its people, and a stranger. Tests run as the runtime login."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases

from merchants.models import Brand, Role
from merchants.tests.factories import make_brand, make_membership, make_user
from portal.tests.processes import DEMO_DAY, SandboxProcess

SPOOLS = tempfile.TemporaryDirectory(prefix="redcat-test-spool-")


def pytest_configure() -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECOND_REVIEW_SHARE = 0.0  # none is drawn, unless a test is about it
    settings.CELERY_BROKER_URL = (
        "memory://localhost"  # what a commit sends must not reach other workers
    )
    settings.CELERY_BROKER_TRANSPORT = None  # that of the URL
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    settings.SPOOL_DIR = Path(SPOOLS.name)  # what tests tap is not shipped by what runs here
    settings.JUMP_LINKS_DIR = settings.SPOOL_DIR / "links"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]


@pytest.fixture
def brand(db) -> Brand:
    return make_brand()


@pytest.fixture
def client_as(brand) -> Callable[[Role | None], Client]:
    """Log in as a member of `brand` in that role; None is the owner of another brand."""

    def log_in(role: Role | None) -> Client:
        user = make_user(f"{role or 'stranger'}@example.test")
        if role:
            make_membership(brand, user, role)
        else:
            make_membership(make_brand("yejing", "野径"), user, Role.OWNER)
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def own_files(settings, tmp_path) -> Path:
    """Keep uploaded files in a folder that goes with the test."""
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture(scope="session")
def django_db_setup(
    request, django_test_environment, django_db_modify_db_settings, django_db_blocker
) -> Iterator[None]:
    """Make the test database for both logins, whatever a test asks for.

    Left to itself pytest-django makes only the aliases that tests name; `default` mirrors
    `owner`, and without it would quietly be the database that people use.
    """
    verbosity = request.config.option.verbose
    with django_db_blocker.unblock():
        made = setup_databases(verbosity, interactive=False, aliases={"default", "owner"})
    yield
    with django_db_blocker.unblock():
        connections.close_all()  # dropping the database waits for them
        teardown_databases(made, verbosity)


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process, settings) -> SandboxProcess:
    """The one running sandbox, healthy and on the demo's day; the portal speaks to it."""
    sandbox_process.set_day(DEMO_DAY)
    sandbox_process.control(delay_ms=0)
    sandbox_process.plan()
    url = sandbox_process.url
    settings.VAR_DIR = sandbox_process.var_dir
    settings.TOP = settings.TOP | {
        "gateway": f"{url}/router/rest",
        "authorize_url": f"{url}/authorize",
        "token_url": f"{url}/token",
    }
    settings.XHS = settings.XHS | {"base_url": f"{url}/api/open", "auth_url": f"{url}/auth"}
    settings.PUGONGYING = settings.PUGONGYING | {
        "base_url": f"{url}/api/open",
        "auth_url": f"{url}/auth",
    }
    return sandbox_process
