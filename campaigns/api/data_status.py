"""The state of the data: which day of which source has arrived, and what is late."""

from datetime import date

from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.described import described
from campaigns.api.endpoint import Endpoint, member_of, needs
from campaigns.api.errors import require_known, require_valid
from campaigns.api.shapes import DataStatusShape
from campaigns.forms.period import PeriodForm
from campaigns.models import SyncWindow
from campaigns.models.window import SyncWindowQuerySet
from campaigns.sync.calendar import Day, DayState, Line, lines
from campaigns.sync.lateness import lateness
from merchants.models import ApiScope, Connection, Store

NOT_ASKED = Day(DayState.NOT_ASKED)


class DataStatus(Endpoint):
    @described(
        _("State of the data: which day has come, and what is late"),
        DataStatusShape,
        asks=[PeriodForm],
        without=["window", "as_of"],
    )
    @needs(ApiScope.READ)
    def get(self, request: Request) -> Response:
        member = member_of(request)
        stores = list(Store.objects.seen_by(member).oldest_first())
        form = PeriodForm(request.query_params, stores)
        require_known(request.query_params, ["from", "to", "store"])
        require_valid(form)
        question = form.question()
        windows = SyncWindow.objects.seen_by(member)
        joined = Connection.objects.seen_by(member)
        if question.store:
            windows = windows.filter(store=question.store)
            joined = joined.filter(store=question.store)
        shown, newest = list(question.days()), _newest(windows)
        late = lateness(joined)
        told = {
            "late": late
            and {
                "day": late.day,
                "since": late.since,
                "reports": [report.key for report, _stores in late.reports],
            },
            # the parts of a day by attribution window are one pull
            "sources": [
                _source(line, shown, newest.get((line.store.pk, line.report.key)))
                for line in lines(windows, shown)
                if not line.attribution
            ],
        }
        return Response(DataStatusShape(told).data)


def _newest(windows: SyncWindowQuerySet) -> dict[tuple[int, str], date]:
    """Return the newest day that is complete, by store and report."""
    came = windows.exclude(closed_on=None).order_by().values_list("store_id", "report")
    return {(store, report): day for store, report, day in came.annotate(newest=Max("day"))}


def _source(line: Line, shown: list[date], newest: date | None) -> dict[str, object]:
    return {
        "store": line.store.pk,
        "partner": line.report.partner.value,
        "report": line.report.key,
        "newest_complete_day": newest,
        "days": [{"day": day, "state": line.days.get(day, NOT_ASKED).state} for day in shown],
    }
