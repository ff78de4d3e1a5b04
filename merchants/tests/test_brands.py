"""A person opens a brand: its address, its first owner, and what the database forbids."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from merchants.brands import LONGEST, RESERVED, SLUG, create_brand, propose_slug, with_ending
from merchants.models import Brand, Membership, Role
from merchants.services import Refused
from merchants.tests.factories import make_brand, make_membership, make_user
from portal.lib.scope import Hat, scope

NEW = "/brands/new/"


@pytest.fixture
def lin(db):
    return make_user(name="林一")


@pytest.fixture
def browser(client, lin):
    client.force_login(lin)
    return client


def call_as(user: int | None, slug: str = "yejing", name: str = "野径") -> None:
    with scope(Hat.WEB, user=user), connection.cursor() as cursor:
        cursor.execute("SELECT create_brand(%s, %s, now())", [name, slug])


def test_whoever_creates_a_brand_owns_it_and_lands_on_its_stores(browser, lin):
    response = browser.post(NEW, {"name": " 野  径 ", "slug": "yejing"})

    assert response["Location"] == "/b/yejing/stores/"
    with scope(Hat.WEB, user=lin.pk):
        [membership] = Membership.objects.select_related("brand")
    assert (membership.role, membership.brand.name) == (Role.OWNER, "野 径")
    assert "野 径" in browser.get("/b/yejing/stores/").text


def test_a_person_with_a_brand_creates_another_and_switches_between_them(browser, lin):
    make_membership(make_brand(), lin, Role.VIEWER)

    browser.post(NEW, {"name": "野径", "slug": "yejing"})

    page = browser.get("/b/yejing/data/").text
    assert 'href="/b/shancha/"' in page
    assert 'href="/b/yejing/" aria-current="true"' in page


def test_an_empty_address_comes_back_proposed_and_nothing_is_made_yet(browser, lin):
    response = browser.post(NEW, {"name": "Wild Path", "slug": ""})

    assert response.status_code == 422
    assert 'value="wild-path"' in response.text
    with scope(Hat.ADMIN):
        assert not Brand.objects.exists()


def test_a_taken_address_is_refused_with_another_proposed(browser):
    make_brand("yejing", "别家")

    response = browser.post(NEW, {"name": "野径", "slug": "yejing"})

    assert response.status_code == 422
    assert 'value="yejing-' in response.text
    assert 'value="野径"' in response.text


@pytest.mark.parametrize("slug", ["admin", "TMALL", "a", "a--b", "-a", "山茶", "a/b", "x" * 41])
def test_a_reserved_or_unreadable_address_is_refused(browser, slug):
    response = browser.post(NEW, {"name": "野径", "slug": slug})

    assert response.status_code == 422
    with scope(Hat.ADMIN):
        assert not Brand.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "\x00", "野\u202e径", "x" * 81])
def test_a_name_that_cannot_be_read_is_refused(browser, name):
    assert browser.post(NEW, {"name": name, "slug": "yejing"}).status_code == 422


@pytest.mark.parametrize("name", ["山茶", "Admin", "Ünïcode Café", "x" * 80, "a_b", "A"])
def test_every_name_gives_an_address_that_may_be_used(name):
    slug = propose_slug(name)
    for each in (slug, with_ending(slug)):
        assert SLUG.fullmatch(each)
        assert len(each) <= LONGEST
        assert each not in RESERVED


def test_the_web_cannot_insert_a_brand_past_the_function(lin):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), scope(Hat.WEB, user=lin.pk):
        Brand.objects.create(slug="yejing", name="野径")


def test_nobody_creates_a_brand_for_nobody(lin):
    lin.is_active = False
    lin.save()

    for person in (None, lin.pk):
        with pytest.raises(ProgrammingError, match="Nobody"), transaction.atomic():
            call_as(person)


@pytest.mark.parametrize(("slug", "name"), [("A b", "野径"), ("x", "野径"), ("yejing", "  ")])
def test_the_database_refuses_an_address_or_name_that_no_form_lets_through(lin, slug, name):
    with pytest.raises(IntegrityError, match="No such name"), transaction.atomic():
        call_as(lin.pk, slug, name)


def test_only_the_web_may_call_the_function(lin):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, scope(Hat.NIGHT, user=lin.pk), connection.cursor() as cursor:
        cursor.execute("SELECT create_brand('野径', 'yejing', now())")


def test_a_person_owns_twenty_brands_at_most(lin):
    for n in range(20):
        create_brand(f"第{n}", f"brand-{n}", by=lin)

    with pytest.raises(Refused, match="20"):
        create_brand("再来", "one-more", by=lin)
