"""Names come from partners and people; none may run, in a page, in the admin or in a sheet."""

import csv
import io

import pytest
from django.test import Client

from merchants.tests.factories import give_second_factor, make_brand, make_membership, make_user
from portal.tests.estate import make_estate

EVIL = "\"'><script>alert(1)</script>{{ 7|add:7 }}</title>"
pytestmark = pytest.mark.usefixtures("own_files")
PAGES = [
    "/account/",
    "/b/evil/stores/",
    "/b/evil/stores/{store}/",
    "/b/evil/notes/",
    "/b/evil/notes/{free}/link/",
    "/b/evil/links/{link}/",
    "/b/evil/notes/{free}/",
    "/b/evil/notes/{free}/requests/",
    "/b/evil/notes/requests/",
    "/b/evil/notes/sheets/",
    "/b/evil/notes/sheets/{sheet}/",
    "/b/evil/items/",
    "/b/evil/links/{link}/edit/",
    "/b/evil/links/{link}/replace/",
    "/b/evil/campaigns/",
    "/b/evil/campaigns/{campaign}/",
    "/b/evil/star-tasks/",
    "/b/evil/star-tasks/{star_task}/",
    "/b/evil/overview/",
    "/b/evil/results/",
    "/b/evil/results/?group=creator",
    "/b/evil/results/star/",
    "/b/evil/reconciliation/",
    "/b/evil/settings/api-keys/",
    "/b/evil/settings/webhooks/",
    "/b/evil/settings/webhooks/log/",
    "/b/evil/settings/alerts/told/",
    "/b/evil/settings/robots/",
    "/b/evil/settings/robots/{robot}/",
    "/b/evil/data/",
    "/b/evil/data/imports/",
    "/b/evil/data/imports/{file_import}/",
    "/b/evil/data/files/{store}/console/0/2025-06-18/",
    "/admin/merchants/application/",
    "/admin/merchants/application/{application}/change/",
    "/admin/merchants/brand/",
    "/admin/merchants/store/{store}/change/",
    "/admin/merchants/connection/",
    "/admin/merchants/membership/",
    "/admin/campaigns/note/{free}/change/",
    "/admin/campaigns/link/{link}/change/",
    "/admin/campaigns/click/",
]


def someone_who_sees_all(brand) -> Client:
    client = Client()
    user = make_user(name=EVIL[:80], is_staff=True, is_superuser=True)
    make_membership(brand, user)
    client.force_login(user)
    give_second_factor(client, user)
    return client


@pytest.mark.parametrize("path", PAGES)
def test_a_name_is_shown_and_never_run(db, path):
    brand = make_brand("evil", EVIL)
    estate = make_estate(brand, 1, EVIL)

    response = someone_who_sees_all(brand).get(path.format(**estate.names()))
    text = response.text

    assert response.status_code == 200
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "{{ 7|add:7 }}" in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝", "＋", "－", "＠"])
def test_a_name_is_no_formula_in_the_file(db, start):
    brand = make_brand("evil", f"{start}cmd|' /C calc'!A0")
    make_estate(brand, 1, brand.name)

    file = someone_who_sees_all(brand).get("/b/evil/results.csv").content.decode("utf-8-sig")

    cells = [cell for row in csv.reader(io.StringIO(file)) for cell in row if "cmd|" in cell]
    assert len(cells) >= 4
    assert all(cell.startswith("'") for cell in cells)
