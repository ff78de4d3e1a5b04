"""What happens next with a window, in words for the brand."""

from datetime import date, datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from campaigns.models import SyncWindow, WindowStatus
from campaigns.reports import REPORTS
from campaigns.sync.calendar import is_lapsed


def outlook(window: SyncWindow, *, today: date, now: datetime) -> str:
    """Say what the portal does next with the window; its connection must be loaded."""
    status = WindowStatus(window.status)
    if status == WindowStatus.CLOSED:
        return _after_closing(window, today)
    if is_lapsed(window.connection):
        return _("It waits for a consent: an owner gives it on the store's page.")
    if status in {WindowStatus.FAILED, WindowStatus.DEAD}:
        return _("The next night asks for it again.")
    if status == WindowStatus.HELD:
        return _(
            "Its figures are of another size than the week before. Staff look at them; the next"
            " night asks again."
        )
    if status == WindowStatus.LEASED:
        return _("A worker is pulling page %(number)s.") % {"number": window.next_page}
    if window.not_before > now:
        at = localtime(window.not_before).strftime("%H:%M:%S")
        return _("Asked for again at %(time)s.") % {"time": at}
    return _("Next in line: a worker takes it within a minute.")


def last_asked_on(window: SyncWindow) -> date:
    """Return the last night that asks for the window's day again."""
    report = REPORTS[window.report]
    return window.day + timedelta(days=report.lag + report.repull - 1)


def _after_closing(window: SyncWindow, today: date) -> str:
    last = last_asked_on(window)
    if last > today:
        return _("Asked for again each night up to %(day)s, since its figures may change.") % {
            "day": last
        }
    return _("It is final: no night asks for it again.")
