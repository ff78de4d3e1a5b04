"""Which reports are due, and their mails: written down once a day, then sent as the outbox does."""

from datetime import timedelta

from campaigns.forms.period import PeriodForm, StarPeriodForm
from campaigns.mail_reports.letter import write
from campaigns.models import MailReport, ReportMail, SavedView, ViewLine
from campaigns.results.complete import is_complete, is_star_complete
from campaigns.results.groups import Group
from campaigns.results.metrics import Line
from merchants import outbox
from portal.lib import days
from portal.lib.scope import Hat, scope

PATIENCE = timedelta(hours=3)
KEPT = timedelta(days=90)


def hand_out() -> list[int]:
    """Return the mails that are owed and due; safe to run twice, and by two at a time."""
    with scope(Hat.NIGHT):
        owe()
    outbox.doubt_lost_claims(ReportMail)
    return outbox.due(ReportMail)


def owe() -> None:
    """Write down the mail of each report that is due today and need not wait for its data."""
    now = days.known_now()
    today = now.date()
    reports = MailReport.objects.due_at(now).select_related("view")
    owed = [
        ReportMail(brand_id=report.brand_id, report=report, day=today)
        for report in reports
        if report.since <= report.due_on(today)
        and (now >= report.due_on(today) + PATIENCE or has_come(report.view))
    ]
    ReportMail.objects.bulk_create(owed, ignore_conflicts=True)


def has_come(view: SavedView) -> bool:
    """Say whether the newest day that the view asks for has come.

    Every account has returned it; or of star tasks, every store's export has told of it.
    """
    forms = {ViewLine.DIRECT: PeriodForm, ViewLine.STAR: StarPeriodForm}
    form = forms[ViewLine(view.line)](view.asked, [])  # without stores: only the days are read
    form.is_valid()
    question = form.question()
    day = min(question.last, question.newest)
    if question.line is Line.STAR:
        return is_star_complete(view.brand_id, day, question.window, view.store_id)
    split = bool(view.asked.get("placement")) or view.asked.get("group") == Group.PLACEMENT
    return is_complete(view.brand_id, day, view.store_id, by_placement=split)


def send(mail_id: int) -> None:
    outbox.send_as_written(ReportMail, mail_id, write)


def purge() -> None:
    ReportMail.objects.filter(day__lt=days.today() - KEPT).delete()
