from campaigns.models import AdLevel, SyncWindow, WindowStatus
from campaigns.sync.windows import open_night
from merchants.models import Role
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
    joined = make_connection(make_store(brand))
    open_night()
    with scope(Hat.NIGHT):
        SyncWindow.objects.update(status=WindowStatus.CLOSED, closed_on=days.today())

    page = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text
    rows = [row.split("</tr>")[0] for row in page.split("<tr>") if joined.store.title in row][:3]

    assert [row.count('class="c p"') for row in rows] == [0, 15, 30]
    assert [row.count('class="c k"') for row in rows] == [34, 19, 4]


def test_a_report_that_no_result_is_read_from_has_one_line(client_as, brand):
    store = make_store(brand)
    make_connection(store)
    make_consent(store)
    open_night()

    page = client_as(Role.VIEWER).get(DATA, headers=ENGLISH)

    shown = [line.report.key for line, _part, _cells in page.context["rows"]]
    levels = [f"juguang.{level}_day" for level in AdLevel.values]
    assert shown == [*["juguang.note_day"] * 3, *levels]


def test_what_is_owed_is_named_in_words(client_as, brand):
    make_connection(make_store(brand))
    open_night()

    page = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text

    assert "Juguang notes" in page
    assert "juguang.note" not in page
