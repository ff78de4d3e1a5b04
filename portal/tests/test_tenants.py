"""Two brands and two stores of one: nothing of the other shows, and each of two locks holds alone.

The locks are the page's own filters and the database's row-level security. To prove one, a
test takes the other away.
"""

import re
from collections.abc import Sequence

import pytest
from django.apps import apps
from django.db import ProgrammingError, connections
from django.test import Client
from django.utils import timezone

from merchants.models import Brand, Role, Store, StoreOwnedQuerySet, User
from merchants.tests.factories import make_brand, make_membership, make_store, make_user
from portal.lib.rls import tenant_tables
from portal.lib.scope import Hat, scope
from portal.tests.addresses import READ
from portal.tests.estate import Estate, make_estate

OTHER = "Zwilling"  # every string of what must not be seen begins with it
FEE = 77_770_077  # and so much it cost, alone or in a total with ours
SEEN = re.compile(r"Zwilling|777,?[78]00\.77")
NAMED = [
    ("get", "stores/{store}/"),
    ("post", "stores/{store}/facts/"),
    ("post", "stores/{store}/application/"),
    ("post", "stores/{store}/application/withdraw/"),
    ("post", "stores/{store}/application/appeal/"),
    ("post", "stores/{store}/juguang/"),
    ("get", "stores/{store}/juguang/advertiser/"),
    ("post", "stores/{store}/juguang/advertiser/"),
    ("get", "stores/{store}/juguang/"),
    ("get", "stores/{store}/pugongying/"),
    ("post", "stores/{store}/pugongying/"),
    ("get", "stores/{store}/consents/juguang/withdraw/"),
    ("post", "stores/{store}/consents/juguang/withdraw/"),
    ("get", "stores/{store}/consents/juguang/pause/"),
    ("post", "stores/{store}/consents/juguang/pause/"),
    ("post", "stores/{store}/consents/juguang/resume/"),
    ("get", "stores/{store}/transfer/{release}/"),
    ("post", "stores/{store}/transfer/{release}/"),
    ("get", "stores/transfers/{transfer}/withdraw/"),
    ("post", "stores/transfers/{transfer}/withdraw/"),
    ("get", "settings/consents/{consent}/"),
    ("post", "notices/{notice}/"),
    ("post", "stores/{store}/evidence/licence/"),
    ("get", "stores/{store}/evidence/{evidence}/file/"),
    ("get", "data/windows/{window}/"),
    ("get", "data/restatements/{store}/note.spend/2025-06-18/2025-06-19/"),
    ("get", "results/notes/{free}/"),
    ("get", "results/notes/{free}.csv"),
    ("get", "results/views/{view}/"),
    ("get", "results/views/{view}/edit/"),
    ("post", "results/views/{view}/edit/"),
    ("post", "results/views/{view}/delete/"),
    ("get", "results/views/{view}/share/"),
    ("post", "results/views/{view}/share/"),
    ("get", "results/views/{view}/mail/"),
    ("post", "results/views/{view}/mail/"),
    ("post", "results/mails/{report}/send/"),
    ("post", "settings/shares/{share}/revoke/"),
    ("get", "settings/alerts/{alert}/"),
    ("get", "settings/alerts/{alert}/edit/"),
    ("post", "settings/alerts/{alert}/edit/"),
    ("post", "settings/alerts/{alert}/switch/"),
    ("post", "settings/alerts/{alert}/delete/"),
    ("get", "notes/{free}/link/"),
    ("get", "notes/{free}/"),
    ("post", "notes/{free}/tags/"),
    ("get", "campaigns/{campaign}/"),
    ("post", "campaigns/{campaign}/edit/"),
    ("post", "campaigns/{campaign}/rules/"),
    ("post", "campaigns/{campaign}/rules/{rule}/remove/"),
    ("post", "campaigns/{campaign}/take-out/"),
    ("get", "star-tasks/{star_task}/"),
    ("post", "star-tasks/{star_task}/edit/"),
    ("post", "star-tasks/{star_task}/notes/"),
    ("post", "star-tasks/{star_task}/notes/{star_row}/"),
    ("post", "notes/{free}/link/"),
    ("get", "notes/{free}/requests/"),
    ("get", "notes/sheets/{sheet}/"),
    ("post", "notes/sheets/{sheet}/attach/"),
    ("get", "notes/sheets/{sheet}/result.xlsx"),
    ("get", "data/imports/{file_import}/"),
    ("get", "data/exports/{export}/file/"),
    ("get", "data/files/{store}/console/0/2025-06-18/"),
    ("get", "data/imports/{file_import}/refused.csv"),
    ("post", "data/imports/{file_import}/apply/"),
    ("get", "links/{link}/"),
    ("get", "links/{link}/replace/"),
    ("post", "links/{link}/replace/"),
    ("post", "links/{link}/pause/"),
    ("post", "links/{link}/end/"),
    ("get", "settings/members/{member}/"),
    ("post", "settings/members/{member}/"),
    ("post", "settings/members/{member}/suspend/"),
    ("post", "settings/members/{member}/remove/"),
    ("post", "settings/api-keys/{api_key}/revoke/"),
    ("get", "settings/webhooks/{webhook}/"),
    ("post", "settings/webhooks/{webhook}/"),
    *(
        ("post", f"settings/webhooks/{{webhook}}/{move}/")
        for move in ("test", "rotate", "rotated", "replay", "pause", "resume", "delete")
    ),
    ("get", "settings/robots/{robot}/"),
    ("post", "settings/robots/{robot}/"),
    *(
        ("post", f"settings/robots/{{robot}}/{move}/")
        for move in ("test", "pause", "resume", "delete")
    ),
    ("get", "settings/webhooks/log/{delivery}/"),
    ("post", "settings/webhooks/log/{delivery}/replay/"),
    ("get", "reconciliation/orders/{store}/1/"),
    ("get", "settings/agencies/{grant}/"),
    ("post", "settings/agencies/{grant}/"),
    ("post", "settings/agencies/{grant}/revoke/"),
    ("post", "settings/agencies/{grant}/withdraw/"),
]
STAFF_ONLY = {"merchants_secondreview"}  # no brand reads any row of it
pytestmark = pytest.mark.usefixtures("own_files")
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def mine(brand) -> Estate:
    return make_estate(brand, 1, "山茶")


@pytest.fixture
def foreign(mine) -> Estate:
    """What belongs to another brand."""
    return make_estate(make_brand("zwilling", OTHER), 1, OTHER, FEE)


@pytest.fixture
def sibling(brand, mine) -> Estate:
    """What belongs to a store of the same brand that the member is not narrowed to."""
    return make_estate(brand, 2, OTHER, FEE)


@pytest.fixture
def owner(brand) -> Client:
    return logged_in(brand)


@pytest.fixture
def narrowed(brand, mine) -> Client:
    return logged_in(brand, mine.store)


@pytest.fixture
def without_row_level_security():
    """Let the web see every row, as a superuser's login would."""
    run_as_owner("CREATE POLICY hole ON {} TO redcat_web USING (true) WITH CHECK (true)")
    yield
    run_as_owner("DROP POLICY hole ON {}")


def run_as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        for table in sorted(tenant_tables()):
            cursor.execute(statement.format(table))


def logged_in(brand: Brand, *stores: Store) -> Client:
    user = make_user("zhou@example.test", name="周")
    make_membership(brand, user, Role.OWNER, stores=stores)
    return client_of(user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def leaks(client: Client, own: Estate, other: Estate, paths: Sequence[str] = READ) -> list[str]:
    """Return the addresses whose answer, heads included, names anything of the other's."""
    found = []
    for path in paths:
        others = {f"other_{name}": pk for name, pk in other.names().items()}
        url = path.format(**own.names(), **others)
        answer = client.get(url)
        text = answer.serialize().decode(errors="replace").replace("q=Zwilling", "")
        if SEEN.search(text.replace('value="Zwilling"', "").replace("“Zwilling”", "")):
            found.append(url)
    return found


def statuses(client: Client, other: Estate) -> set[int]:
    return {
        getattr(client, method)(f"/b/shancha/{path}".format(**other.names())).status_code
        for method, path in NAMED
    }


def test_no_page_shows_anything_of_another_brand(owner, mine, foreign):
    assert leaks(owner, mine, foreign) == []


def test_no_page_shows_a_narrowed_member_anything_of_another_store(narrowed, mine, sibling):
    assert leaks(narrowed, mine, sibling) == []


def test_an_owner_of_all_stores_does_see_both(owner, mine, sibling):
    assert len(leaks(owner, mine, sibling)) > 5


def test_ids_of_another_brand_are_not_found_under_ours(owner, foreign):
    assert statuses(owner, foreign) == {404}


def test_ids_of_another_store_are_not_found_by_a_narrowed_member(narrowed, sibling):
    assert statuses(narrowed, sibling) == {404}


@transactional
def test_the_pages_own_filter_alone_keeps_brands_apart(
    owner, mine, foreign, without_row_level_security
):
    assert leaks(owner, mine, foreign) == []
    assert statuses(owner, foreign) == {404}


@transactional
def test_the_pages_own_filter_alone_keeps_a_narrowed_member_to_their_stores(
    narrowed, mine, sibling, without_row_level_security
):
    assert leaks(narrowed, mine, sibling) == []
    assert statuses(narrowed, sibling) == {404}


@transactional
def test_the_pages_own_filter_alone_keeps_out_whom_no_grant_reaches(
    mine, without_row_level_security
):
    with scope(Hat.ADMIN):
        agency = Brand.objects.get(held_grants=mine.grant)
    stores = (make_store(agency, 1),)
    narrowed = make_membership(agency, make_user("narrowed@example.test"), stores=stores)
    suspended = make_membership(agency, make_user("suspended@example.test"), Role.VIEWER)
    with scope(Hat.WEB, brand=agency.pk):
        agency.memberships.filter(pk=suspended.pk).update(suspended_at=timezone.now())
    people = narrowed.user, suspended.user, make_user("stranger@example.test")

    statuses = {client_of(user).get("/b/shancha/stores/").status_code for user in people}

    assert statuses == {404}


def test_row_level_security_alone_keeps_brands_apart(brand, mine, foreign):
    with scope(Hat.WEB, brand=brand.pk):
        for model in apps.get_models():
            if model._meta.db_table in tenant_tables() - {"merchants_brand", *STAFF_ONLY}:
                brands = set(model._default_manager.values_list("brand_id", flat=True))
                assert brands <= {brand.pk}, model


@pytest.mark.parametrize("table", sorted({*STAFF_ONLY, "django_admin_log"}))
def test_a_brand_reads_nothing_of_what_only_staff_may_see(brand, mine, table):
    for hat in (Hat.WEB, Hat.NIGHT):
        with pytest.raises(ProgrammingError, match="permission denied"), scope(hat, brand=brand.pk):
            connections["default"].cursor().execute(f"SELECT FROM {table}")


def test_row_level_security_alone_keeps_a_narrowed_member_to_their_stores(
    narrowed, mine, sibling, monkeypatch
):
    # the one filter of every page that narrows: without it only the database is left
    monkeypatch.setattr(StoreOwnedQuerySet, "seen_by", lambda rows, membership: rows)

    assert leaks(narrowed, mine, sibling) == []
    assert statuses(narrowed, sibling) == {404}


@transactional
def test_with_neither_lock_the_other_store_shows(
    narrowed, mine, sibling, without_row_level_security, monkeypatch
):
    monkeypatch.setattr(StoreOwnedQuerySet, "seen_by", lambda rows, membership: rows)

    assert len(leaks(narrowed, mine, sibling)) > 5


@transactional
def test_a_hole_in_the_policy_of_any_table_shows(brand, mine, foreign, without_row_level_security):
    with scope(Hat.WEB, brand=brand.pk):
        blind = {
            model._meta.db_table
            for model in apps.get_models()
            if model._meta.db_table in tenant_tables() - {"merchants_brand", *STAFF_ONLY}
            and set(model._default_manager.values_list("brand_id", flat=True)) <= {brand.pk}
        }
    assert blind == set()
