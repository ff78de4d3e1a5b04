"""聚光's ads: kept each night, shown beside their note, and what a campaign's rule goes by."""

from datetime import UTC, date, datetime

import pytest

from campaigns.models import AdCreative, CampaignNote, SyncWindow, WindowStatus
from campaigns.notes.services import apply_rules
from campaigns.reports import ad_creatives
from campaigns.reports.base import PageContext
from campaigns.sync.pull import pull_window
from campaigns.sync.windows import open_night
from campaigns.tests.factories import note_id_of, note_of
from campaigns.tests.plans import make_ad, make_campaign, make_rule
from merchants import seed
from merchants.models import Role
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope
from portal.partners.juguang import Creative

ENGLISH = {"Accept-Language": "en"}
DAY = date(2025, 6, 22)


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def account(store):
    return make_connection(store, "juguang")


def creative(number=1, **fields) -> Creative:
    fields = {
        "creativity_id": f"C{number}",
        "unit_id": "U1",
        "campaign_id": "88000106",
        "campaign_name": "2025-06 种草直达",
        "note_id": note_id_of(number),
        "delivery": 1,
        "audit_status": 2,
        "audit_comment": "",
    } | fields
    return Creative(**fields)


def window_of(joined) -> SyncWindow:
    own = {"brand_id": joined.brand_id, "store_id": joined.store_id, "connection": joined}
    return SyncWindow(**own, report="x", day=DAY, owed_on=DAY)


def tell(account, *rows):
    context = PageContext(window_of(account), 1, datetime(2025, 6, 23, tzinfo=UTC))
    with scope(Hat.NIGHT):
        return ad_creatives.keep(context, rows)


def ads() -> list[AdCreative]:
    with scope(Hat.ADMIN):
        return list(AdCreative.objects.order_by("pk"))


def page_of(client, note) -> str:
    return client.get(f"/b/shancha/notes/{note.pk}/", headers=ENGLISH).text


def test_told_twice_an_ad_stands_once_with_the_newer_word(account):
    tell(account, creative())
    tell(account, creative(delivery=2))

    (ad,) = ads()
    assert (ad.delivery, ad.ad_campaign_id) == (2, "88000106")


@pytest.mark.parametrize(
    "fields",
    [{"note_id": "x"}, {"delivery": 2**40}, {"audit_status": 2**15}, {"campaign_id": "a b"}],
)
def test_what_cannot_be_believed_is_refused_and_the_rest_is_kept(account, fields):
    kept = tell(account, creative(1, **fields), creative(2))

    assert [ad.creativity_id for ad in ads()] == ["C2"]
    assert len(kept.refused) == 1


def test_an_ad_of_a_new_status_is_kept_with_the_platforms_number(account):
    new = creative(1, delivery=9, audit_status=0)

    tell(account, new)

    assert [(ad.delivery, ad.review) for ad in ads()] == [(9, 0)]
    assert ad_creatives.unknown(new) == [("delivery_status", "9"), ("audit_status", "0")]


def test_an_ad_that_a_whole_list_leaves_out_is_gone_and_may_come_back(account):
    tell(account, creative(1), creative(2))
    with scope(Hat.NIGHT):
        ad_creatives.finish(window_of(account), {"C2"})

    assert [ad.gone_since is None for ad in ads()] == [False, True]
    tell(account, creative(1))
    assert [ad.gone_since for ad in ads()] == [None, None]


@pytest.mark.django_db
def test_a_night_brings_the_worlds_ads(sandbox):
    seed.seed_policy()
    seed.seed_people()
    flagship = seed.seed_flagship()
    open_night(brand=flagship.brand_id)
    with scope(Hat.NIGHT):
        window = SyncWindow.objects.get(report="juguang.creatives")

    pull_window(window.pk, owner="test")

    with scope(Hat.NIGHT):
        window.refresh_from_db()
    assert window.status == WindowStatus.CLOSED
    assert len(ads()) > 20


def test_the_notes_page_tells_how_its_ads_stand(store, client_as):
    note = note_of(store)
    make_ad(note, ad_campaign_name="618 投放", review=3, review_comment="封面夸大")

    page = page_of(client_as(Role.VIEWER), note)

    assert "Ad rejected" in page
    assert "618 投放" in page
    assert "封面夸大" in page


def test_a_note_without_ads_says_so(store, client_as):
    assert "none listed" in page_of(client_as(Role.VIEWER), note_of(store))


def test_a_rule_on_an_ad_campaign_takes_the_notes_that_it_promotes(store, brand):
    note, other = note_of(store, 1), note_of(store, 2)
    make_ad(note, ad_campaign_id="88000106")
    make_ad(other, ad_campaign_id="88000107")
    make_rule(make_campaign(store), "88000106", kind="ad_campaign")

    with scope(Hat.WEB, brand=brand.pk):
        apply_rules(brand.pk)
        joined = list(CampaignNote.objects.values_list("note", flat=True))

    assert joined == [note.pk]
