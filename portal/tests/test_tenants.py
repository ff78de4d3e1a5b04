"""Two brands and two stores of one: nothing of the other shows, and each of two locks holds alone.

The locks are the page's own filters and the database's row-level security. To prove one, a
test takes the other away.
"""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from django.apps import apps
from django.db import connections
from django.test import Client

from campaigns.models import Link, Note, QuarantinedRow, SyncWindow
from campaigns.tests.factories import make_click, make_link, make_note_day, note_of
from merchants.models import Brand, Membership, Role, Store, StoreOwnedQuerySet
from merchants.tests.factories import (
    make_application,
    make_brand,
    make_connection,
    make_invitation,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.rls import tenant_tables
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)
OTHER = "Zwilling"  # every string of what must not be seen begins with it
FEE = 77_770_077  # and so much it cost, alone or in a total with ours
SEEN = re.compile(r"Zwilling|777,?[78]00\.77")
READ = [
    "/",
    "/b/shancha/stores/",
    "/b/shancha/stores/{store}/",
    "/b/shancha/notes/",
    "/b/shancha/notes/?q=Zwilling",
    "/b/shancha/notes/{free}/link/",
    "/b/shancha/links/{link}/",
    "/b/shancha/results/",
    "/b/shancha/results/?window=7&receipt=spend&sort=-spend",
    "/b/shancha/results/?store={other_store}",
    "/b/shancha/results.csv",
    "/b/shancha/data/",
    "/b/shancha/settings/members/",
    "/b/shancha/nothing/",
]
NAMED = [
    ("get", "stores/{store}/"),
    ("post", "stores/{store}/facts/"),
    ("post", "stores/{store}/application/"),
    ("post", "stores/{store}/juguang/"),
    ("get", "stores/{store}/juguang/advertiser/"),
    ("post", "stores/{store}/juguang/advertiser/"),
    ("get", "notes/{free}/link/"),
    ("post", "notes/{free}/link/"),
    ("get", "links/{link}/"),
    ("post", "links/{link}/pause/"),
    ("post", "links/{link}/end/"),
    ("get", "settings/members/{member}/"),
    ("post", "settings/members/{member}/"),
    ("post", "settings/members/{member}/suspend/"),
    ("post", "settings/members/{member}/remove/"),
]
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@dataclass(frozen=True)
class Estate:
    store: Store
    free: Note
    link: Link
    member: Membership

    def names(self) -> dict[str, int]:
        return {
            "store": self.store.pk,
            "free": self.free.pk,
            "link": self.link.pk,
            "member": self.member.pk,
        }


def make_estate(brand: Brand, number: int, name: str) -> Estate:
    """Give the brand a store with one of everything, each named after `name`."""
    store = make_store(brand, number, title=f"{name} 店", nick=f"{name} 家")
    make_connection(store, "juguang", subject=f"{brand.pk}{number}", subject_name=f"{name} 账户")
    free = note_of(store, 10 * number, title=f"{name} 一", creator=f"{name} 人")
    noted = note_of(store, 10 * number + 1, title=f"{name} 二", creator=f"{name} 人")
    link = make_link(noted, item_title=f"{name} 货")
    make_click(link, click_id=name)
    make_note_day(noted, DAY, fee_fen=FEE if name == OTHER else 10_000)
    make_application(store, reason=f"{name} 因")
    _make_window(noted, error=f"{name} 错")
    return Estate(store, free, link, _make_people(store, number, name))


def _make_people(store: Store, number: int, name: str) -> Membership:
    """Make a member and someone invited, both for this store alone; names show to all members."""
    brand = store.brand
    email = f"{name if number == 1 else 'anyone'}-{brand.slug}-{number}@example.test"
    user = make_user(email.lower(), name=name if number == 1 else "某人")
    make_invitation(brand, f"new-{email}", stores=(store,))
    return make_membership(brand, user, Role.VIEWER, stores=(store,))


def _make_window(note: Note, error: str) -> None:
    own = {"brand_id": note.brand_id, "store_id": note.store_id}
    with scope(Hat.NIGHT):
        window = SyncWindow.objects.create(
            **own,
            connection_id=note.connection_id,
            report="juguang.note_day",
            day=DAY,
            owed_on=DAY,
            status="failed",
            error=error,
        )
        QuarantinedRow.objects.create(**own, window=window, row_hash=error, raw=error, reason=error)


@pytest.fixture
def mine(brand) -> Estate:
    return make_estate(brand, 1, "山茶")


@pytest.fixture
def foreign(mine) -> Estate:
    """What belongs to another brand."""
    return make_estate(make_brand("zwilling", OTHER), 1, OTHER)


@pytest.fixture
def sibling(brand, mine) -> Estate:
    """What belongs to a store of the same brand that the member is not narrowed to."""
    return make_estate(brand, 2, OTHER)


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
    client = Client()
    client.force_login(user)
    return client


def leaks(client: Client, own: Estate, other: Estate) -> list[str]:
    """Return the addresses whose answer, heads included, names anything of the other's."""
    found = []
    for path in READ:
        url = path.format(**own.names(), other_store=other.store.pk)
        answer = client.get(url)
        text = answer.serialize().decode().replace("q=Zwilling", "")
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


def test_row_level_security_alone_keeps_brands_apart(brand, mine, foreign):
    with scope(Hat.WEB, brand=brand.pk):
        for model in apps.get_models():
            if model._meta.db_table in tenant_tables() - {"merchants_brand"}:
                brands = set(model._default_manager.values_list("brand_id", flat=True))
                assert brands <= {brand.pk}, model


def test_row_level_security_alone_keeps_a_narrowed_member_to_their_stores(
    narrowed, mine, sibling, monkeypatch
):
    # the one filter of every page that narrows: without it only the database is left
    monkeypatch.setattr(StoreOwnedQuerySet, "seen_by", lambda rows, membership: rows)

    assert leaks(narrowed, mine, sibling) == []
    assert statuses(narrowed, sibling) == {404}
