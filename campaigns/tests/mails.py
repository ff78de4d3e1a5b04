"""A Monday morning on which mail reports are due, and what has come by mail then."""

from datetime import date, datetime

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from campaigns.mail_reports import due
from portal.lib.days import SHANGHAI

MONDAY = date(2025, 6, 23)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def work() -> None:
    """Do what the tick and its worker do."""
    for mail_id in due.hand_out():
        due.send(mail_id)


def the_mail() -> EmailMultiAlternatives:
    [sent] = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    return sent
