"""Where a person is logged in, and ending what they don't know."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from merchants.tests.factories import make_user

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"
OFFICE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
PAGE = "/account/sessions/"


def logged_in(user, agent=OFFICE):
    client = Client(headers={"user-agent": agent, "accept-language": "en"})
    client.post("/account/login/", {"login": user.email, "password": "a-long-password"})
    return client


def test_a_person_sees_each_place_where_they_are_logged_in():
    lin = make_user()
    logged_in(lin, PHONE)

    shown = logged_in(lin).get(PAGE).text

    assert "Safari · iPhone" in shown
    assert "Chrome · Windows" in shown
    assert shown.count("This one") == 1


def test_ended_sessions_are_over_at_once_and_this_one_goes_on():
    lin = make_user()
    phone, office = logged_in(lin, PHONE), logged_in(lin)
    assert phone.get("/account/").status_code == 200

    office.post(PAGE)

    assert phone.get("/account/").status_code == 302
    assert office.get("/account/").status_code == 200


def session_of(client):
    return UserSession.objects.get(session_key=client.session.session_key)


def test_one_session_is_ended_and_the_others_go_on():
    lin = make_user()
    phone, tablet, office = logged_in(lin, PHONE), logged_in(lin, PHONE), logged_in(lin)
    assert office.get(PAGE).text.count("End this session") == 2

    assert office.post(f"{PAGE}{session_of(phone).pk}/end/")["Location"] == PAGE

    assert phone.get("/account/").status_code == 302
    assert tablet.get("/account/").status_code == 200
    assert "That session has ended." in office.get(PAGE).text


def test_neither_another_persons_session_nor_the_present_one_is_ended_so():
    stranger, lin = logged_in(make_user("stranger@example.test")), logged_in(make_user())

    for client in (stranger, lin):
        assert lin.post(f"{PAGE}{session_of(client).pk}/end/").status_code == 404
        assert client.get("/account/").status_code == 200


def test_nobody_sees_or_ends_the_sessions_of_another():
    stranger = logged_in(make_user("stranger@example.test"), PHONE)
    lin = logged_in(make_user())

    lin.post(PAGE)

    assert "iPhone" not in lin.get(PAGE).text
    assert stranger.get("/account/").status_code == 200


def test_a_new_password_ends_every_other_session():
    lin = make_user()
    phone, office = logged_in(lin, PHONE), logged_in(lin)
    new = {"oldpassword": "a-long-password", "password1": "another-long-one"}

    office.post("/account/password/change/", new | {"password2": "another-long-one"})

    assert phone.get("/account/").status_code == 302
    assert office.get("/account/").status_code == 200
