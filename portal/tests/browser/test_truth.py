"""Every number on the demo brand's result page equals what really happened, as known then."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from portal.lib.days import days_between
from portal.tests.browser.truth import IN_FILE, expected_figures

pytestmark = [pytest.mark.browser, pytest.mark.processes]

FLAGSHIP, CARE = 880001, 880002
TODAY = date(2025, 6, 23)
# the second store's account was connected on the demo's last day: before, nobody knew its data
KNOWN = [
    (TODAY, date(2025, 5, 24), date(2025, 6, 22), [FLAGSHIP, CARE]),
    (TODAY, date(2025, 3, 25), date(2025, 6, 22), [FLAGSHIP, CARE]),
    (date(2025, 6, 15), date(2025, 5, 13), date(2025, 6, 14), [FLAGSHIP]),
    (date(2025, 5, 20), date(2025, 5, 1), date(2025, 5, 19), [FLAGSHIP]),
]
BEYOND = {"unallocated", "account"}  # rows of spend alone, which no note tells
COLUMNS = {
    "spend": "Spend",
    "impression": "Impressions",
    "ad_click": "Clicks",
    "interaction": "Interactions",
    "jump_click": "Jumps",
    "order": "Orders",
    "gmv": "GMV",
    "roi": "ROI",
}


def truth_of(running, advertiser, as_of):
    query = {"advertiser_id": advertiser, "as_of": f"{as_of}"}
    answer = httpx.get(f"{running.sandbox_url}/world/truth", params=query, timeout=30)
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(params=KNOWN, ids=[f"{known[0]}-{known[1]}" for known in KNOWN])
def known(request):
    return request.param


@pytest.mark.parametrize("window", [7, 15, 30])
def test_page_and_file_equal_the_truth_field_by_field(visit, running, known, window):
    as_of, first, last, advertisers = known
    truths = [truth_of(running, advertiser, as_of) for advertiser in advertisers]
    asked = {"first": first, "last": last, "window": window}
    expected = expected_figures(truths, **asked)
    notes = {place for place in expected if place[0] not in "td"}
    assert len(notes) > 10
    assert {f"day:{day}" for day in days_between(first, last)} <= set(expected)

    viewer = visit()
    viewer.sign_in("viewer")
    query = f"from={first}&to={last}&window={window}"
    query += f"&as_of={as_of}" if as_of != TODAY else ""
    page = viewer.open(f"/b/shancha/results/?{query}")

    shown = read_page(page)
    assert {place: shown[place] for place in shown.keys() - BEYOND} == only_shown(expected)
    link = page.get_by_role("link", name="CSV", exact=True).get_attribute("href")
    text = page.evaluate("url => fetch(url).then(answer => answer.text())", link)
    expected = expected_figures(truths, **asked, places_of_roi=IN_FILE)
    told = read_file(text)
    named = {place: told[place] for place in told.keys() - BEYOND}
    assert named == {place: expected[place] for place in notes | {"total"}}


def test_notes_and_unallocated_are_what_the_accounts_spent(visit):
    viewer = visit()
    viewer.sign_in("viewer")
    shown = read_page(viewer.open("/b/shancha/results/?store=1"))

    total, unallocated, account = (
        int(shown[place]["spend"]) for place in ("total", "unallocated", "account")
    )
    assert total + unallocated == account > total


def read_page(page):
    """Return {place: {metric: exact text}} as the page shows it; one figure, one value."""
    shown = page.eval_on_selector_all("[data-metric]", "all => all.map(one => ({...one.dataset}))")
    places = defaultdict(dict)
    for cell in shown:
        if cell["metric"] in COLUMNS:
            known = places[cell["note"]].setdefault(cell["metric"], cell["value"])
            assert known == cell["value"], cell
    return dict(places)


def only_shown(expected):
    """The table of days has no interactions; everything else is there for every place."""
    return {
        place: {
            metric: text
            for metric, text in figures.items()
            if metric != "interaction" or not place.startswith("day:")
        }
        for place, figures in expected.items()
    }


def read_file(text):
    rows = list(csv.reader(text.lstrip("\ufeff").splitlines()))
    start = next(n for n, row in enumerate(rows) if row[:2] == ["Note", "Note id"])
    heads = [head.split(" (")[0].removesuffix(" ¥") for head in rows[start]]
    return {
        row[1] or row[0].lower().removesuffix(" total"): {
            metric: exact(metric, row[heads.index(head)]) for metric, head in COLUMNS.items()
        }
        for row in rows[start + 1 :]
    }


def exact(metric, text):
    if metric in {"spend", "gmv"} and text:
        return str(int(Decimal(text) * 100))
    return text


def test_each_night_is_known_as_it_was_that_morning(visit, running):
    """A day's GMV as known on five mornings: five truths, and it grew."""
    viewer = visit()
    viewer.sign_in("viewer")
    day, shown = date(2025, 5, 25), []
    for as_of in [day + timedelta(days=n) for n in (1, 3, 8, 15, 28)]:
        truth = truth_of(running, FLAGSHIP, as_of)
        expected = expected_figures([truth], first=day, last=day, window=30)["total"]["gmv"]
        page = viewer.open(f"/b/shancha/results/?from={day}&to={day}&window=30&as_of={as_of}")
        shown.append(read_page(page)["total"]["gmv"])
        assert shown[-1] == expected

    assert int(shown[0]) < int(shown[-1])
