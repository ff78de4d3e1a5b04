"""Jump loss: told only where both sides are known, and never as 0 where one is missing."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from campaigns.links.loss import (
    MORE_VISITS,
    NO_CLICKS,
    NO_CLICKS_TOLD,
    NO_VISITS_KNOWN,
    loss_of,
    reason,
    share_lost,
)
from campaigns.models import ClickKind, ConsoleDay, Link
from campaigns.tests.factories import make_click, make_link, make_note_day, note_of
from campaigns.tests.factories_facts import make_fact
from merchants.models import Role, Store
from merchants.tests.factories import make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

ATTACHED = days.starts_at(date(2025, 6, 10))


@pytest.fixture
def link(brand):
    return make_link(note_of(make_store(brand)), created_at=ATTACHED)


def loss(link):
    with scope(Hat.WEB, brand=link.brand_id):
        return loss_of(Link.objects.select_related("note").get(pk=link.pk))


@pytest.mark.parametrize(
    ("clicks", "visits", "share", "why"),
    [
        (100, 80, Fraction(1, 5), ""),
        (100, 100, 0, ""),
        (100, 0, 1, ""),
        (None, 80, None, NO_CLICKS_TOLD),
        (100, None, None, NO_VISITS_KNOWN),
        (None, None, None, NO_CLICKS_TOLD),
        (0, 0, None, NO_CLICKS),
        (10, 11, None, MORE_VISITS),
    ],
)
def test_a_share_is_told_or_the_reason_why_not(clicks, visits, share, why):
    assert (share_lost(clicks, visits), reason(clicks, visits)) == (share, why)


def test_clicks_count_from_the_day_the_link_was_attached(link):
    for day, clicks in ((9, 1000), (10, 30), (11, 20)):
        make_note_day(link.note, date(2025, 6, day), jump_click=clicks)

    assert loss(link).jump_clicks == 50


def test_a_restated_day_counts_once(link):
    day, later = date(2025, 6, 10), days.starts_at(date(2025, 6, 12))
    make_note_day(link.note, day, jump_click=30, known_to=later)
    make_note_day(link.note, day, jump_click=40, known_from=later)

    assert loss(link).jump_clicks == 40


def test_days_without_clicks_told_are_unknown_and_not_nothing(link):
    make_note_day(link.note, date(2025, 6, 10), jump_click=None)

    assert loss(link).jump_clicks is None


def test_our_taps_are_of_people_and_stand_beside(link):
    make_click(link)
    make_click(link, kind=ClickKind.BOT)
    make_click(link, at=days.known_now() - timedelta(days=1))

    assert (loss(link).taps, loss(link).jump_clicks) == (2, None)


def console_day(link, day, visits, **fields):
    told = {"note_id": link.note.note_id, "store_visit_30": visits} | fields
    store = Store(pk=link.store_id, brand_id=link.brand_id)
    return make_fact(ConsoleDay, store, date(2025, 6, day), **told)


def page_of(link, client_as):
    return client_as(Role.VIEWER).get(
        f"/b/shancha/links/{link.pk}/", headers={"Accept-Language": "en"}
    )


def test_an_imported_console_file_tells_the_visits(link):
    make_note_day(link.note, date(2025, 6, 10), jump_click=40)
    console_day(link, 10, 20, creativity_id="1")
    console_day(link, 10, 10, creativity_id="2")
    console_day(link, 9, 1000)

    told = loss(link)

    assert (told.store_visits, told.share, told.why_not) == (30, Fraction(1, 4), "")


def test_files_of_two_levels_tell_the_same_visits_once(link):
    make_note_day(link.note, date(2025, 6, 10), jump_click=40)
    console_day(link, 10, 30)
    for creativity_id, visits in (("1", 20), ("2", 10)):
        console_day(link, 10, visits, creativity_id=creativity_id)
    console_day(link, 10, 4, account="another account")

    assert loss(link).store_visits == 34


def test_the_share_compares_the_days_that_both_tell(link):
    for day in (10, 11):
        make_note_day(link.note, date(2025, 6, day), jump_click=40)
    console_day(link, 10, 30)

    told = loss(link)

    assert (told.jump_clicks, told.share) == (80, Fraction(1, 4))
    assert (told.is_of_some_days, told.first, told.last) == (True, *[date(2025, 6, 10)] * 2)


def test_a_console_file_without_the_column_leaves_the_visits_unknown(link):
    make_note_day(link.note, date(2025, 6, 10), jump_click=40)
    console_day(link, 10, None)

    assert (loss(link).store_visits, loss(link).why_not) == (None, NO_VISITS_KNOWN)


def test_the_visits_of_another_note_or_a_superseded_file_do_not_count(link):
    later = days.starts_at(date(2025, 6, 12))
    make_note_day(link.note, date(2025, 6, 10), jump_click=40)
    console_day(link, 10, 5, known_to=later)
    console_day(link, 10, 30, known_from=later)
    console_day(link, 10, 7, note_id="f" * 24)

    assert loss(link).store_visits == 30


def test_the_page_names_the_windows_beside_the_visits(link, client_as):
    make_note_day(link.note, date(2025, 6, 10), jump_click=40)
    console_day(link, 10, 30)

    page = page_of(link, client_as)

    assert "Store visits (console, 30 days)</dt><dd>30<" in page.text
    assert "visits within 30" in page.text


def test_the_page_shows_a_dash_with_its_reason(link, client_as):
    make_note_day(link.note, date(2025, 6, 10), jump_click=30)

    page = page_of(link, client_as)

    assert "Store visits stand only in the console" in page.text
    assert "<dd>30</dd>" in page.text
