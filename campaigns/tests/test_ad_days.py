"""聚光's reports of account, campaigns, units and creatives, from the answer to the ledger."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from campaigns.models import AdDay, NoteDay, SyncWindow
from campaigns.reports import REPORTS, ad_days
from campaigns.reports.ad_figures import FURTHER_FIGURES
from campaigns.reports.base import BadRow, PageContext
from campaigns.sync import pull
from campaigns.sync.windows import open_night
from merchants.consent_texts import WITH_DIRECT_LINKS
from merchants.models import Role
from merchants.tests.factories import make_connection, make_consent, make_store
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope
from portal.partners.juguang import Level
from portal.sandbox.tests.ad_recount import added_up, ads_of
from portal.sandbox.tests.calls import xhs_token

DAY = date(2025, 6, 18)
LEVELS = [Level.ACCOUNT, Level.CAMPAIGN, Level.UNIT, Level.CREATIVITY]
RECORDED = Path(ad_days.__file__).parents[2] / "portal/partners/tests/recorded/juguang"


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def joined(store, sandbox):
    tokens = xhs_token(sandbox)
    joined = make_connection(store, subject="880001")
    joined.put_tokens(
        access=tokens["access_token"],
        access_until=timezone.now() + timedelta(hours=20),
        refresh=tokens["refresh_token"],
        refresh_until=timezone.now() + timedelta(days=29),
    )
    with scope(Hat.NIGHT):
        joined.save()
    make_consent(store)
    return joined


def pulled(report, day=DAY):
    open_night(again=True)
    with scope(Hat.NIGHT):
        window = SyncWindow.objects.get(report=report, day=day)
    pull.pull_window(window.pk, owner="test")
    with scope(Hat.NIGHT):
        window.refresh_from_db()
    return window


def facts(model=AdDay):
    with scope(Hat.NIGHT):
        return list(model.objects.filter(known_to=None).order_by("day").values())


def rows_of(level):
    answer = json.loads((RECORDED / f"{level}.json").read_text())
    return answer["data"]["data_list"]


def parsed(level, **changes):
    return ad_days.parse(level, rows_of(level)[0] | changes, DAY)


@pytest.mark.parametrize("level", LEVELS)
def test_a_night_puts_the_world_into_the_ledger_field_by_field(joined, sandbox, level):
    window = pulled(f"juguang.{level}_day")

    happened = added_up(ads_of(sandbox, 880001, DAY), level.id_field)
    kept = {fact["object_id"]: fact for fact in facts()}
    assert (window.status, window.expected_rows, window.error) == ("closed", len(happened), "")
    assert {
        object_id: {name: kept[object_id][name] for name in figures}
        for object_id, figures in happened.items()
    } == happened
    assert kept.keys() == happened.keys()


def test_a_creative_keeps_its_users_its_names_and_all_above_it(joined, sandbox):
    pulled("juguang.creativity_day")

    kept = {fact["object_id"]: fact for fact in facts()}
    for ad, figures in ads_of(sandbox, 880001, DAY):
        fact = kept[f"{ad['creativity_id']}"]
        assert (fact["i_user"], fact["ti_user"]) == (figures["i_user"], figures["ti_user"])
        assert (fact["ad_unit_id"], fact["ad_campaign_id"], fact["name"], fact["note_id"]) == (
            f"{ad['unit_id']}",
            f"{ad['campaign_id']}",
            ad["creativity_name"],
            ad["note_id"],
        )


def test_a_second_pull_writes_nothing(joined):
    pulled("juguang.unit_day")
    before = facts()
    pulled("juguang.unit_day")

    assert facts() == before


def test_the_note_report_brings_its_further_figures(joined, sandbox):
    pulled("juguang.note_day")

    happened = {ad["note_id"]: figures for ad, figures in ads_of(sandbox, 880001, DAY)}
    kept = facts(NoteDay)
    assert len(kept) > 10
    for fact in kept:
        told = happened[fact["note_id"]]
        assert {name: fact[name] for name in told} == told


def test_an_older_consent_brings_neither_reports_of_ads_nor_further_figures(joined, store):
    make_consent(store, text_version=WITH_DIRECT_LINKS)
    pulled("juguang.note_day")

    with scope(Hat.NIGHT):
        asked = set(SyncWindow.objects.values_list("report", flat=True))
    assert asked == {"juguang.note_list", "juguang.creatives", "juguang.note_day"}
    kept = facts(NoteDay)
    assert {fact[column.name] for fact in kept for column in FURTHER_FIGURES} == {None}
    assert all(fact["fee_fen"] for fact in kept)


def test_the_stores_page_says_what_an_older_consent_does_not_cover(store, client_as):
    make_connection(store)
    make_consent(store, text_version=WITH_DIRECT_LINKS)
    client, url = client_as(Role.OWNER), f"/b/shancha/stores/{store.pk}/"
    told = "The reports of the account, its ad campaigns, units and creatives are not read before"
    assert told in client.get(url, headers={"Accept-Language": "en"}).text

    make_consent(store)

    assert told not in client.get(url, headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("level", LEVELS)
def test_a_recorded_answer_is_read(level):
    first, *further = (ad_days.parse(level, row, DAY) for row in rows_of(level))

    assert (first["fee_fen"], first["gmv_15_fen"], first["order_30"]) == (123_450, 503_310, None)
    assert (first["i_user"], first["in_site_gmv_fen"], first["screenshot"]) == (463, 29_600, 23)
    assert [(row["i_user"], row["in_site_order"], row["order_30"]) for row in further] == [
        (None, None, 0)
    ] * (level is not Level.ACCOUNT)


@pytest.mark.parametrize(
    ("level", "above"),
    [
        (Level.ACCOUNT, ("", "", "")),
        (Level.CAMPAIGN, ("88000106", "", "")),
        (Level.UNIT, ("88000106", "880001021", "")),
        (Level.CREATIVITY, ("88000106", "880001021", "66a1f0c2000000001e00b3d4")),
    ],
)
def test_a_row_names_what_stands_over_it_and_nothing_else(level, above):
    row = parsed(level)

    assert (row["ad_campaign_id"], row["ad_unit_id"], row["note_id"]) == above


def test_an_ad_without_a_note_has_none():
    row = ad_days.parse(Level.CREATIVITY, rows_of("creativity")[1], DAY)

    assert (row["note_id"], row["object_id"], row["fee_fen"]) == ("", "8800010901", 31_000)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time": "2025-06-17"}, "another day"),
        ({"unit_id": None}, "unit_id is no id"),
        ({"campaign_id": "9" * 33}, "campaign_id is no id"),
        ({"note_id": "66A1"}, "24 hexadecimal"),
        ({"fee": "-1.00"}, "fee is"),
        ({"i_user_num": "NaN"}, "i_user_num is"),
        ({"rgmv": "1.005"}, "rgmv has"),
    ],
    ids=["day", "unit", "campaign", "note", "fee", "users", "fen"],
)
def test_a_row_that_cannot_be_believed_is_refused(changes, reason):
    with pytest.raises(BadRow, match=reason):
        parsed(Level.CREATIVITY, **changes)


def test_an_id_told_twice_is_kept_once(store):
    joined = make_connection(store, subject="880001")
    own = {"brand_id": store.brand_id, "store_id": store.pk, "connection": joined}
    window = SyncWindow(**own, report="x", day=DAY, owed_on=DAY)
    context = PageContext(window, 1, datetime(2025, 6, 19, tzinfo=UTC))
    (row,) = rows_of("account")
    rows = [row, row | {"fee": "9.00"}]

    with scope(Hat.NIGHT):
        ensure_months(AdDay.ledger(), [DAY])
        (kept,) = ad_days.ACCOUNT_DAY.keep([(context, rows)])

    assert [fact["fee_fen"] for fact in facts()] == [123_450]
    assert [reason for _row, reason in kept.refused] == [
        "The page has this id twice, with other figures.",
    ]


def test_every_level_is_asked_for_34_days_again():
    for level in LEVELS:
        report = REPORTS[f"juguang.{level}_day"]
        assert (report.backfill, report.repull, report.lag) == (34, 34, 1)
