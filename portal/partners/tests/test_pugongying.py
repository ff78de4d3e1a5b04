import json
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.partners.base import NeedsConsent, Rejected
from portal.partners.pugongying import PugongyingApp
from portal.tests.scripted_server import says


@pytest.fixture
def app(server):
    return PugongyingApp.of(
        {
            "app_id": "7002",
            "app_secret": "sandbox-pgy-secret",
            "base_url": f"{server.url}/api/open",
            "auth_url": f"{server.url}/auth",
        }
    )


@pytest.fixture
def token(recorded):
    """Juguang's recorded answer as the other platform gives it."""
    answer = json.loads(recorded("juguang/token"))
    answer["data"] |= {"platform_type": 2, "approval_advertisers": []}
    return answer


def test_the_consent_page_is_asked_for_reading_alone(app):
    query = parse_qs(urlsplit(app.consent_url(state="s", redirect_uri="https://x.test/")).query)

    assert (query["appId"], query["scope"]) == (["7002"], ['["report_service"]'])


def test_a_code_buys_the_accounts_pair(app, server, token):
    server.will(says(token))

    pair = app.exchange("code-1")

    assert (pair.platform, pair.advertisers) == (2, ())
    (seen,) = server.seen
    assert seen.path == "/api/open/oauth2/access_token"


@pytest.mark.parametrize("platform", [1, None], ids=["juguang", "not told"])
def test_a_pair_of_another_platform_is_rejected(app, server, token, platform):
    token["data"]["platform_type"] = platform
    server.will(says(token))

    with pytest.raises(Rejected, match="wrong-platform"):
        app.exchange("code-1")


def test_a_refused_refresh_needs_consent(app, server):
    server.will(says({"code": 10411, "success": False, "msg": "失效", "data": None}))

    with pytest.raises(NeedsConsent):
        app.refresh("r-old")
