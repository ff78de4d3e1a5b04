"""The mails that people get, as they read them."""

import re

import pytest
from django.core import mail

from merchants.tests.factories import make_user

pytestmark = pytest.mark.django_db


def ask_for_a_new_password(client, email, *, lang):
    client.post("/account/password/reset/", {"email": email}, headers={"Accept-Language": lang})


def test_the_mail_for_a_new_password_is_chinese_for_a_chinese_reader(client):
    ask_for_a_new_password(client, make_user().email, lang="zh-CN")

    [sent] = mail.outbox
    assert sent.subject == "红猫 · 设置新密码"
    assert "有人（应该就是你）要为" in sent.body
    assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", sent.body)


def test_the_mail_for_a_new_password_holds_its_link_and_who_sent_it(client, settings):
    settings.PORTAL_URL = "https://portal.test"
    ask_for_a_new_password(client, make_user().email, lang="en")

    [sent] = mail.outbox
    assert sent.subject == "RedCat · Set a new password"
    assert re.search(
        r"^https://portal.test/account/password/reset/key/\S+$", sent.body, re.MULTILINE
    )
    assert sent.body.rstrip().endswith("RedCat merchant portal\nhttps://portal.test/")


def test_a_stranger_gets_no_mail(client):
    ask_for_a_new_password(client, "stranger@example.com", lang="en")
    assert mail.outbox == []
