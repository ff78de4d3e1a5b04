"""What GMV and orders come to when every window is closed, by how earlier days ripened."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from statistics import median

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import NoteDay
from campaigns.tests.factories import make_note, make_note_day
from campaigns.tests.reading import figures_on, table_in
from merchants.models import Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib.days import DEMO_NOW, starts_at
from portal.lib.scope import Hat, scope

WINDOW, TODAY, FIRST = 7, date(2025, 6, 23), date(2025, 5, 17)
URL, RECEIPT = "/b/shancha/results/", "/b/shancha/results/receipt/"
ENGLISH = {"Accept-Language": "en"}
ASKED = {"window": WINDOW, "from": "2025-06-10", "to": "2025-06-22"}
SIX = timedelta(hours=6)
DAYS = [FIRST + timedelta(days=n) for n in range(37)]  # to 06-22; 30 of them are over


@pytest.fixture
def connection(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def note(connection):
    return make_note(connection)


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def ripen(note, day, values):
    """Write what was told of the day at six on the mornings after it: {age: (fen, orders)}."""
    told = [(starts_at(day + timedelta(days=age)) + SIX, values[age]) for age in sorted(values)]
    told = [(at, made) for at, made in told if at <= DEMO_NOW]
    ends = [*(at for at, _made in told[1:]), None]
    for (at, (fen, orders)), end in zip(told, ends, strict=True):
        make_note_day(note, day, known_from=at, known_to=end, gmv_7_fen=fen, order_7=orders)


def ripen_all(note, days=DAYS):
    """Write days whose sales come in unevenly over eight mornings."""
    chance = Random(7)
    for day in days:
        parts = [chance.randint(1, 100) * weight for weight in (9, 4, 3, 2, 2, 1, 1, 1)]
        fen = [1_000 * sum(parts[:n]) + chance.randint(0, 99) for n in range(1, 9)]
        ripen(note, day, {n: (fen[n - 1], 1 + sum(parts[:n]) // 10) for n in range(1, 9)})


def forecast_on(client, key="gmv", **asked):
    page = client.get(URL, ASKED | {"receipt": key} | asked, headers=ENGLISH)
    assert page.status_code == 200
    return page.context["forecast"]


class Oracle:
    """The same forecast, counted the long way from the rows as they lie in the table."""

    def __init__(self, brand, column):
        with scope(Hat.NIGHT):
            rows = NoteDay.objects.filter(brand=brand)
            self.rows = list(rows.values_list("day", "known_from", "known_to", column))

    def known(self, day, age):
        """Return what was known so many days after the day, at 9:40."""
        at = DEMO_NOW - (TODAY - day) + timedelta(days=age)
        return sum(v for d, a, z, v in self.rows if d == day and a <= at and not (z and z <= at))

    def shares(self, age, on):
        over = [day for day in DAYS if day + timedelta(days=WINDOW + 1) <= on]
        return sorted(Fraction(self.known(d, age), self.known(d, (on - d).days)) for d in over)

    def ends(self, shares):
        cut = (len(shares) + 1) // 10
        return median(shares), shares[-cut], shares[cut - 1]

    def forecast(self, first, last):
        sums = [Fraction(0)] * 3
        for day in (day for day in DAYS if first <= day <= last):
            age = (TODAY - day).days
            by = self.ends(self.shares(age, TODAY)) if age <= WINDOW else (1, 1, 1)
            sums = [s + self.known(day, age) / Fraction(b) for s, b in zip(sums, by, strict=True)]
        return tuple(round(each) for each in sums)

    def tries(self):
        for age in range(1, WINDOW + 1):
            for day in DAYS[:30]:
                before = self.shares(age, day + timedelta(days=age))
                if len(before) >= 9:
                    _middle, most, least = self.ends(before)
                    known = self.known(day, age)
                    yield known / most <= self.known(day, (TODAY - day).days) <= known / least


@pytest.mark.parametrize(("key", "column"), [("gmv", "gmv_7_fen"), ("order", "order_7")])
def test_it_is_what_an_independent_count_of_the_rows_gives(viewer, brand, note, key, column):
    ripen_all(note)
    oracle = Oracle(brand, column)

    found = forecast_on(viewer, key)

    expected = oracle.forecast(date(2025, 6, 10), date(2025, 6, 22))
    assert (found.middle, found.low, found.high) == expected
    assert (found.hits, found.tries) == (sum(tries := list(oracle.tries())), len(tries))
    assert found.low < found.middle < found.high
    assert 0 < found.hits < found.tries


def test_days_that_ripen_alike_are_forecast_to_the_fen(viewer, note):
    for day in DAYS:
        ripen(note, day, {1: (40_000, 4), 8: (100_000, 10)})

    found = forecast_on(viewer)

    assert (found.low, found.middle, found.high) == (1_300_000, 1_300_000, 1_300_000)
    assert found.known == 6 * 100_000 + 7 * 40_000
    assert (found.percent_in, found.percent_hit, found.history) == (67, 100, 30)


def test_below_the_gmv_stands_how_much_of_it_is_in(viewer, note):
    for day in DAYS:
        ripen(note, day, {1: (4_000_000, 4), 8: (10_000_000, 10)})

    page = viewer.get(URL, ASKED, headers=ENGLISH).text

    assert "Estimate: 67% in; at close ¥1.30M – ¥1.30M" in page
    assert figures_on(page)["gmv", "total"] == "88000000"


def test_with_fewer_than_20_days_it_says_so(viewer, note):
    ripen_all(note, DAYS[11:])

    found = forecast_on(viewer)

    assert found.middle == 0
    assert found.reason == (
        "It takes 20 days whose window is over and that ripened here; so far 19."
    )


def test_20_days_are_enough(viewer, note):
    ripen_all(note, DAYS[10:])
    assert (forecast_on(viewer).history, forecast_on(viewer).reason) == (20, "")


def test_days_filled_in_by_one_night_have_not_ripened(viewer, note):
    night = starts_at(date(2025, 6, 16))
    for day in DAYS[:30]:
        make_note_day(note, day, known_from=max(night, starts_at(day + timedelta(days=1))))
    ripen_all(note, DAYS[30:])

    assert "so far 1." in forecast_on(viewer).reason


@pytest.mark.parametrize(("first_told", "history"), [(2, 30), (3, 0)])
def test_a_day_counts_if_it_was_told_of_by_its_second_day(viewer, note, first_told, history):
    for day in DAYS[:35]:
        ripen(note, day, {first_told: (40_000, 4), 8: (100_000, 10)})

    assert forecast_on(viewer, to="2025-06-20").history == history


def test_a_second_store_filled_in_later_does_not_bend_the_curve(viewer, brand, note):
    ripen_all(note)
    before = forecast_on(viewer)
    late = make_note(make_connection(make_store(brand, 2)), 2)
    for day in DAYS[:35]:
        make_note_day(late, day, known_from=starts_at(date(2025, 6, 22)))

    after, own = forecast_on(viewer), forecast_on(viewer, store=late.store_id)

    assert (after.history, after.hits, after.tries) == (30, before.hits, before.tries)
    assert after.known > before.known
    assert (own.history, own.middle) == (0, 0)


def test_a_period_whose_windows_are_over_is_not_forecast(viewer, note):
    ripen_all(note)

    page = viewer.get(URL, ASKED | {"to": "2025-06-15"}, headers=ENGLISH).text

    assert "Estimate" not in page


def test_it_is_made_of_what_was_known_then(viewer, note):
    ripen_all(note)
    before = forecast_on(viewer, as_of="2025-06-22")
    at = starts_at(TODAY) + timedelta(hours=6)
    with scope(Hat.NIGHT):
        NoteDay.objects.filter(known_from=at).update(gmv_7_fen=9_999_999)

    assert forecast_on(viewer, as_of="2025-06-22") == before
    assert forecast_on(viewer) != before


def test_a_day_of_which_nothing_is_in_so_early_is_not_forecast(viewer, note):
    for day in DAYS:
        ripen(note, day, {1: (0, 0), 8: (100_000, 10)})

    assert forecast_on(viewer).reason.startswith("So soon after the click")


def test_no_total_and_no_file_holds_the_estimate(viewer, note):
    for day in DAYS:
        ripen(note, day, {1: (40_000, 4), 8: (100_000, 10)})

    content = viewer.get("/b/shancha/results.csv", ASKED, headers=ENGLISH).content

    assert table_in(content)[0]["GMV ¥ (7 d)"] == "8800.00"
    assert b"13000" not in content


@pytest.mark.parametrize("address", [URL, RECEIPT])
def test_both_receipts_tell_how_often_the_band_held(viewer, note, address):
    for day in DAYS:
        ripen(note, day, {1: (40_000, 4), 8: (100_000, 10)})

    page = viewer.get(address, ASKED | {"receipt": "gmv", "metric": "gmv"}, headers=ENGLISH).text

    assert "67% in; at close about ¥13.0K, 80% band ¥13.0K – ¥13.0K." in page
    assert "By how 30 earlier days ripened here" in page
    assert "The band held in 126 of 126 earlier forecasts (100%)." in page


def test_a_receipt_of_one_note_or_of_spend_has_no_estimate(viewer, note):
    ripen_all(note)

    for asked in ({"metric": "gmv", "place": note.note_id}, {"metric": "spend"}):
        assert "Estimate" not in viewer.get(RECEIPT, ASKED | asked, headers=ENGLISH).text


def test_a_narrowed_member_is_told_nothing_of_another_stores_days(client, brand, note):
    ripen_all(note)
    own = make_store(brand, 2)
    make_note_day(make_note(make_connection(own), 2), date(2025, 6, 20))
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.VIEWER, stores=(own,))
    client.force_login(user)

    assert forecast_on(client).history == 0


def test_ten_notes_take_as_many_queries_as_one(viewer, note, connection):
    def queries():
        with CaptureQueriesContext(database) as captured:
            forecast_on(viewer)
        return len(captured)

    ripen_all(note)
    for_one = queries()
    for number in range(2, 11):
        make_note_day(make_note(connection, number), date(2025, 6, 20))
    assert queries() == for_one


def test_a_notes_own_page_forecasts_by_its_own_days(viewer, note, connection):
    ripen_all(note)
    make_note_day(make_note(connection, 2), date(2025, 6, 20), gmv_7_fen=99_000_000)

    page = viewer.get(f"{URL}notes/{note.pk}/", ASKED | {"receipt": "gmv"}, headers=ENGLISH)

    assert page.context["forecast"].history >= 20
    assert page.context["forecast"].known < 99_000_000
    assert "at close" in page.text


@pytest.mark.parametrize(("orders", "is_told"), [(3, False), (4, True)])
def test_of_some_notes_too_few_orders_are_no_curve(viewer, note, orders, is_told):
    days = DAYS[4:]  # 26 of them are over
    for day in days:
        ripen(note, day, {n: (1_000 * n, orders) for n in range(1, 9)})

    page = viewer.get(f"{URL}notes/{note.pk}/", ASKED | {"receipt": "gmv"}, headers=ENGLISH)

    found = page.context["forecast"]
    assert (not found.reason) is is_told
    assert ("brought 78 orders; it takes 100" in found.reason) is not is_told
