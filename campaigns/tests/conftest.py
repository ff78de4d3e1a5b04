"""A store with a real consent at the sandbox's Tmall."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import stamina
from django.utils import timezone, translation

from campaigns.models import Note
from campaigns.tests.factories import note_of
from merchants.connections import top_app
from merchants.models import Connection, Partner, Store
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope
from portal.sandbox.tests.calls import xhs_token
from portal.tests.processes import SandboxProcess

CALLBACK = "http://localhost/consent/top/"


@pytest.fixture(scope="session")
def tmall_process(tmp_path_factory):
    with SandboxProcess(tmp_path_factory.mktemp("tmall")) as process:
        yield process


@pytest.fixture
def tmall(settings, tmall_process) -> SandboxProcess:
    """Point the portal at the running sandbox; retries of the client don't wait."""
    url = tmall_process.url
    settings.TOP = settings.TOP | {
        "gateway": f"{url}/router/rest",
        "authorize_url": f"{url}/authorize",
        "token_url": f"{url}/token",
    }
    with stamina.set_testing(True, attempts=3, cap=True):
        yield tmall_process


@pytest.fixture
def store(brand, tmall) -> Store:
    """山茶官方旗舰店, approved, consented at the sandbox as a seller would."""
    store = make_store(brand, seller_id="2200657001", title="山茶官方旗舰店")
    consent(store)
    return store


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def note(store) -> Note:
    return note_of(store)


def consent(store: Store) -> None:
    asked = top_app().consent_url(state="s", redirect_uri=CALLBACK)
    given = httpx.post(asked, data={"decision": "allow", "seller": store.seller_id})
    code = parse_qs(urlsplit(given.headers["location"]).query)["code"][0]
    token = top_app().exchange(code, redirect_uri=CALLBACK)
    connection = Connection(
        brand_id=store.brand_id,
        store=store,
        partner=Partner.TOP,
        subject=token.seller_id,
        subject_name=token.nick,
    )
    connection.put_tokens(
        access=token.access_token,
        access_until=token.expires_at,
        refresh=token.refresh_token,
        refresh_until=timezone.now() + timedelta(days=29),
    )
    with scope(Hat.NIGHT):
        connection.save()


@pytest.fixture
def joined(brand, sandbox):
    """A store whose advertiser the running sandbox has consented for."""
    tokens = xhs_token(sandbox)
    joined = make_connection(make_store(brand), subject="880001")
    joined.put_tokens(
        access=tokens["access_token"],
        access_until=timezone.now() + timedelta(hours=20),
        refresh=tokens["refresh_token"],
        refresh_until=timezone.now() + timedelta(days=29),
    )
    with scope(Hat.NIGHT):
        joined.save()
    return joined
