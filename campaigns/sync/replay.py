"""Asking again for days of a report, whatever became of them, because staff want it so."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from campaigns.reports import Report
from campaigns.sync.windows import ask_again, ensure_months_of, open_days, readers
from merchants.models import Brand, Connection
from portal.lib import days
from portal.lib.scope import Hat, scope


class OutOfReach(ValueError):
    """These days can't be asked for; the message says which can."""


def reachable(report: Report) -> tuple[date, date]:
    """Return the oldest and the newest day that the report can be asked for."""
    newest = days.yesterday() - timedelta(days=report.lag - 1)
    return newest - timedelta(days=report.backfill - 1), newest


def replay(brand: Brand, report: Report, first: date, last: date) -> int:
    """Owe the days anew, and those that were never asked for; return how many windows that is.

    What the ledger has stays until something else arrives, and then as a revision.
    """
    oldest, newest = reachable(report)
    if not oldest <= first <= last <= newest:
        said = _("%(report)s can be asked for from %(oldest)s to %(newest)s.")
        raise OutOfReach(said % {"report": report.label, "oldest": oldest, "newest": newest})
    with scope(Hat.NIGHT):
        ensure_months_of(report, days.yesterday())
    with scope(Hat.NIGHT, brand=brand.pk):
        joined = Connection.objects.connected().filter(brand=brand, partner=report.partner)
        read = readers(joined.order_by("pk"), report)
        asked = open_days(read, report, first, last).filter(day__range=(first, last))
        ask_again(asked)
        return asked.still_open().count()
