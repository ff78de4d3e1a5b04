"""An agency is offered access, answers, and is in or out from its people's next page on."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from merchants.models import (
    BrandGrant,
    BrandGrantEvent,
    GrantStatus,
    IllegalMove,
    Role,
)
from merchants.models.grants import role_in_both
from merchants.models.people import MAY
from merchants.tests.factories import (
    make_brand,
    make_grant,
    make_membership,
    make_store,
    make_user,
)
from portal.lib.scope import Hat, scope

LIST = "/b/shancha/settings/agencies/"
THEIRS = "/b/agency/settings/"
STORES = "/b/shancha/stores/"
EN = {"accept-language": "en"}


@pytest.fixture
def owner(client_as) -> Client:
    return client_as(Role.OWNER)


@pytest.fixture
def agency(db):
    return make_brand("agency", "红枫代运营")


@pytest.fixture
def chief(agency):
    """The membership of the agency's owner."""
    return make_membership(agency, make_user("chief@example.test", name="方主管"))


@pytest.fixture
def ming(agency, chief):
    return make_membership(agency, make_user("ming@example.test", name="明"), Role.MARKETER)


@pytest.fixture
def store(brand):
    return make_store(brand, 1)


def browser(member) -> Client:
    client = Client(headers=EN)
    client.force_login(member.user)
    return client


def wish(store, **other):
    return {"agency": "agency", "role": "marketer", "stores": [store.pk]} | other


def statuses():
    with scope(Hat.ADMIN):
        return [grant.status for grant in BrandGrant.objects.order_by("pk")]


def offer(owner, store, **other) -> BrandGrant:
    assert owner.post(f"{LIST}offer/", wish(store, **other)).status_code == 302
    with scope(Hat.ADMIN):
        return BrandGrant.objects.latest("pk")


def test_an_offer_opens_nothing_until_the_agencys_owner_accepts(owner, store, chief, ming):
    grant = offer(owner, store)
    assert browser(ming).get(STORES).status_code == 404
    assert "山茶" in browser(chief).get(f"{THEIRS}agencies/").text

    browser(chief).post(f"{THEIRS}clients/{grant.pk}/accept/")

    assert store.title in browser(ming).get(STORES).text
    assert "红枫代运营" in owner.get(LIST).text


def test_an_unknown_short_name_gets_the_answer_of_a_known_one(owner, store):
    make_brand("known-agency", "红枫代运营")
    answers = [
        owner.post(f"{LIST}offer/", wish(store, agency=slug), follow=True, headers=EN).text
        for slug in ("known-agency", "wrong-agency")
    ]

    assert [page.count("Offered. If") for page in answers] == [1, 1]
    assert answers[1].count("known-agency") == answers[1].count("wrong-agency") - 1  # the message
    assert "红枫" not in answers[0] + answers[1]


def test_a_brand_named_so_later_is_not_the_one_that_was_offered(owner, store):
    grant = offer(owner, store, agency="later")
    squatter = make_membership(make_brand("later", "Later"), make_user("late@example.test"))

    page = browser(squatter).get("/b/later/settings/agencies/").text
    assert "Accept the offer" not in page
    path = f"/b/later/settings/clients/{grant.pk}/accept/"
    assert browser(squatter).post(path).status_code == 404


def test_an_offer_is_open_for_seven_days_and_can_then_be_made_anew(owner, store, chief):
    grant = offer(owner, store)
    assert owner.post(f"{LIST}offer/", wish(store)).status_code == 422

    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        said = browser(chief).post(f"{THEIRS}clients/{grant.pk}/accept/", follow=True).text
        assert "expired" in said
        offer(owner, store)

    assert statuses() == ["expired", "offered"]


@pytest.mark.parametrize(
    ("slug", "said"),
    [("shancha", "your own brand"), ("Two words", "small letters"), ("", "required")],
)
def test_an_offer_says_what_is_wrong_with_the_short_name(owner, store, slug, said):
    answer = owner.post(f"{LIST}offer/", wish(store, agency=slug), headers=EN)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert statuses() == []


def test_an_offer_is_for_at_least_one_store_and_never_for_an_owner(owner, store):
    assert owner.post(f"{LIST}offer/", wish(store, stores=[])).status_code == 422
    assert owner.post(f"{LIST}offer/", wish(store, role="owner")).status_code == 422
    assert statuses() == []


def test_twenty_offers_a_day_are_enough(owner, store):
    for n in range(20):
        offer(owner, store, agency=f"agency-{n}")
    answer = owner.post(f"{LIST}offer/", wish(store, agency="one-more"), headers=EN)
    assert (answer.status_code, "tomorrow" in answer.text) == (422, True)


def test_an_offer_is_declined_or_withdrawn_and_then_answers_no_more(owner, store, chief):
    declined = offer(owner, store)
    browser(chief).post(f"{THEIRS}clients/{declined.pk}/decline/")
    withdrawn = offer(owner, store)
    owner.post(f"{LIST}{withdrawn.pk}/withdraw/")

    for grant in (declined, withdrawn):
        assert browser(chief).post(f"{THEIRS}clients/{grant.pk}/accept/").status_code == 404
    assert statuses() == ["declined", "withdrawn"]


def test_only_an_owner_of_all_the_agencys_stores_answers(owner, store, agency, ming):
    grant = offer(owner, store)
    limited = make_user("limited@example.test")
    limited = make_membership(agency, limited, Role.OWNER, stores=(make_store(agency, 1),))

    for member in (ming, limited):
        path = f"{THEIRS}clients/{grant.pk}/accept/"
        assert browser(member).post(path).status_code == 403
    assert "Accept the offer" not in browser(limited).get(f"{THEIRS}agencies/").text
    assert statuses() == ["offered"]


def test_a_narrowed_owner_offers_their_stores_and_touches_nothing_beyond(brand, store, agency):
    other = make_store(brand, 2)
    me = make_membership(brand, make_user("me@example.test"), Role.OWNER, stores=(store,))
    far = make_grant(brand, make_brand("far", "Far"), (store, other))

    assert browser(me).post(f"{LIST}offer/", wish(store)).status_code == 302
    beyond = wish(store, agency="third", stores=[store.pk, other.pk])
    assert browser(me).post(f"{LIST}offer/", beyond).status_code == 422
    assert browser(me).get(f"{LIST}{far.pk}/").status_code == 404
    assert browser(me).post(f"{LIST}{far.pk}/revoke/").status_code == 404


def test_whoever_is_no_owner_any_more_takes_their_open_offers_along(brand, owner, store, agency):
    second = make_membership(brand, make_user("second@example.test"), Role.OWNER)
    accepted = make_grant(brand, make_brand("other", "Other"), (store,))
    offer(browser(second), store)

    owner.post(f"/b/shancha/settings/members/{second.pk}/", {"role": "viewer", "reach": "all"})

    assert (accepted.status, statuses()) == ("accepted", ["accepted", "withdrawn"])


def test_each_step_is_kept_with_what_held_from_then_on(brand, owner, store, chief):
    second = make_store(brand, 2)
    grant = offer(owner, store)
    browser(chief).post(f"{THEIRS}clients/{grant.pk}/accept/")
    owner.post(f"{LIST}{grant.pk}/", {"role": "viewer", "stores": [second.pk]})
    owner.post(f"{LIST}{grant.pk}/revoke/")

    with scope(Hat.ADMIN):
        events = BrandGrantEvent.objects.order_by("pk").values_list("target", "role", "store_ids")
        assert list(events) == [
            ("offered", "marketer", [store.pk]),
            ("accepted", "marketer", [store.pk]),
            ("accepted", "viewer", [second.pk]),
            ("revoked", "viewer", [second.pk]),
        ]


def test_of_two_answers_the_second_fails(brand, store, agency):
    grant = make_grant(brand, agency, (store,), status=GrantStatus.OFFERED)
    with scope(Hat.WEB, brand=brand.pk):
        stale = BrandGrant.objects.get(pk=grant.pk)
        grant.move_to(GrantStatus.WITHDRAWN)
        with pytest.raises(IllegalMove):
            stale.move_to(GrantStatus.ACCEPTED)


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET brand_id = brand_id"])
@pytest.mark.parametrize("hat", [Hat.WEB, Hat.ADMIN, Hat.NIGHT])
@pytest.mark.parametrize("table", ["merchants_brandgrant", "merchants_brandgrantevent"])
def test_nobody_deletes_a_grant_or_hands_it_to_another(brand, table, hat, statement):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), scope(hat, brand=brand.pk), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_the_database_lets_no_agency_be_an_owner(brand, store, agency):
    with pytest.raises(IntegrityError, match="grant_makes_nobody_an_owner"):
        make_grant(brand, agency, (store,), role=Role.OWNER)


def test_the_database_lets_no_brand_be_its_own_agency(brand, store):
    with pytest.raises(IntegrityError, match="grant_to_another_brand"):
        make_grant(brand, brand, (store,))


@pytest.mark.parametrize("granted", Role)
@pytest.mark.parametrize("held", Role)
def test_what_two_roles_both_may_is_a_role_for_every_pair(granted, held):
    assert MAY[role_in_both(granted, held)] == MAY[granted] & MAY[held]
