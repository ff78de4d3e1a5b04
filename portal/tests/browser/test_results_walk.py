"""What a reader does on 效果: other windows, other days, receipts, phases, and the file in hand."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from portal.lib.sheets import read_sheet

pytestmark = [pytest.mark.browser, pytest.mark.processes]

RESULTS, STAR = "/b/shancha/results/", "/b/shancha/results/star/"
BEYOND = {"unallocated", "account"}  # spend that no note tells
DAYS_OF_BURST = 8
COLUMNS = {
    "spend": "Spend ¥",
    "impression": "Impressions (times)",
    "ad_click": "Clicks (times)",
    "interaction": "Interactions (times)",
    "jump_click": "Jumps (times · 7 d)",
    "order": "Orders (orders · 15 d)",
    "gmv": "GMV ¥ (15 d)",
    "roi": "ROI (15 d)",
}
STAR_COLUMNS = {
    "read_uv": "Readers (people · 15 d)",
    "store_visit_uv": "Store visits (people · 15 d)",
    "order_uv": "Buyers (people · 15 d)",
    "store_gmv": "Store GMV ¥ (15 d)",
}


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def viewer(visit, kept):
    """A browser in which the viewer has signed in once for all of these tests."""
    if not kept:
        first = visit()
        first.sign_in("viewer")
        kept["state"] = first.context.storage_state()
    visitor = visit(storage_state=kept["state"])
    yield visitor
    assert visitor.complaints == []


def value(page, metric, place="total"):
    return page.locator(f'[data-metric="{metric}"][data-note="{place}"]').first.get_attribute(
        "data-value"
    )


def test_windows_are_switched_on_the_page_and_the_way_back_leads_back(viewer):
    page = viewer.open(RESULTS)
    orders = {}
    for days in (7, 15, 30):
        page.get_by_role("link", name=f"{days} d", exact=True).click()
        page.wait_for_url(f"**window={days}*")
        expect(page.locator(".rc-kpi").filter(has_text="Orders")).to_contain_text(f"{days} d")
        orders[days] = int(value(page, "order"))

    assert orders[7] < orders[15] < orders[30]
    page.go_back()
    page.wait_for_url("**window=15*")
    expect(page.get_by_role("link", name="15 d", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    assert int(value(page, "order")) == orders[15]


def test_a_period_is_set_against_the_one_before(viewer):
    page = viewer.open(f"{RESULTS}?from=2025-06-16&to=2025-06-22")
    page.get_by_label("Compare with").select_option(label="the days before")
    page.get_by_role("button", name="Show", exact=True).first.click()
    page.wait_for_url("**against=period*")

    expect(page.get_by_text("Compared with 2025-06-09 to 2025-06-15")).to_be_visible()
    spend = int(value(page, "spend"))
    shown = page.locator(".rc-kpi").first.inner_text()
    page = viewer.open(f"{RESULTS}?from=2025-06-09&to=2025-06-15&as_of=2025-06-16")
    before = int(value(page, "spend"))
    change = Decimal(spend - before) / before * 100
    assert f"{abs(change):.1f}%" in shown


def test_a_receipt_opens_where_the_mouse_rests_and_leads_to_its_page(viewer):
    page = viewer.open(RESULTS)
    figure = page.locator(".rc-kpi a.fig").nth(4)
    gmv = value(page, "gmv")

    figure.hover()
    receipt = page.get_by_role("dialog")
    expect(receipt).to_be_visible()
    expect(receipt).to_contain_text("Definition")
    assert "receipt" not in page.url
    page.mouse.move(5, 5)
    page.get_by_role("heading", level=1).hover()
    expect(receipt).to_be_hidden()

    figure.click()
    expect(receipt).to_be_visible()
    receipt.get_by_role("link", name="Whole receipt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("GMV")
    assert value(page, "gmv") == gmv


def test_an_earlier_day_shows_what_was_known_then(viewer):
    page = viewer.open(f"{RESULTS}?from=2025-05-25&to=2025-06-05&window=30")
    now = int(value(page, "gmv"))
    page.get_by_label("As of").fill("2025-06-06")
    page.get_by_role("button", name="Show", exact=True).first.click()
    page.wait_for_url("**as_of=2025-06-06*")

    expect(page.locator(".rc-card footer").first).to_contain_text("as of 2025-06-06 23:59")
    assert int(value(page, "gmv")) < now


@pytest.mark.parametrize("kind", ["CSV", "Export what is shown"])
@pytest.mark.parametrize("group", ["note", "creator", "day"])
def test_the_file_holds_each_figure_of_the_table(viewer, tmp_path, kind, group):
    page = viewer.open(f"{RESULTS}?group={group}&from=2025-05-24&to=2025-06-22")
    shown = table_on(page, "section:has(> header > #notes)", COLUMNS)

    rows = downloaded(page, kind, tmp_path)

    assert len(shown) > 5
    assert in_file(rows, COLUMNS) == shown


@pytest.mark.parametrize("kind", ["CSV", "Export what is shown"])
def test_the_metrics_that_are_ticked_are_the_columns_of_the_table_and_of_its_file(
    viewer, tmp_path, kind
):
    page = viewer.open(RESULTS)
    page.get_by_text("9 of 15 metrics shown").click()
    for taken in ("Spend", "Reads", "Interactions"):
        page.get_by_label(taken, exact=True).uncheck()
    page.get_by_label("Cost per jump", exact=True).check()
    page.locator(".rc-columns").get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**metrics=cost_per_jump*")
    page.get_by_text("7 of 15 metrics shown").wait_for()
    left = {key: head for key, head in COLUMNS.items() if key not in ("spend", "interaction")}
    columns = left | {"cost_per_jump": "Cost per jump ¥ (7 d)"}
    shown = table_on(page, "section:has(> header > #notes)", columns)

    rows = downloaded(page, kind, tmp_path)

    assert len(shown) > 5
    assert in_file(rows, columns) == shown
    assert "Spend ¥" not in {cell for row in rows for cell in row}


@pytest.mark.parametrize("width", [1440, 1000])
def test_heads_and_names_stay_in_sight_while_a_table_is_scrolled(viewer, width):
    page = viewer.open(RESULTS)
    page.set_viewport_size({"width": width, "height": 800})
    rows = page.get_by_role("group", name="Notes", exact=True)
    rows.evaluate("box => box.scrollIntoView({block: 'center'})")
    rows.evaluate("box => box.scrollTo(200, 500)")
    told = rows.evaluate(
        """box => {
          const edge = box.getBoundingClientRect();
          const head = box.querySelector("thead th:nth-child(3)").getBoundingClientRect();
          const name = box.querySelector("tbody tr:last-child th").getBoundingClientRect();
          return [box.scrollTop, head.top - edge.top, name.left - edge.left];
        }"""
    )

    assert told[0] > 300
    assert abs(told[1]) < 2
    assert abs(told[2]) < 2


@pytest.mark.parametrize("kind", ["CSV", "Export what is shown"])
def test_the_star_file_holds_each_figure_of_its_table(viewer, tmp_path, kind):
    page = viewer.open(STAR)
    shown = table_on(page, "section:has(> header > #tasks)", STAR_COLUMNS)

    rows = downloaded(page, kind, tmp_path)

    assert len(shown) == 3
    assert in_file(rows, STAR_COLUMNS) == shown


def test_phases_are_compared_and_one_is_taken_as_the_period(viewer):
    page = viewer.open(RESULTS)
    page.get_by_text("Filter the notes").click()
    page.locator("select[name=campaign]").select_option(label="618 山茶花修护")
    page.get_by_role("button", name="Show", exact=True).last.click()
    phases = page.get_by_role("region", name=re.compile("Which phase brought what"))
    phases.scroll_into_view_if_needed()
    expect(phases.locator("[data-chart] svg")).to_be_visible()
    burst = value(page, "spend", "phase:burst")

    phases.get_by_role("link", name="Average per day").click()
    page.wait_for_url("**per=day*")
    assert abs(int(value(page, "spend", "phase:burst")) - int(burst) / DAYS_OF_BURST) <= 1

    page.get_by_role("navigation", name="Phases of the campaign").get_by_role(
        "link", name=re.compile("Burst")
    ).click()
    page.wait_for_url("**from=2025-06-13&to=2025-06-20*")
    expect(phases).to_be_visible()
    assert value(page, "spend") == burst


def test_what_draws_is_fetched_for_a_chart_that_comes_near_and_paper_has_them_all(viewer):
    viewer.page.set_viewport_size({"width": 390, "height": 640})
    page = viewer.open(RESULTS)
    page.wait_for_load_state("networkidle")
    assert not page.evaluate("'echarts' in window")

    page.locator('[data-chart="trend"]').scroll_into_view_if_needed()

    expect(page.locator('[data-chart="trend"] svg')).to_be_visible()
    paper = viewer.open(f"{RESULTS}?print=1")
    for kind in ("trend", "scatter"):
        expect(paper.locator(f'[data-chart="{kind}"] svg')).to_have_count(1)


def test_a_dot_of_the_scatter_leads_to_its_note(viewer):
    page = viewer.open(f"{RESULTS}?window=30")
    page.locator(".rc-ahead").scroll_into_view_if_needed()
    chart = page.locator('[data-chart="scatter"]')
    expect(chart.locator("svg")).to_be_visible()

    x, y = page.evaluate("""() => {
        const box = document.querySelector('[data-chart="scatter"] .stage');
        const [dot] = echarts.getInstanceByDom(box).getOption().series.at(-1).data;
        const [x, y] = echarts.getInstanceByDom(box).convertToPixel('grid', dot.value);
        const place = box.getBoundingClientRect();
        return [place.left + x, place.top + y];
    }""")
    page.mouse.click(x, y)

    page.wait_for_url(re.compile(r"/results/notes/\d+/"))
    assert "window=30" in page.url


def table_on(page, section, columns):
    """Return each row's figures as they are written, the totals first."""
    cells = page.locator(f"{section} tbody tr").evaluate_all(
        """rows => rows.map(row => [...row.querySelectorAll('[data-metric]')].map(
            cell => [cell.dataset.metric, cell.dataset.note, cell.innerText]))"""
    )
    named = [[cell for cell in row if cell[1].split(":")[0] not in BEYOND] for row in cells]
    return [
        {metric: number(text) for metric, _place, text in row if metric in columns}
        for row in named
        if row
    ]


def number(text):
    """Read a figure as it is written; a dash is none, and `≤` belongs to how it is added up."""
    plain = text.replace(",", "").removeprefix("≤ ").strip()
    if plain in {"—", ""}:
        return None
    return plain if plain.startswith("<") else Decimal(plain)


def downloaded(page, kind, folder):
    with page.expect_download() as download:
        page.get_by_role("link", name=kind, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return list(read_sheet(path))


def in_file(rows, columns):
    start = next(n for n, row in enumerate(rows) if next(iter(columns.values())) in row)
    heads = rows[start]
    beyond = {"Unallocated", "Account total"}
    return [
        {metric: number(row[heads.index(head)]) for metric, head in columns.items()}
        for row in rows[start + 1 :]
        if row and row[0] not in beyond
    ]
