from datetime import timedelta

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import AdLevel, PulledPage, SyncWindow, WindowStatus
from campaigns.sync.windows import open_night
from campaigns.tests.factories import make_quarantined, make_window
from merchants.models import Connection, Role
from merchants.tests.factories import make_connection, make_consent, make_store
from portal.lib import days
from portal.lib.scope import Hat, scope

DATA = "/b/shancha/data/"
ENGLISH = {"accept-language": "en"}


def test_an_empty_data_page_does_not_claim_that_everything_has_arrived(client_as, brand):
    read = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text
    assert "Nothing has been asked for yet." in read
    assert "every day asked for has arrived" not in read


def test_a_day_that_arrived_is_complete_for_spending_before_it_is_for_conversions(client_as, brand):
    make_connection(make_store(brand))
    open_night()
    with scope(Hat.NIGHT):
        SyncWindow.objects.update(status=WindowStatus.CLOSED, closed_on=days.today())

    page = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text
    rows = [row.split("</tr>")[0] for row in page.split("<tr>") if 'scope="row"' in row][:3]

    assert [row.count('class="c p"') for row in rows] == [0, 15, 30]
    assert [row.count('class="c k"') for row in rows] == [34, 19, 4]


def test_a_report_that_no_result_is_read_from_has_one_line(client_as, brand):
    store = make_store(brand)
    make_connection(store)
    make_consent(store)
    open_night()

    page = client_as(Role.VIEWER).get(DATA, headers=ENGLISH)

    shown = [row.key for row in page.context["rows"]]
    levels = [f"juguang.{level}_day" for level in AdLevel.values]
    assert shown == [*["juguang.note_day"] * 3, *levels]


def test_what_is_owed_is_named_in_words(client_as, brand):
    make_connection(make_store(brand))
    open_night()

    page = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text

    assert "Juguang notes" in page
    assert "juguang.note" not in page


def calendar(client, address=DATA):
    return client.get(address, headers=ENGLISH).text.split("<footer")[0]


def make_page(window, **fields):
    own = {"brand_id": window.brand_id, "store_id": window.store_id, "window": window}
    own |= {"owed_on": days.today(), "known_at": days.known_now()}
    fields = {"pull": window.pull, "number": 1, "sha256": "ab" * 32, "keys": []} | fields
    with scope(Hat.NIGHT):
        return PulledPage.objects.create(**own, **fields)


def test_each_day_of_the_calendar_leads_to_what_is_in_it(client_as, brand):
    window = make_window(make_connection(make_store(brand)).store)
    page = calendar(client_as(Role.VIEWER))
    assert page.count(f'href="{DATA}windows/{window.pk}/"') == 3  # spending, 15 and 30 days


def test_a_day_that_waits_for_consent_is_held(client_as, brand):
    joined = make_connection(make_store(brand), status="needs_consent")
    make_window(joined.store, status="owed")
    assert calendar(client_as(Role.VIEWER)).count('class="c h"') == 3


def test_a_day_that_an_earlier_night_left_behind_is_late(client_as, brand):
    joined = make_connection(make_store(brand))
    make_window(joined.store, status="owed", owed_on=days.yesterday())
    assert calendar(client_as(Role.VIEWER)).count('class="c l"') == 3


def test_only_rows_that_are_not_settled_mark_their_day(client_as, brand):
    store = make_connection(make_store(brand)).store
    make_quarantined(make_window(store), settled_at=timezone.now())
    make_quarantined(make_window(store, days.yesterday() - timedelta(days=1)))
    assert calendar(client_as(Role.VIEWER)).count('class="c q"') == 3


def test_the_calendar_goes_back_month_by_month_as_far_as_anything_was_asked(client_as, brand):
    store = make_connection(make_store(brand)).store
    make_window(store, days.yesterday() - timedelta(days=40))
    client = client_as(Role.VIEWER)

    assert 'rel="prev" href="/b/shancha/data/?month=2025-05"' in calendar(client)
    may = calendar(client, f"{DATA}?month=2025-05")
    assert "2025-05-01 to 2025-05-31" in may
    assert 'rel="next" href="/b/shancha/data/?month=2025-06"' in may
    assert 'rel="prev"' not in may


def test_a_month_out_of_reach_shows_the_newest_days(client_as, brand):
    page = calendar(client_as(Role.VIEWER), f"{DATA}?month=1999-13")
    assert "2025-05-20 to 2025-06-22" in page


def test_a_day_tells_its_pages_its_error_and_what_happens_next(client_as, brand):
    store = make_connection(make_store(brand)).store
    window = make_window(store, status="dead", error="30 rows declared, 28 returned.")
    make_page(window)

    read = client_as(Role.VIEWER).get(f"{DATA}windows/{window.pk}/", headers=ENGLISH).text

    assert "30 rows declared, 28 returned." in read
    assert "The next night asks for it again." in read
    assert 'title="' + "ab" * 32 in read


def test_a_complete_day_says_until_when_it_is_asked_for_again(client_as, brand):
    window = make_window(make_connection(make_store(brand)).store)
    read = client_as(Role.VIEWER).get(f"{DATA}windows/{window.pk}/", headers=ENGLISH).text
    assert "Asked for again each night up to 2025-07-26" in read


def test_progress_is_counted_in_rows_where_the_partner_declares_them(client_as, brand):
    store = make_connection(make_store(brand)).store
    window = make_window(store, status="leased", expected_rows=40, next_page=2)
    make_page(window, keys=[f"n{number}" for number in range(10)])

    read = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text

    assert '<progress value="10" max="40"' in read
    assert "10/40 rows" in read


def test_progress_is_counted_in_pages_of_the_last_pull_where_it_does_not(client_as, brand):
    store = make_connection(make_store(brand)).store
    window = make_window(store, status="leased", pull=2)
    make_page(window, pull=1)
    make_page(window, pull=1, number=2)
    make_page(window)
    assert "1/2 pages" in client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text


def test_the_page_asks_again_only_while_something_is_being_pulled(client_as, brand):
    store = make_connection(make_store(brand)).store
    window = make_window(store, status="dead")
    client = client_as(Role.VIEWER)
    assert "every 5s" not in client.get(DATA).text

    with scope(Hat.NIGHT):
        SyncWindow.objects.filter(pk=window.pk).update(status="owed")

    assert "every 5s" in client.get(DATA).text
    with scope(Hat.NIGHT):
        Connection.objects.update(status="needs_consent")
    assert "every 5s" not in client.get(DATA).text


def test_htmx_gets_what_is_owed_and_nothing_else(client_as, brand):
    make_window(make_connection(make_store(brand)).store, status="owed")
    read = client_as(Role.VIEWER).get(DATA, headers={"HX-Request": "true"}).text
    assert read.strip().startswith('<section class="rc-card" id="pulling"')
    assert "rc-grid" not in read


def test_who_can_mend_a_connection_gets_the_button_and_others_are_told_whom_to_ask(
    client_as, brand
):
    joined = make_connection(make_store(brand), status="needs_consent")
    make_window(joined.store, status="owed")
    button = f'href="/b/shancha/stores/{joined.store_id}/">Consent again'

    viewer = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text
    assert "1 window waits" in viewer
    assert "ask one" in viewer
    assert button not in viewer
    assert button in client_as(Role.OWNER).get(DATA, headers=ENGLISH).text


def test_the_data_page_takes_as_many_queries_for_ten_stores_as_for_one(client_as, brand):
    client = client_as(Role.VIEWER)

    def queries(numbers):
        for number in numbers:
            store = make_connection(make_store(brand, number), subject=f"a{number}").store
            make_quarantined(make_window(store, status="leased"))
        with CaptureQueriesContext(database) as captured:
            client.get(DATA)
        return len(captured)

    assert queries([1]) == queries(range(2, 11))


def test_the_calendar_groups_a_stores_reports_by_partner(client_as, brand):
    store = make_store(brand)
    make_window(make_connection(store).store)
    for report in ("top.trades", "juguang.account_day"):
        make_window(store, report=report)

    page = calendar(client_as(Role.VIEWER))

    groups = [part.split("<span")[0].strip() for part in page.split('<th scope="rowgroup">')[1:]]
    assert groups == ["Juguang", "Tmall"]


def test_the_side_bar_says_of_each_partner_how_far_its_last_report_reaches(client_as, brand):
    store = make_connection(make_store(brand)).store
    make_window(store)
    make_window(store, days.yesterday() - timedelta(days=2), report="juguang.account_day")

    shown = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).context["reach"]

    assert shown == [("Juguang", days.yesterday() - timedelta(days=2), False)]


def test_a_store_that_is_behind_holds_back_how_far_its_partner_reaches(client_as, brand):
    for number, behind in ((1, 0), (2, 3)):
        store = make_connection(make_store(brand, number)).store
        make_window(store, days.yesterday() - timedelta(days=behind))

    client = client_as(Role.VIEWER)
    shown = client.get(DATA, headers=ENGLISH).context["reach"]
    assert shown == [("Juguang", days.yesterday() - timedelta(days=3), False)]

    with scope(Hat.NIGHT):
        Connection.objects.filter(store=store).update(status="revoked")
    shown = client.get(DATA, headers=ENGLISH).context["reach"]
    assert shown == [("Juguang", days.yesterday(), True)]
