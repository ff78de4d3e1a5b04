from collections import Counter
from datetime import date

import httpx
import pytest
from django.db.models import Max

from campaigns.imports.intake import keep_file
from campaigns.imports.seed import FILES, NoFile, seed_imports
from campaigns.models import ConsoleDay, FileImport, FileImportEvent, FileRoad, StarDay
from merchants.tests.factories import make_participation, make_store, make_user
from portal.lib.scope import Hat, scope

KEPT = (FileImport, FileImportEvent, ConsoleDay, StarDay)


@pytest.fixture
def store(brand, sandbox, settings):
    settings.SANDBOX_URL = sandbox.url
    store = make_store(brand, seller_id="2200657001")
    make_participation(store)
    return store


def counts() -> list[int]:
    with scope(Hat.ADMIN):
        return [model.objects.count() for model in KEPT]


def test_the_demo_has_two_applied_files_without_a_refused_row(store):
    seed_imports(store, make_user())

    with scope(Hat.ADMIN):
        found = FileImport.objects.order_by("pk")
        assert [(each.name, each.status, each.refused_count) for each in found] == [
            (name, "applied", 0) for name in FILES
        ]
        assert ConsoleDay.objects.filter(store_visit_30__gt=0).exists()


def test_the_demos_content_file_tells_of_some_notes_up_to_the_last_day_and_of_some_less(store):
    seed_imports(store, make_user())

    with scope(Hat.ADMIN):
        told = StarDay.objects.filter(level="content", window_days=15)
        ends = told.values("object_id").annotate(last=Max("day"))
        found = Counter(ends.values_list("last", flat=True))
    assert found == {date(2025, 6, 21): 5, date(2025, 6, 11): 6}


def test_seeding_imports_twice_changes_nothing(store):
    user = make_user()
    seed_imports(store, user)
    before = counts()

    seed_imports(store, user)

    assert counts() == before


def test_an_import_that_was_cut_off_is_gone_on_with(store, sandbox, tmp_path):
    user, (name, (export, quirks, window)) = make_user(), next(iter(FILES.items()))
    path = tmp_path / name
    asked = {"seller_id": store.seller_id, "as_of": "2025-06-23", "quirks": quirks}
    asked["window"] = f"{window}"
    path.write_bytes(httpx.get(f"{sandbox.url}/world/files/{export}.csv", params=asked).content)
    keep_file(store, path, name=name, by=user, road=FileRoad.PAGE)

    seed_imports(store, user)

    with scope(Hat.ADMIN):
        statuses = list(FileImport.objects.values_list("status", flat=True))
        assert statuses == ["applied"] * len(FILES)


def test_a_sandbox_without_the_sellers_files_is_told(brand, sandbox, settings):
    settings.SANDBOX_URL = sandbox.url
    with pytest.raises(NoFile, match="404"):
        seed_imports(make_store(brand, seller_id="1"), make_user())
