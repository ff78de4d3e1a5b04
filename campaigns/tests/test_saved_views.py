"""Saved views: a question under a name, found again by its maker and, when shared, by all."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from campaigns.models import SavedView
from campaigns.tests.factories import (
    make_mail_report,
    make_note,
    make_note_day,
    make_saved_view,
)
from campaigns.tests.reading import figures_on
from merchants.models import Membership, Role
from merchants.tests.factories import make_connection, make_membership, make_store, make_user
from portal.lib import days
from portal.lib.scope import Hat, scope

URL = "/b/shancha/results/views/"
NEW = f"{URL}new/direct/"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def store(brand):
    return make_store(brand)


@pytest.fixture
def marketer(client_as):
    return client_as(Role.MARKETER)


@pytest.fixture
def colleague(brand):
    user = make_user("colleague@example.test", name="同事")
    make_membership(brand, user, Role.VIEWER)
    return user


def views_of(brand):
    with scope(Hat.ADMIN):
        return list(SavedView.objects.filter(brand=brand).order_by("pk"))


def save(client, query="", **fields):
    return client.post(NEW + query, {"name": "周报"} | fields)


def test_a_question_is_saved_under_a_name_and_its_link_asks_it_again(marketer, brand, store):
    save(marketer, "?window=7&group=creator&creator=小满&page=3&receipt=gmv")

    (view,) = views_of(brand)
    answer = marketer.get(f"{URL}{view.pk}/")

    assert view.asked == {"latest": "30", "window": "7", "creator": "小满", "group": "creator"}
    assert answer["Location"] == f"/b/shancha/results/{view.query}"
    assert marketer.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("count", [7, 15, 30, 90])
def test_the_newest_days_stay_the_newest_days(marketer, brand, store, count):
    newest = days.yesterday()
    first = newest - timedelta(days=count - 1)

    save(marketer, f"?from={first}&to={newest}")

    assert views_of(brand)[0].asked == {"latest": str(count), "window": "15"}


def test_a_moving_view_asks_for_other_days_tomorrow(marketer, brand, store, own_files):
    note = make_note(make_connection(store))
    make_note_day(note, days.yesterday())
    view = make_saved_view(
        brand, make_user("x@example.test"), is_shared=True, asked={"latest": "7"}
    )
    page = marketer.get(f"{URL}{view.pk}/")["Location"]
    assert figures_on(marketer.get(page).text)["spend", "total"] == "10000"

    days.set_demo_clock(days.known_now() + timedelta(days=8))

    assert ("spend", "total") not in figures_on(marketer.get(page).text)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?from=2025-05-13&to=2025-06-20", {"from": "2025-05-13", "to": "2025-06-20"}),
        (
            "?from=2025-06-01&to=2025-06-10&as_of=2025-06-12",
            {"from": "2025-06-01", "to": "2025-06-10", "as_of": "2025-06-12"},
        ),
    ],
)
def test_other_days_are_kept_as_they_are(marketer, brand, store, query, kept):
    save(marketer, query)

    assert views_of(brand)[0].asked == kept | {"window": "15"}


def test_a_star_tasks_question_is_saved_with_its_task(marketer, brand, store):
    marketer.post(f"{URL}new/star/?task=XHX1&scaled=1&window=30", {"name": "星"})

    (view,) = views_of(brand)
    assert view.asked == {"latest": "30", "window": "30", "task": "XHX1", "scaled": "True"}
    assert marketer.get(f"{URL}{view.pk}/")["Location"].startswith("/b/shancha/results/star/?")


def test_what_cannot_be_asked_is_not_saved(marketer, brand, store):
    answer = save(marketer, "?window=9")

    assert answer["Location"] == "/b/shancha/results/?window=9"
    assert views_of(brand) == []


def test_a_name_is_taken_once_by_a_person_and_line(marketer, brand, store):
    save(marketer)
    again = marketer.post(NEW, {"name": "周报"}, headers=ENGLISH)

    assert again.status_code == 422
    assert "You have a view of this name already." in again.text
    assert len(views_of(brand)) == 1


def test_what_is_not_shared_is_its_makers_alone(marketer, brand, colleague):
    view = make_saved_view(brand, colleague, "心里话")

    assert "心里话" not in marketer.get(URL).text
    assert "心里话" not in marketer.get("/b/shancha/results/").text
    assert marketer.get(f"{URL}{view.pk}/").status_code == 404
    assert marketer.post(f"{URL}{view.pk}/delete/").status_code == 404


def test_not_even_the_database_shows_an_owner_what_others_keep_to_themselves(brand, colleague):
    make_saved_view(brand, colleague)
    owner = make_user("owner@example.test")

    with scope(Hat.WEB, brand=brand.pk, user=owner.pk):
        assert not SavedView.objects.exists()
    with scope(Hat.WEB, brand=brand.pk, user=colleague.pk):
        assert SavedView.objects.exists()


def test_a_shared_view_stands_beside_everybodys_results(marketer, brand, colleague):
    view = make_saved_view(brand, colleague, "全队周报", is_shared=True)

    assert f'href="{URL}{view.pk}/">全队周报</a>' in marketer.get("/b/shancha/results/").text
    assert "全队周报" not in marketer.get("/b/shancha/results/star/").text


def test_a_narrowed_member_finds_shared_views_of_their_stores_alone(
    client, brand, store, colleague
):
    user = make_user("narrowed@example.test")
    make_membership(brand, user, Role.VIEWER, stores=(store,))
    client.force_login(user)
    make_saved_view(brand, colleague, "本店", is_shared=True, store=store)
    make_saved_view(brand, colleague, "全部", is_shared=True)
    make_saved_view(brand, user, "自己")

    page = client.get(URL).text

    assert ("本店" in page, "全部</a>" in page, "自己" in page) == (True, False, True)


def test_a_viewer_saves_for_themselves_alone(client_as, brand, store):
    save(client_as(Role.VIEWER), is_shared="on")

    assert not views_of(brand)[0].is_shared


def test_a_view_is_renamed_shared_and_deleted(marketer, brand, store):
    save(marketer)
    (view,) = views_of(brand)

    marketer.post(f"{URL}{view.pk}/edit/", {"name": "月报", "is_shared": "on"})
    assert [(each.name, each.is_shared) for each in views_of(brand)] == [("月报", True)]

    marketer.post(f"{URL}{view.pk}/delete/")
    assert views_of(brand) == []


def test_an_owner_renames_a_colleagues_view_and_cannot_take_it_from_the_others(
    client_as, brand, colleague
):
    view = make_saved_view(brand, colleague, is_shared=True)

    client_as(Role.OWNER).post(f"{URL}{view.pk}/edit/", {"name": "月报"})

    assert [(each.name, each.is_shared) for each in views_of(brand)] == [("月报", True)]


def test_a_view_that_asks_for_what_is_gone_says_so(marketer, brand, colleague):
    make_saved_view(brand, colleague, is_shared=True, asked={"campaign": "999"})

    page = marketer.get(URL, headers=ENGLISH)

    assert page.status_code == 200
    assert "part of it is gone" in page.text


def test_the_question_is_told_in_words(marketer, brand, colleague, store):
    asked = {"latest": "7", "window": "30", "creator": "小满", "store": str(store.pk)}
    make_saved_view(brand, colleague, is_shared=True, asked=asked)

    page = marketer.get(URL, headers=ENGLISH).text

    assert "Period: the newest 7 days, moving on each day" in page
    assert f"Store: {store.title}" in page
    assert "Creator: 小满" in page


def test_ten_views_take_as_many_queries_as_one(marketer, brand, colleague):
    def queries():
        with CaptureQueriesContext(database) as captured:
            marketer.get(URL)
        return len(captured)

    make_saved_view(brand, colleague, is_shared=True)
    for_one = queries()
    for number in range(9):
        make_saved_view(brand, colleague, f"{number}", is_shared=True)
    assert queries() == for_one


def test_the_list_of_mail_reports_takes_as_many_queries_for_ten_as_for_one(
    client, brand, colleague
):
    with scope(Hat.ADMIN):
        member = Membership.objects.get(user=colleague)
    client.force_login(colleague)

    def queries(numbers):
        for n in numbers:
            make_mail_report(make_saved_view(brand, colleague, f"{n}"), member)
        with CaptureQueriesContext(database) as captured:
            assert client.get("/b/shancha/results/mails/").text.count("/send/") == n + 1
        return len(captured)

    assert queries(range(1)) == queries(range(1, 10))
