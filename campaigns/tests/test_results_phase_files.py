"""The phases as a file: each cell of the page's table, on both lines."""

import csv
import io
import re
from html import unescape

import pytest

from campaigns.models import StarDay
from campaigns.tests.factories import make_note, make_note_day, note_of
from campaigns.tests.factories_facts import make_fact
from campaigns.tests.plans import bind, join, make_campaign, make_star_task
from campaigns.tests.test_results_phases import FIRST, LAST, STRETCHES, day, phased
from merchants.models import AccessEvent, AccessKind, Role
from merchants.tests.factories import make_connection, make_store
from portal.lib.scope import Hat, scope
from portal.lib.sheets import read_sheet

ENGLISH = {"Accept-Language": "en"}
PAGES = {"direct": "/b/shancha/results/", "star": "/b/shancha/results/star/"}
DASH = re.compile(r"^—|^$")


@pytest.fixture
def store(brand):
    return make_store(brand, title="=山茶旗舰店")


@pytest.fixture
def campaign(store):
    """Two phases with figures of both lines, days in none of them, and a phase that is to come."""
    campaign = phased(
        make_campaign(store, "=夏日", starts_on=FIRST, ends_on=LAST),
        STRETCHES | {"warm_up": (day(10), day(15))},
    )
    note = make_note(make_connection(store))
    join(campaign, note)
    make_note_day(note, day(10), fee_fen=100_001, gmv_15_fen=333_333, order_15=3)
    make_note_day(note, day(12), fee_fen=301, order_15=None, gmv_15_fen=None)
    make_note_day(note, day(13), fee_fen=777)
    make_note_day(note, day(20), fee_fen=999)
    task, told = make_star_task(store), note_of(store, 7)
    join(campaign, told)
    bind(task, told)
    for number, visits in ((10, 40), (11, 45), (16, 7)):
        named = {"level": "task", "object_id": task.task_id, "window_days": 15, "sampling": 5000}
        figures = {"read_uv": 1_400, "store_visit_uv": visits, "store_gmv_fen": 90_001}
        make_fact(StarDay, store, day(number), **named, **figures)
    return campaign


@pytest.fixture
def viewer(client_as):
    return client_as(Role.VIEWER)


def shown(page):
    """Return the page's table of phases, cell by cell, as text."""
    card = re.search(r'aria-labelledby="phases">(.*?)</section>', page, re.S)[1]
    body = re.search(r"<tbody>(.*?)</tbody>", card, re.S)[1]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    return [[plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows]


def plain(cell):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())


def lines_in(content, kind, folder):
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    path = folder / "phases.xlsx"
    path.write_bytes(content)
    return [list(row) for row in read_sheet(path)]


def table_of(lines):
    """Return the lines below the blank one, each by its heads."""
    start = next(n for n, line in enumerate(lines) if not any(line)) + 1
    heads = lines[start]
    padded = [[*line, *[""] * (len(heads) - len(line))] for line in lines[start + 1 :]]
    return heads, padded


def number(text):
    """Return what a figure of the page is as a number; None where there is none."""
    digits = text.removeprefix("≤ ").replace(",", "").removeprefix("¥")
    if DASH.match(digits):
        return None
    return float(digits.removesuffix("%")) / (100 if digits.endswith("%") else 1)


def agree(cell, figure):
    if "<10" in (cell, figure) or str(cell).startswith("≤"):
        return cell == figure
    read = float(cell) if cell else None
    return read == number(figure) or abs(read - number(figure)) < 0.000_06


@pytest.mark.parametrize("per", [{}, {"per": "day"}])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("line", PAGES)
def test_every_cell_is_the_pages(viewer, campaign, line, kind, per, tmp_path):
    asked = {"campaign": campaign.pk} | per
    page = viewer.get(PAGES[line], asked, headers=ENGLISH)
    file = viewer.get(f"{PAGES[line]}phases.{kind}", asked, headers=ENGLISH)

    heads, lines = table_of(lines_in(file.content, kind, tmp_path))
    table = shown(page.text)

    figures = len(page.context["phases"].heads)
    assert len(lines) == len(table) == 5
    for cells, row in zip(lines, table, strict=True):
        name, days, *told, coverage, maturity = row
        assert name.startswith(cells[0])
        assert f"{cells[3]} days" in name
        assert days == ("not begun" if not cells[5] else f"{cells[5]} / {cells[4]}")
        for head, cell, figure in zip(heads[6:], cells[6 : 6 + figures], told, strict=False):
            assert agree(cell, figure), (cells[0], head, cell, figure)
        returned, rows, mature, state = cells[6 + figures :]
        assert number(coverage) is None if not rows else coverage == f"{returned} / {rows}"
        assert not mature or f"{mature}%" in maturity
        assert bool(state) is not bool(rows)


def test_the_head_says_what_was_asked_and_names_are_no_formulas(viewer, campaign):
    asked = {"campaign": campaign.pk, "per": "day", "as_of": "2025-06-22", "window": "7"}
    head = viewer.get(f"{PAGES['direct']}phases.csv", asked, headers=ENGLISH).content
    lines = head.decode("utf-8-sig").split("\r\n\r\n")[0].split("\r\n")

    assert "Period,2025-06-10,2025-06-30" in lines
    assert "Campaign,'=夏日" in lines
    assert "Attribution window,7 d" in lines
    assert "As known on,2025-06-22 23:59 +0800" in lines
    assert "Sum or average,Average per day" in lines
    assert "1 day lies in two phases and counts in both:,2025-06-15" in lines


def test_people_of_several_days_are_called_the_most_that_they_can_be(viewer, campaign):
    asked = {"campaign": campaign.pk}
    star = viewer.get(f"{PAGES['star']}phases.csv", asked, headers=ENGLISH).content.decode()
    averages = viewer.get(
        f"{PAGES['star']}phases.csv", asked | {"per": "day"}, headers=ENGLISH
    ).content.decode()

    assert 'counted,"counted once a day; over several days the most they can be, one' in star
    shown_averages = viewer.get(PAGES["star"], asked | {"per": "day"}, headers=ENGLISH).text
    assert ("How people" in averages) is ("≤" in shown_averages)


def test_a_phase_that_has_not_begun_says_so_and_has_no_zero(viewer, campaign):
    file = viewer.get(f"{PAGES['direct']}phases.csv", {"campaign": campaign.pk}, headers=ENGLISH)
    _heads, lines = table_of(lines_in(file.content, "csv", None))

    to_come = next(line for line in lines if line[1] == "2025-06-25")
    assert to_come[3:5] == ["6", "0"]
    assert not any(to_come[5:-1])
    assert to_come[-1].startswith("This phase has not begun")


def test_who_took_it_is_on_record(viewer, campaign):
    viewer.get(f"{PAGES['star']}phases.xlsx", {"campaign": campaign.pk})

    with scope(Hat.ADMIN):
        taken = AccessEvent.objects.get(kind=AccessKind.EXPORT).what
    assert taken == f"shancha-star-phases-{campaign.pk}-2025-06-10-2025-06-30-15d.xlsx"


@pytest.mark.parametrize("line", PAGES)
def test_where_the_page_shows_no_phases_there_is_no_file(viewer, campaign, line):
    assert viewer.get(f"{PAGES[line]}phases.csv").status_code == 404
    phased(campaign, {})
    asked = {"campaign": campaign.pk}
    assert viewer.get(f"{PAGES[line]}phases.csv", asked).status_code == 404


@pytest.mark.parametrize("line", PAGES)
def test_a_question_that_cannot_be_used_gets_the_page_that_says_so(viewer, campaign, line):
    answer = viewer.get(f"{PAGES[line]}phases.csv", {"campaign": "0"})

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("line", PAGES)
def test_the_page_leads_to_the_file_of_what_it_shows(viewer, campaign, line):
    asked = {"campaign": campaign.pk, "per": "day", "receipt": ""}
    page = viewer.get(PAGES[line], asked).text

    found = re.search(rf'href="({PAGES[line]}phases\.csv[^"]*)"', page)
    assert found
    assert viewer.get(unescape(found[1])).status_code == 200
    assert "per=day" in found[1]
