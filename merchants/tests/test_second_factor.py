"""The second step at login: what it takes, what it refuses, and whom nothing opens without it."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from merchants import second_factor
from merchants.tests.factories import SECRET, give_second_factor, make_user

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "staff@example.test", "a-long-password"
STEP, CONFIRM = "/account/second-step/authenticate/", "/account/second-step/reauthenticate/"


@pytest.fixture
def staff():
    return make_user(EMAIL, is_staff=True, is_superuser=True)


@pytest.fixture
def protected(staff):
    TOTP.activate(staff, SECRET)
    return staff


def code_at(periods=0, secret=SECRET):
    """Return the app's code of this half minute, or of one so many before or after it."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def wrong_code():
    right = {code_at(periods) for periods in range(-2, 4)}
    return next(
        code for code in ("111111", "222222", *map(str, range(333333, 333343))) if code not in right
    )


def logged_in_by_password(next_page="/admin/"):
    client = Client(headers={"accept-language": "en"})
    client.post("/account/login/", {"login": EMAIL, "password": PASSWORD, "next": next_page})
    return client


def is_let_in(client):
    return client.get("/admin/").status_code == 200


def admin_pages():
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield from (reverse(f"{name}_changelist"), reverse(f"{name}_add"))
    yield from map(reverse, ("admin:index", "admin:password_change", "admin:login"))


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_second_factor_reach_no_page_of_the_admin(staff, method):
    client = logged_in_by_password()

    answers = {page: getattr(client, method)(page) for page in admin_pages()}

    assert len(answers) > 20
    assert {a.headers.get("Location") for a in answers.values()} == {"/account/second-step/"}


def test_staff_are_told_why_they_are_sent_to_set_one_up(staff):
    page = logged_in_by_password().get("/admin/", follow=True)

    assert "Platform staff need a second step" in page.text


def test_staff_who_have_not_given_their_factor_in_this_session_are_asked_for_it(staff):
    thief = logged_in_by_password()  # before the owner set one up
    TOTP.activate(staff, SECRET)

    assert thief.get("/admin/")["Location"] == f"{CONFIRM}?next=%2Fadmin%2F"
    thief.post(CONFIRM, {"code": code_at(), "next": "/admin/"})
    assert is_let_in(thief)


def test_a_password_alone_logs_nobody_in_who_has_a_second_factor(protected):
    client = logged_in_by_password()

    assert client.get("/account/")["Location"].startswith("/account/login/")


def test_staff_log_in_with_password_and_code_and_land_where_they_wanted(protected):
    client = logged_in_by_password()

    answer = client.post(STEP, {"code": code_at()})

    assert answer["Location"] == "/admin/"
    assert is_let_in(client)


def test_a_wrong_code_is_refused_in_words(protected):
    client = logged_in_by_password()

    answer = client.post(STEP, {"code": wrong_code()})

    assert "Incorrect code" in answer.text
    assert not is_let_in(client)


@pytest.mark.parametrize("seconds_later", [0, 31, 59])
def test_a_code_that_was_used_is_refused_as_long_as_it_would_be_valid(
    protected, time_machine, seconds_later
):
    time_machine.move_to("2025-06-23T09:40:00+08:00", tick=False)
    code = code_at(periods=1)
    logged_in_by_password().post(STEP, {"code": code})

    time_machine.shift(seconds_later)
    second = logged_in_by_password()

    assert "Incorrect code" in second.post(STEP, {"code": code}).text
    assert not is_let_in(second)


@pytest.mark.parametrize("periods", [-1, 0, 1])
def test_a_code_of_the_half_minute_before_or_after_is_taken(protected, periods):
    client = logged_in_by_password()
    client.post(STEP, {"code": code_at(periods)})
    assert is_let_in(client)


@pytest.mark.parametrize("periods", [-2, 3])
def test_an_older_or_a_later_code_is_not(protected, periods):
    client = logged_in_by_password()
    client.post(STEP, {"code": code_at(periods)})
    assert not is_let_in(client)


def test_a_recovery_code_opens_the_account_once(protected):
    code, *_rest = RecoveryCodes.activate(protected).generate_codes()
    first, second = logged_in_by_password(), logged_in_by_password()

    first.post(STEP, {"code": code})
    second.post(STEP, {"code": code})

    assert (is_let_in(first), is_let_in(second)) == (True, False)


def test_after_five_wrong_codes_even_the_right_one_has_to_wait(protected):
    client = logged_in_by_password()
    for _try in range(5):
        client.post(STEP, {"code": wrong_code()})

    answer = client.post(STEP, {"code": code_at()})

    assert "Too many failed login attempts" in answer.text


def test_a_member_sets_up_the_app_and_gets_recovery_codes():
    client = Client()
    member = make_user("lin@example.test")
    client.post("/account/login/", {"login": member.email, "password": PASSWORD})
    page = "/account/second-step/totp/activate/"
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": page})
    shown = client.get(page).text
    secret = re.search(r'id="secret">([A-Z2-7]+)<', shown)[1]

    answer = client.post(page, {"code": code_at(secret=secret)}, follow=True)

    assert '<svg class="qr big" viewBox="0 0 ' in shown
    assert second_factor.has_second_factor(member)
    assert len(re.findall(r'<li class="mono">\d{8}</li>', answer.text)) == 10


def test_the_password_alone_does_not_switch_a_second_factor_off(staff):
    thief = logged_in_by_password()  # before the owner set one up
    TOTP.activate(staff, SECRET)
    page = "/account/second-step/totp/deactivate/"

    thief.post("/account/reauthenticate/", {"password": PASSWORD, "next": page})
    answer = thief.post(page, follow=True)

    assert answer.wsgi_request.path == CONFIRM
    assert second_factor.has_second_factor(staff)


def test_secrets_lie_sealed_in_the_database(protected):
    RecoveryCodes.activate(protected)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert SECRET not in kept
    assert not re.search(r"'[0-9a-f]{80}'", kept)  # as the library makes the codes' seed


def test_an_admin_switches_a_lost_factor_off_and_ends_the_sessions(staff):
    client, member = Client(), make_user("lin@example.test")
    lost = Client()
    lost.post("/account/login/", {"login": member.email, "password": PASSWORD})
    TOTP.activate(member, SECRET)
    client.force_login(staff)
    give_second_factor(client, staff)

    chosen = {"action": "remove_second_factor", "_selected_action": [member.pk]}
    client.post("/admin/merchants/user/", chosen)

    assert not second_factor.has_second_factor(member)
    assert lost.get("/account/").status_code == 302


def test_no_factor_and_no_session_is_a_page_of_the_admin():
    registered = {model._meta.label for model in admin.site._registry}
    assert registered.isdisjoint({"mfa.Authenticator", "usersessions.UserSession"})
