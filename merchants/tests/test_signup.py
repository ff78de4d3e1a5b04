"""Signing up: an account works once its address is proved, and the mail says how."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from merchants.models import User
from merchants.tests.factories import make_brand, make_invitation, make_user

pytestmark = pytest.mark.django_db
NEW = {"name": "吴新", "email": "Wu@example.test", "password1": "a-long-password"}
LINK = re.compile(r"http://localhost:\d+(/account/confirm-email/\S+)")


@pytest.fixture(autouse=True)
def _forget_how_often_mails_were_sent():
    cache.clear()


def link_in(message) -> str:
    return LINK.search(message.body).group(1)


def test_an_address_has_to_be_proved_before_the_account_opens(client):
    answer = client.post("/account/signup/", NEW)

    assert answer["Location"] == "/account/confirm-email/"
    assert User.objects.get().name == "吴新"
    assert client.get("/").status_code == 302
    assert Client().post("/account/login/", {"login": NEW["email"], "password": NEW["password1"]})[
        "Location"
    ] == ("/account/confirm-email/")


def test_the_link_in_the_mail_proves_it_and_signs_in(client):
    client.post("/account/signup/", NEW)
    link = link_in(mail.outbox[0])

    assert "wu@example.test" in client.get(link).text
    assert client.post(link)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_the_link_opened_elsewhere_signs_nobody_in(client):
    client.post("/account/signup/", NEW)
    elsewhere = Client()

    elsewhere.post(link_in(mail.outbox[0]))

    assert elsewhere.get("/")["Location"].startswith("/account/login/")


def test_a_link_that_is_wrong_says_what_to_do(client):
    page = client.get("/account/confirm-email/nonsense/", headers={"accept-language": "en"})

    assert "This link is no longer valid" in page.text


def test_a_link_is_dead_after_three_days(client):
    client.post("/account/signup/", NEW)
    link = link_in(mail.outbox[0])

    with time_machine.travel(timezone.now() + timedelta(days=4)):
        page = client.get(link, headers={"accept-language": "en"})

    assert "This link is no longer valid" in page.text


def test_signing_up_with_a_known_address_looks_the_same_and_writes_to_its_owner(client):
    make_user("wu@example.test")

    answer = client.post("/account/signup/", NEW, headers={"accept-language": "en"})

    assert answer["Location"] == "/account/confirm-email/"
    assert User.objects.count() == 1
    [sent] = mail.outbox
    assert sent.subject == "RedCat · You have an account already"


def test_no_host_that_a_request_names_gets_into_a_mail(client):
    make_user("known@example.test")
    odd = {"host": "localhost:6666"}

    client.post("/account/signup/", NEW, headers=odd)
    client.post("/account/signup/", NEW | {"email": "known@example.test"}, headers=odd)

    assert len(mail.outbox) == 2
    assert not [sent for sent in mail.outbox if "6666" in sent.body]


@pytest.mark.parametrize("missing", ["name", "email", "password1"])
def test_what_is_missing_is_said_beside_its_field(client, missing):
    answer = client.post("/account/signup/", NEW | {missing: ""})

    assert f'id="id_{missing}_error"' in answer.text
    assert not User.objects.exists()


def test_the_mail_speaks_the_readers_language(client):
    client.post("/account/signup/", NEW, headers={"accept-language": "zh-CN"})

    [sent] = mail.outbox
    assert sent.subject == "红猫 · 验证邮箱"
    assert "有人（应该就是你）用这个邮箱注册了账户" in sent.body
    assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", sent.body)


@pytest.mark.parametrize(("backend", "said"), [("console", True), ("smtp", False)])
def test_the_page_says_where_mails_are_printed(client, settings, backend, said):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"

    page = client.get("/account/confirm-email/", headers={"accept-language": "en"})

    assert ("printed in the terminal" in page.text) == said


def test_whoever_signs_up_for_an_invitation_comes_back_to_it(client):
    _invitation, token = make_invitation(make_brand(), "wu@example.test")
    path = f"/invitations/{token}/"
    assert f"/account/signup/?next={path}" in client.get(path).text

    client.post("/account/signup/", NEW | {"next": path})

    assert client.post(link_in(mail.outbox[0]))["Location"] == path
