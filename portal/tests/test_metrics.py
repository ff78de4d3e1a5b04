import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from merchants.tests.factories import make_brand
from portal.tests.estate import make_estate

TOKEN = "the-scraper-bears-this"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def scraper(settings, client):
    settings.METRICS_TOKEN = TOKEN
    return client


def told(client) -> dict[str, float]:
    lines = client.get("/metrics", headers=BEARER).text.splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line.startswith("redcat_")]
    return {name: float(value) for name, value in pairs}


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}])
def test_without_the_token_there_is_no_such_page(scraper, headers):
    assert scraper.get("/metrics", headers=headers).status_code == 404


@pytest.mark.django_db
def test_while_no_token_is_set_nobody_reads_them(settings, client):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_windows_rows_and_consents_are_told_and_no_brand_is_named(scraper):
    make_estate(make_brand("marked", "标"), 1, "印记")

    found = told(scraper)
    text = scraper.get("/metrics", headers=BEARER).text

    assert sum(v for name, v in found.items() if name.startswith("redcat_windows{")) >= 1
    assert sum(v for name, v in found.items() if name.startswith("redcat_quarantined_rows")) >= 1
    assert sum(v for name, v in found.items() if name.startswith("redcat_connections")) >= 1
    assert found['redcat_report_mails{status="sent"}'] == 1
    assert "redcat_spool_bytes" in found
    assert "印记" not in text
    assert "marked" not in text


@pytest.mark.django_db
def test_two_brands_cost_as_many_queries_as_one(scraper):
    make_estate(make_brand("one"), 1, "一")
    with CaptureQueriesContext(connection) as for_one:
        told(scraper)
    make_estate(make_brand("two"), 2, "二")
    with CaptureQueriesContext(connection) as for_two:
        told(scraper)
    assert len(for_two) == len(for_one)
