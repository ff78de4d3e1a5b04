"""Each owed mail is sent at most once, whatever breaks; what is unsure waits for a person."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection as database
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from merchants import outbox, tasks
from merchants.models import Membership, MembershipStore, NoticeKind, NoticeMail, Role
from merchants.notices import notify
from merchants.tests.factories import make_membership, make_store, make_user
from merchants.tests.smtp_server import DROP, SmtpServer
from portal.lib.scope import Hat, scope


@pytest.fixture
def server(settings):
    with SmtpServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS = False
        yield server


@pytest.fixture
def store(brand):
    return make_store(brand, title="山茶旗舰店")


@pytest.fixture
def reader(brand, store):
    user = make_user("reader@example.test", language="en")
    make_membership(brand, user, Role.VIEWER)
    return user


@pytest.fixture
def owed(store, reader):
    with scope(Hat.WEB, brand=store.brand_id):
        notify(store, NoticeKind.REJECTED, application="A-1", reason="We see 4.3.")
        return NoticeMail.objects.get()


def now(mail):
    with scope(Hat.ADMIN):
        return NoticeMail.objects.get(pk=mail.pk)


def change(mail, **values):
    with scope(Hat.NIGHT):
        NoticeMail.objects.filter(pk=mail.pk).update(**values)


def test_a_mail_says_what_happened_and_where_in_its_readers_language(server, owed, settings):
    settings.PORTAL_URL = "https://portal.test"

    outbox.send(owed.pk)

    [mail] = server.mails
    assert mail["Subject"].strip() == "RedCat · The application of 山茶旗舰店 is rejected"
    body = mail.get_content()
    assert "A-1, the reason: We see 4.3." in body
    assert f"https://portal.test/b/shancha/stores/{owed.store_id}/" in body
    assert (mail["To"], mail["Message-ID"]) == ("reader@example.test", owed.message_id)


def test_a_chinese_reader_gets_chinese(server, owed, reader):
    reader.language = "zh-hans"
    reader.save()

    outbox.send(owed.pk)

    [mail] = server.mails
    assert mail["Subject"].strip() == "红猫 · 山茶旗舰店 的入驻申请被驳回"
    assert "审核理由：We see 4.3." in mail.get_content()
    assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", mail.get_content().replace("We see", ""))


def test_the_task_run_twice_sends_once(server, owed):
    tasks.send_mail(owed.pk)
    tasks.send_mail(owed.pk)

    assert len(server.mails) == 1
    assert (now(owed).status, now(owed).attempts) == ("sent", 1)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_senders_at_once_one_sends(server, owed):
    start = Barrier(2)

    def send(_):
        try:
            start.wait()
            outbox.send(owed.pk)
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, range(2)))

    assert len(server.mails) == 1
    assert (now(owed).status, now(owed).attempts) == ("sent", 1)


def test_a_mail_that_may_have_arrived_is_unsure_and_never_sent_by_itself(server, owed):
    server.verdict = DROP

    outbox.send(owed.pk)
    server.verdict = "250 taken"
    tasks.send_owed_mails()
    outbox.send(owed.pk)

    assert len(server.mails) == 1
    assert now(owed).status == "unsure"
    assert outbox.due() == []


class Killed(BaseException):
    """What ends a process asks nobody."""


def test_a_mail_whose_sender_died_is_unsure_once_it_surely_is_dead(server, owed, monkeypatch):
    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("smtplib.SMTP.sendmail", die)
        with pytest.raises(Killed):
            outbox.send(owed.pk)
    assert outbox.doubt_lost_claims() == 0
    assert now(owed).status == "claimed"

    change(owed, claimed_at=Now() - outbox.CLAIM_LASTS - timedelta(seconds=1))
    tasks.send_owed_mails()
    outbox.send(owed.pk)

    assert (now(owed).status, server.mails) == ("unsure", [])


def test_an_unsure_mail_sent_again_by_hand_keeps_its_message_id(server, owed):
    server.verdict = DROP
    outbox.send(owed.pk)
    server.verdict = "250 taken"

    with scope(Hat.ADMIN):
        assert outbox.send_again(owed)
        assert not outbox.send_again(owed)
    outbox.send(owed.pk)

    first, second = (mail["Message-ID"] for mail in server.mails)
    assert first == second == owed.message_id
    assert (now(owed).status, now(owed).error) == ("sent", "")


@pytest.mark.parametrize("status", ["owed", "claimed", "sent"])
def test_nothing_else_is_sent_again(owed, status):
    change(owed, status=status)
    with scope(Hat.ADMIN):
        assert not outbox.send_again(owed)


def test_a_late_sender_does_not_overwrite_a_newer_claim(server, owed):
    outbox.send(owed.pk)
    change(owed, status="claimed", attempts=2)
    owed.attempts = 1

    outbox._settle(owed, "unsure")

    assert now(owed).status == "claimed"


def test_what_the_server_puts_off_is_owed_and_waits(server, owed):
    server.verdict = "451 later"

    outbox.send(owed.pk)

    assert (now(owed).status, now(owed).error) == ("owed", "451 later")
    assert now(owed).not_before > timezone.now() + timedelta(minutes=1)
    outbox.send(owed.pk)
    assert len(server.mails) == 1


def test_what_the_server_refuses_has_failed(server, owed):
    server.verdict = "550 no such box"

    outbox.send(owed.pk)

    assert (now(owed).status, now(owed).error) == ("failed", "550 no such box")


def test_without_a_server_a_mail_is_owed_until_the_last_attempt(server, owed, settings):
    settings.EMAIL_PORT = 1
    outbox.send(owed.pk)
    assert now(owed).status == "owed"

    change(owed, attempts=outbox.MOST_ATTEMPTS - 1, not_before=Now())
    outbox.send(owed.pk)

    assert now(owed).status == "failed"
    assert "ConnectionRefusedError" in now(owed).error


def test_who_left_the_brand_gets_no_mail(server, owed, reader):
    with scope(Hat.WEB, brand=owed.brand_id):
        Membership.objects.filter(user=reader).update(suspended_at=timezone.now())

    outbox.send(owed.pk)

    assert (now(owed).status, server.mails) == ("failed", [])


def test_who_was_narrowed_to_another_store_gets_no_mail(server, owed, reader, brand):
    with scope(Hat.WEB, brand=brand.pk):
        membership = Membership.objects.get(user=reader)
        other = make_store(brand, 2)
        MembershipStore.objects.create(brand=brand, membership=membership, store=other)

    outbox.send(owed.pk)

    assert (now(owed).status, server.mails) == ("failed", [])


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_no_mail_is_sent_inside_a_transaction(owed):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        outbox.send(owed.pk)


def test_a_title_of_many_lines_is_one_subject(server, brand, store, reader):
    store.title = "山茶\nBcc: all@example.test"
    with scope(Hat.WEB, brand=brand.pk):
        notify(store, NoticeKind.STORE_REGISTERED)
        mail = NoticeMail.objects.get()

    outbox.send(mail.pk)

    assert server.mails[0]["Bcc"] is None
    assert now(mail).status == "sent"
