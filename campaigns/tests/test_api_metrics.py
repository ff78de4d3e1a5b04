"""The metrics query says what the page and its file say, for the same question, of both lines."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.models import StarDay
from campaigns.results.columns import offered
from campaigns.results.metrics import METRICS, OF_PROGRAMME, Line
from campaigns.tests.accounts import note_report, spent
from campaigns.tests.api import program_of
from campaigns.tests.factories import make_link, make_note, make_note_day
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.plans import join, make_campaign
from campaigns.tests.reading import figures_on, table_in
from merchants.models import AccessEvent, AccessKind, Role
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope

QUERY = "/api/v1/metrics/query/"
DAY, BEFORE = date(2025, 6, 18), date(2025, 6, 17)
PERIOD = {"from": BEFORE, "to": DAY}
DIRECT_HEADS = {"Spend ¥": "spend", "Orders (orders · 15 d)": "order", "ROI (15 d)": "roi"}


@pytest.fixture
def connection(brand):
    return make_connection(make_store(brand))


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


@pytest.fixture
def api(brand):
    return program_of(brand, Role.VIEWER)


@pytest.fixture
def noted(connection):
    """Three notes, one without orders, one of a creator and in a campaign, one with a link."""
    one, two, three = (make_note(connection, number) for number in (1, 2, 3))
    make_note_day(one, DAY, fee_fen=12_345)
    make_note_day(one, BEFORE, fee_fen=777)
    make_note_day(two, DAY, order_15=None, gmv_15_fen=None)
    make_note_day(three, BEFORE, fee_fen=0)
    join(make_campaign(connection.store), two)
    make_link(three)
    return one, two, three


def asked(client, **params):
    answer = client.get(QUERY, PERIOD | params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def exact(told, key):
    """Return a figure of the API as the page keeps it: fen, a count, or a ratio."""
    value = told[key]["value"]
    if value is None:
        assert told[key]["is_few"] or told[key]["reason"]
        return "<10" if told[key]["is_few"] else ""
    return str(int(Decimal(value) * 100)) if METRICS[key].unit == "fen" else str(value)


@pytest.fixture
def tied(connection, noted):
    """Two days of an account, one of which it spent beyond its notes."""
    spent(connection.store, 20_000, day=BEFORE)
    spent(connection.store, 99_999, day=DAY)
    note_report(connection.store, DAY)
    return noted


def beyond_of(told):
    """Return the spend of what no row holds by its place, of the answer and of its days."""
    rows = [*told["beyond"], *(each for row in told["rows"] for each in row.get("beyond", ()))]
    return {row["key"]: exact(row["figures"], "spend") for row in rows}


@pytest.mark.parametrize("dimension", ["total", "note", "creator", "item", "campaign", "day"])
def test_what_no_note_holds_is_told_as_on_the_page(viewer, api, tied, dimension):
    asked_there = PERIOD | ({} if dimension == "total" else {"group": dimension})
    page = figures_on(viewer.get("/b/shancha/results/", asked_there).text)

    told = asked(api, dimension=dimension)

    shown = {
        place: value
        for (key, place), value in page.items()
        if key == "spend" and place.split(":")[0] in ("unallocated", "account")
    }
    assert beyond_of(told) == shown
    assert shown["account"] == "119999"
    assert [each["days"] for each in told["untied_days"]] == [[f"{BEFORE}"]]


def test_notes_and_what_none_holds_are_the_accounts_spend(api, connection, tied):
    note_report(connection.store, BEFORE)

    told = asked(api, dimension="note", metrics="spend,gmv")

    unallocated, account = told["beyond"]
    spends = [Decimal(row["figures"]["spend"]["value"]) for row in (*told["rows"], unallocated)]
    assert sum(spends) == Decimal(account["figures"]["spend"]["value"])
    assert (unallocated["days_known"], unallocated["days_owed"]) == (2, 2)
    assert (told["untied_days"], told["beyond_reason"]) == ([], None)
    assert (account["figures"]["gmv"]["value"], bool(account["figures"]["gmv"]["reason"])) == (
        None,
        True,
    )


def test_what_no_note_holds_is_told_as_in_the_file(viewer, api, tied):
    english = {"Accept-Language": "en"}
    _total, *below = table_in(
        viewer.get("/b/shancha/results.csv", PERIOD, headers=english).content
    )[:3]

    told = asked(api, dimension="note")["beyond"]

    values = [Decimal(row["figures"]["spend"]["value"]) for row in told]
    assert [Decimal(line["Spend ¥"]) for line in below] == values
    assert [line["Returned"] for line in below] == [
        f"{row['days_known']} of {row['days_owed']} account days" for row in told
    ]


def test_of_some_notes_alone_nothing_ties_and_the_reason_is_told(api, tied):
    told = asked(api, dimension="note", creator=tied[0].creator)

    assert told["beyond"] == told["untied_days"] == []
    assert "of some notes alone nothing ties" in told["beyond_reason"]


def test_a_day_on_which_the_account_alone_spent_is_a_row(api, connection):
    spent(connection.store, 500, day=DAY)
    note_report(connection.store, DAY)

    [row] = asked(api, dimension="day")["rows"]

    assert row["figures"]["spend"]["value"] is None
    assert [each["figures"]["spend"]["value"] for each in row["beyond"]] == ["5.00", "5.00"]


@pytest.mark.parametrize("window", [7, 15, 30])
@pytest.mark.parametrize("group", ["note", "creator", "item", "campaign", "day"])
def test_the_direct_line_is_told_as_on_the_page(viewer, api, noted, group, window):
    page = figures_on(
        viewer.get("/b/shancha/results/", PERIOD | {"group": group, "window": window}).text
    )

    told = asked(api, dimension=group, window=window)

    rows = {"total": told["total"]} | {row["key"]: row["figures"] for row in told["rows"]}
    places = {place for _key, place in page}
    assert set(rows) <= places | {row["key"] for row in told["rows"]}
    compared = [(key, place) for key, place in page if place in rows]
    assert len(compared) >= 9 * len(rows)
    for key, place in compared:
        assert exact(rows[place], key) == page[key, place], (key, place)


def test_the_direct_line_is_told_as_in_the_file(viewer, api, noted):
    english = {"Accept-Language": "en"}
    total, _unallocated, _account, *notes = table_in(
        viewer.get("/b/shancha/results.csv", PERIOD, headers=english).content
    )
    lines = [total, *notes]

    told = asked(api, dimension="note")

    rows = [told["total"], *(row["figures"] for row in told["rows"])]
    assert len(lines) == len(rows) == 4
    for line, figures in zip(lines, rows, strict=True):
        for head, key in DIRECT_HEADS.items():
            value = figures[key]["value"]
            assert (None if not line[head] else Decimal(line[head])) == (
                None if value is None else Decimal(value).quantize(Decimal("0.01"))
            )


def star(store, day, task="XHX1", **figures):
    plain = {"read_uv": 400, "store_visit_uv": 40, "order_uv": 8, "store_gmv_fen": 90_000}
    named = {"level": "task", "object_id": task, "window_days": 15, "sampling": 5000}
    return make_fact(StarDay, store, day, **named | plain | figures)


@pytest.mark.parametrize("more", [{}, {"scaled": "on"}])
def test_the_star_line_is_told_as_on_the_page_and_in_the_file(viewer, api, connection, more):
    star(connection.store, DAY)
    star(connection.store, DAY, "XHX2", sampling=10_000, order_uv=None)
    english = {"Accept-Language": "en"}
    every = PERIOD | more | {"metrics": [each.key for each in offered(Line.STAR)]}
    page = figures_on(viewer.get("/b/shancha/results/star/", every).text)
    lines = table_in(viewer.get("/b/shancha/results/star.csv", every, headers=english).content)

    told = asked(api, line="star", dimension="task", **more)

    rows = {"total": told["total"]} | {row["key"]: row["figures"] for row in told["rows"]}
    assert set(rows) == {"total", "XHX1", "XHX2"}
    for place, figures in rows.items():
        for key in figures:
            assert exact(figures, key) == page[key, place], (key, place)
    in_file = {line["Id"]: line for line in lines}
    [head] = [head for head in lines[0] if head.startswith("Store GMV")]
    for place in ("XHX1", "XHX2"):
        assert Decimal(in_file[place][head]) == Decimal(rows[place]["store_gmv"]["value"])


def test_few_people_are_told_by_no_number(api, connection):
    star(connection.store, DAY, store_visit_uv=9, order_uv=0)
    [row] = asked(api, line="star", dimension="task")["rows"]

    few, none = row["figures"]["store_visit_uv"], row["figures"]["order_uv"]
    assert (few["value"], few["is_few"]) == (None, True)
    assert (none["value"], none["is_few"]) == (0, False)


def test_a_star_task_is_told_day_by_day(api, connection):
    star(connection.store, DAY)

    told = asked(api, line="star", dimension="day", metrics="read_uv")

    assert [(row["key"], row["figures"]["read_uv"]["value"]) for row in told["rows"]] == [
        (f"day:{DAY}", 400)
    ]
    assert told["missing_days"] == [f"{BEFORE}"]


def test_a_figure_says_its_window_its_maturity_and_what_of_it_was_returned(api, noted):
    told = asked(api, metrics="order,spend")["total"]

    assert (told["spend"]["window"], told["order"]["window"]) == (None, 15)
    assert (told["spend"]["maturity"], told["spend"]["value"]) == ("1.0000", "231.22")
    assert Decimal(told["order"]["maturity"]) < 1
    assert told["order"]["is_provisional"]
    assert (told["order"]["rows"], told["order"]["rows_returned"]) == (4, 3)
    assert told["order"]["coverage"] == {"notes": 3, "returned": 2, "returned_in_part": 0}


def test_unknown_is_null_with_its_reason_and_not_zero(api, noted):
    rows = asked(api, metrics="order", dimension="note")["rows"]

    [nothing] = [
        row["figures"]["order"] for row in rows if row["figures"]["order"]["value"] is None
    ]
    assert nothing["reason"] == "Juguang has not returned this."


def test_an_earlier_period_is_compared_as_on_the_page(api, connection):
    make_note_day(make_note(connection), DAY, fee_fen=15_000)
    make_note_day(make_note(connection, 2), BEFORE, fee_fen=10_000)

    told = asked(api, **{"from": DAY}, against="period", metrics="spend")

    assert told["earlier"]["from"] == f"{BEFORE}"
    assert told["earlier"]["total"]["spend"]["value"] == "100.00"
    assert told["earlier"]["change_percent"] == {"spend": "50.0"}


def test_rows_follow_each_other_by_their_cursor(api, noted):
    first = asked(api, dimension="note", limit=2, metrics="spend")
    second = asked(api, dimension="note", limit=2, metrics="spend", cursor=first["next_cursor"])

    spent = [row["figures"]["spend"]["value"] for row in first["rows"] + second["rows"]]
    assert spent == sorted(spent, key=Decimal, reverse=True)
    assert (len(spent), second["next_cursor"]) == (3, None)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"metrics": "spend,wisdom"}, "metrics"),
        ({"metrics": "read_uv"}, "metrics"),
        ({"dimension": "moon"}, "dimension"),
        ({"window": "9"}, "window"),
        ({"line": "moon"}, "line"),
        ({"store": "0"}, "store"),
        ({"stroe": "1"}, "stroe"),
        ({"from": "2025-06-19", "to": "2025-06-18"}, "from"),
        ({"line": "star", "creator": "x"}, "creator"),
        ({"as_of": "2999-01-01"}, "as_of"),
    ],
)
def test_a_question_that_can_not_be_asked_is_refused_and_not_guessed(api, params, field):
    answer = api.get(QUERY, params)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_the_metrics_are_listed_with_their_meaning(api):
    told = {each["key"]: each for each in api.get("/api/v1/metrics/").json()["data"]}

    assert set(told) == {key for key, each in METRICS.items() if each.line in OF_PROGRAMME}
    assert told["gmv"]["unit"] == "yuan"
    assert {each["line"] for each in told.values()} == set(OF_PROGRAMME)
    assert all(each["label"] and each["definition"] for each in told.values())


@pytest.mark.parametrize(("line", "page"), [("direct", "results"), ("star", "results/star")])
def test_the_export_is_the_file_of_the_page_and_is_recorded(
    brand, connection, viewer, api, noted, line, page
):
    star(connection.store, DAY)
    english = {"Accept-Language": "en"}
    ours = api.get("/api/v1/metrics/export.csv", PERIOD | {"line": line})

    theirs = viewer.get(f"/b/shancha/{page}.csv", PERIOD, headers=english)

    assert ours.status_code == 200
    assert table_in(ours.content) == table_in(theirs.content)
    assert ours["Content-Disposition"] == theirs["Content-Disposition"]
    with scope(Hat.ADMIN):
        taken = AccessEvent.objects.filter(brand=brand, kind=AccessKind.EXPORT)
        assert len(set(taken.values_list("actor_id", flat=True))) == 2


def test_a_file_of_another_kind_is_not_there(api):
    assert api.get("/api/v1/metrics/export.pdf").status_code == 404
    assert api.get("/api/v1/metrics/export.csv", {"window": 9}).status_code == 422
    assert api.get("/api/v1/metrics/export.xlsx", headers={"accept": "text/csv"}).status_code == 200
