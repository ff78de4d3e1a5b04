from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants import review_clock
from merchants.models import ApplicationEvent, Role
from merchants.review_clock import after_working_time, promised_by, waited, working_time
from merchants.tests.factories import make_application, make_brand, make_store
from portal.lib import days
from portal.lib.days import SHANGHAI
from portal.lib.scope import Hat, scope

DAY = timedelta(days=1)
MONDAY = datetime(2025, 6, 23, 9, 0, tzinfo=SHANGHAI)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1)).map(  # noqa: DTZ001  # made aware
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)


def history(*moves):
    """Events from (source, target, days after Monday)."""
    return [
        ApplicationEvent(source=source, target=target, at=MONDAY + n * DAY)
        for source, target, n in moves
    ]


@pytest.mark.parametrize(
    ("start", "end", "length"), [(0, 1, 1), (4, 7, 1), (5, 6, 0), (0, 7, 5), (4.5, 7, 0.5)]
)
def test_only_working_days_count(start, end, length):
    assert working_time(MONDAY + start * DAY, MONDAY + end * DAY) == length * DAY


@given(moments, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_a_promise_is_over_when_its_working_time_is(start, owed):
    assert working_time(start, after_working_time(start, owed)) == owed


def test_a_public_holiday_does_not_count_and_a_worked_sunday_does():
    before, after = (datetime(2025, *day, tzinfo=SHANGHAI) for day in [(9, 27), (10, 13)])

    assert working_time(before, after) == 6 * DAY  # 28th to 30th, 9th and 10th, 11th


def test_a_promise_over_the_turn_of_a_known_year_says_so():
    assert review_clock.unknown_year(datetime(2026, 12, 31, 23, tzinfo=SHANGHAI)) is None
    assert review_clock.unknown_year(datetime(2027, 1, 1, 1, tzinfo=SHANGHAI)) == 2027
    assert review_clock.unknown_year(None) is None


def test_the_page_says_where_holidays_are_not_known(brand, client_as, own_files):
    days.set_demo_clock(datetime(2027, 3, 1, 9, tzinfo=SHANGHAI))
    application = make_application(make_store(brand), status="submitted")
    with scope(Hat.ADMIN):
        application.events.create(
            brand=brand, store=application.store, source="draft", target="submitted"
        )
    page = f"/b/shancha/stores/{application.store_id}/"
    text = client_as(Role.VIEWER).get(page, headers={"accept-language": "en"}).text

    assert "The public holidays of 2027 are not known here yet" in text


def test_the_brands_own_time_does_not_count():
    events = history(
        ("draft", "submitted", 0),
        ("submitted", "in_review", 0.5),
        ("in_review", "needs_info", 1),
        ("needs_info", "submitted", 3),
    )
    assert waited(events, MONDAY + 4 * DAY) == 2 * DAY
    assert promised_by(events) == MONDAY + 7 * DAY  # two working days from Thursday


def test_an_appeal_and_another_try_are_promised_their_own_time():
    events = history(
        ("draft", "submitted", 0),
        ("submitted", "in_review", 0),
        ("in_review", "rejected", 2),
        ("rejected", "appealed", 3),
    )
    assert promised_by(events) == MONDAY + 8 * DAY
    assert promised_by(events[:3]) is None


def decide(store, *lengths):
    application = make_application(store)
    with scope(Hat.ADMIN):
        for length in lengths:
            application.events.create(
                brand_id=store.brand_id,
                store_id=store.pk,
                source="in_review",
                target="approved",
                waited=length * DAY,
            )


def test_a_brand_reads_the_median_over_every_brand_and_no_row_of_another(brand):
    decide(make_store(brand), 1)
    decide(make_store(make_brand("yejing", "野径")), 3, 8)

    with scope(Hat.WEB, brand=brand.pk):
        pace = review_clock.pace()
        assert ApplicationEvent.objects.count() == 1
    assert (pace.working_days, pace.decisions) == (3.0, 3)


def test_only_the_last_fifty_decisions_count(brand):
    decide(make_store(brand), *[9] * 60, *[1] * 50)

    with scope(Hat.WEB, brand=brand.pk):
        pace = review_clock.pace()
    assert (pace.working_days, pace.decisions) == (1.0, 50)


def test_without_a_decision_there_is_no_pace(brand):
    with scope(Hat.WEB, brand=brand.pk):
        assert review_clock.pace() is None
