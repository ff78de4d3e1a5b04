"""Rows of another brand's among ours: refused by whom they name, or by what is known elsewhere."""

import pytest
import stamina
from django.db.models import Q
from django.utils import timezone

from campaigns.models import (
    FACTS,
    AdCreative,
    AffiliateOrder,
    CreatorOrder,
    Item,
    Note,
    QuarantinedRow,
    StoreOrder,
    SyncWindow,
)
from campaigns.sync.windows import open_night
from campaigns.tests.wishes import ask_for_placements
from merchants.models import Connection, Store
from merchants.tests.factories import make_brand
from portal.lib.scope import Hat, scope
from portal.sandbox.accounts import BY_ADVERTISER
from portal.tests.faulty import DAY, join, join_pugongying, join_tmall

OTHER = 880002
SOLD = (StoreOrder, AffiliateOrder)
LISTS = ("juguang.note_list", "juguang.creatives", "top.items", "pugongying.notes")
NAMED = {
    "juguang.note_day": {"path": "*/offline/note"},
    "juguang.note_placement_day": {"path": "*/offline/note"},
    "juguang.account_day": {"path": "*/offline/account"},
    "juguang.campaign_day": {"path": "*/offline/campaign"},
    "juguang.unit_day": {"path": "*/offline/unit"},
    "juguang.creativity_day": {"path": "*/offline/creativity"},
    "top.items": {"path": "*", "method": "taobao.items.onsale.get"},
    "top.trades": {"path": "*", "method": "taobao.trades.sold.increment.get"},
    "top.refunds": {"path": "*", "method": "taobao.refunds.receive.get"},
    "top.affiliate": {"path": "*", "method": "taobao.tbk.sc.order.details.get"},
}
NAMELESS = {
    **{key: NAMED[key] for key in NAMED if key not in ("juguang.account_day", "top.refunds")},
    "juguang.creatives": {"path": "*/creativity/search"},
    "pugongying.notes": {"path": "*/pgy/note/post/data"},
    "pugongying.note_day": {"path": "*/pgy/note/post/data"},
}


@pytest.fixture
def faulty(brand, sandbox):
    with stamina.set_testing(True, attempts=3, cap=True):
        yield join_all(join(sandbox, brand))


def join_all(faulty):
    join_tmall(faulty)
    join_pugongying(faulty)
    ask_for_placements(faulty.store)
    open_night(brand=faulty.store.brand_id)
    return faulty


@pytest.fixture
def other(sandbox, faulty):
    """Another brand, whose lists of tonight are known."""
    other = join_all(join(sandbox, make_brand("yejing", "野径"), 2, OTHER))
    for key in LISTS:
        assert other.pull_once(key, None).status == "closed"
    return other


def day_of(faulty, key):
    """Return the day to ask for: the busy one where it is in reach, or the newest."""
    with scope(Hat.NIGHT):
        own = SyncWindow.objects.filter(brand_id=faulty.store.brand_id, report=key)
        return DAY if own.filter(day=DAY).exists() else None


def kept(faulty):
    """Count what stands under the brand and could be theirs; of orders there are pages without."""
    tables = [*FACTS, AdCreative, CreatorOrder, Item, Note, QuarantinedRow]
    theirs = Q(num_iid__in=[f"{item.num_iid}" for item in BY_ADVERTISER[OTHER].items])
    with scope(Hat.NIGHT):
        return sum(
            table.objects.filter(theirs if table in SOLD else Q())
            .filter(brand_id=faulty.store.brand_id)
            .count()
            for table in tables
        )


@pytest.mark.parametrize("key", NAMED)
def test_a_row_that_names_another_account_is_refused_and_stored_nowhere(faulty, key):
    faulty.plan("foreign_rows", **NAMED[key], advertiser=OTHER, times=100)

    window = faulty.pull_once(key, day_of(faulty, key))

    assert (window.status, faulty.alarms()) == ("owed", ["foreign"])
    assert kept(faulty) == 0


@pytest.mark.parametrize("key", NAMELESS)
def test_a_row_that_names_nobody_is_known_by_its_id(faulty, other, key):
    faulty.pull_once("juguang.note_list", None)
    before = kept(faulty)
    faulty.plan("foreign_rows", **NAMELESS[key], advertiser=OTHER, silent=True, times=100)

    window = faulty.pull_once(key, day_of(faulty, key))

    assert (window.status, faulty.alarms()) == ("owed", ["foreign"])
    assert kept(faulty) == before


def test_of_two_brands_each_gets_its_own_without_alarm(faulty, other):
    pulled = [
        mine.pull_once(key, day_of(mine, key)) for key in NAMELESS for mine in (faulty, other)
    ]

    assert {window.status for window in pulled} == {"closed"}
    assert faulty.alarms() == other.alarms() == []


def share_first_note(faulty, other):
    """Put one of our notes on the other brand's list, as one that was authorised to both."""
    note_id = faulty.truth()[0]["note_id"]
    with scope(Hat.NIGHT):
        theirs = Note.objects.filter(connection=other.joined).first()
        theirs.pk, theirs.note_id, theirs.source = None, note_id, 11
        theirs.save()


def test_a_note_that_another_brand_listed_first_waits_for_our_list_and_raises_no_alarm(
    faulty, other
):
    share_first_note(faulty, other)

    assert faulty.pull_once().status == "owed"
    assert faulty.facts() == []
    faulty.pull_once("juguang.note_list", None)

    assert faulty.pull_once().status == "closed"
    assert faulty.alarms() == []
    assert faulty.equals_truth()


def test_a_note_that_we_have_an_ad_for_is_ours_though_no_list_names_it(faulty, other):
    share_first_note(faulty, other)
    faulty.pull_once("juguang.creatives", None)

    assert faulty.pull_once().status == "closed"


def test_a_store_that_moved_to_us_brings_no_alarm_with_what_its_old_brand_was_told(faulty, other):
    for key in LISTS:
        faulty.pull_once(key, None)
    with scope(Hat.NIGHT):
        Connection.objects.filter(store=other.store).update(status="needs_consent")
    with scope(Hat.ADMIN):
        Store.objects.filter(pk=other.store.pk).update(released_at=timezone.now())
    heir = join_all(join(faulty.sandbox, make_brand("heir", "继"), 3, OTHER))

    for key in (*LISTS, *NAMELESS):
        assert heir.pull_once(key, day_of(heir, key)).status == "closed", key
    assert heir.alarms() == []


def test_a_seller_that_took_another_name_is_still_ours_once_the_tokens_are_renewed(faulty):
    with scope(Hat.NIGHT):
        Connection.objects.filter(partner="top").update(
            subject_name="旧名字", access_expires_at="2025-01-01T00:00Z"
        )

    assert faulty.pull_once("top.items", None).status == "closed"
    assert faulty.alarms() == []
