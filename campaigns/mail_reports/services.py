"""What a reader does with a mail report, in the portal or by the link in a mail."""

from django.core import signing
from django.db import IntegrityError, transaction

from campaigns.models import MailReport, ReportMail
from portal.lib import days
from portal.lib.scope import Hat, scope

SALT = "campaigns.mail-report"
MOST_ASKED = 5  # mails besides, of one report on one day


class NotNow(Exception):
    """One is on its way already, or enough were asked for today."""


def ask_for_one(report: MailReport) -> ReportMail:
    """Owe the reader one mail besides; raises NotNow."""
    today = days.today()
    if report.mails.filter(is_asked=True, day=today).count() >= MOST_ASKED:
        raise NotNow
    try:
        with transaction.atomic():
            return report.mails.create(brand_id=report.brand_id, day=today, is_asked=True)
    except IntegrityError as twice:  # of two at a time one is owed
        raise NotNow from twice


def stop_token(report: MailReport) -> str:
    """Return what lets whoever holds the mail stop the report, and nothing else; it never ends."""
    return signing.dumps([report.brand_id, report.pk], salt=SALT)


def brand_and_report(token: str) -> tuple[int, int]:
    """Return the keys of the brand and the report; raises BadSignature."""
    brand, report = signing.loads(token, salt=SALT)
    return brand, report


def stop(token: str) -> None:
    """Pause the report, if there still is one; safe to run twice. Raises BadSignature."""
    brand, pk = brand_and_report(token)
    with scope(Hat.WEB, brand=brand):
        if report := MailReport.objects.filter(pk=pk).first():
            report.pause()
