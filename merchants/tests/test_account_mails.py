"""What a person is told by mail when something about their account changes."""

import re
import time
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client

from merchants.adapter import CHANGES
from merchants.tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD, NEW = "a-long-password", "quite-another-one-31"


@pytest.fixture
def person():
    return make_user("lin@example.test", language="en")


@pytest.fixture
def client(person):
    client = Client(headers={"user-agent": "Firefox on a desk"})
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    return client


def change_password(client):
    old_and_new = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    return client.post("/account/password/change/", old_and_new)


def set_up_an_app(client):
    page = "/account/second-step/totp/activate/"
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": page})
    secret = re.search(r'id="secret">([A-Z2-7]+)<', client.get(page).text)[1]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post(page, {"code": code}).status_code == 302


def test_a_changed_password_is_told_with_when_from_where_and_what_to_do(client):
    change_password(client)

    [told] = mail.outbox
    assert told.to == ["lin@example.test"]
    assert told.subject == "RedCat · Your account was changed"
    assert "The password was changed." in told.body
    assert re.search(r"When: \d{4}-\d\d-\d\d \d\d:\d\d \(Asia/Shanghai\)", told.body)
    assert "From: 127.0.0.1\nWith: Firefox on a desk" in told.body
    assert "/account/password/reset/" in told.body


def test_the_mail_is_in_the_persons_language_whatever_the_browser_says(client, person):
    person.language = "zh-hans"
    person.save()
    client.post("/account/password/change/", {}, headers={"accept-language": "en"})
    change_password(client)

    [told] = mail.outbox
    assert told.subject == "红猫 · 你的账户有变更"
    assert "密码已修改。" in told.body


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])  # told on commit
def test_a_second_factor_is_told_of_when_it_comes_and_when_it_goes(client, person):
    set_up_an_app(client)
    client.post("/account/second-step/totp/deactivate/")

    assert not Authenticator.objects.filter(user=person, type="totp").exists()
    bodies = [told.body for told in mail.outbox]
    assert "An authenticator app was set up." in bodies[0]
    assert "The authenticator app was removed." in bodies[-1]


def test_a_mail_server_that_is_away_does_not_undo_the_change(client, person, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    assert change_password(client).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_every_notice_of_the_library_has_a_sentence_of_ours():
    notice = re.compile(r'send_notification_mail\(\s*"(\w+/email/\w+)"')
    folder = Path(allauth.__file__).parent
    modules = [*folder.glob("account/**/*.py"), *folder.glob("mfa/**/*.py")]

    named = {name for module in modules for name in notice.findall(module.read_text())}

    assert len(named) > 8
    assert named == CHANGES.keys()
