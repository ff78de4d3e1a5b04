"""What the mail of a star view says: the tasks' figures as its page shows them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from campaigns.forms.results import StarForm
from campaigns.results import star_days
from campaigns.results.kpis import Kpi
from campaigns.results.maturity import matures_on
from campaigns.results.metrics import Line
from campaigns.results.phase_days import StarDays
from campaigns.results.shown import Cell, cell
from campaigns.results.star import (
    StarAnswer,
    StarRow,
    in_order,
    star_answer,
    task_days,
    total_cells,
)
from campaigns.results.trend import Point, point
from merchants.models import Membership

Context = dict[str, Any]  # whatever the template is given
IN_ROWS = ("store_visit_uv", "order_uv", "new_customer_uv", "store_gmv")
Days = Mapping[date, Sequence[StarRow]]


def contents(form: StarForm, member: Membership, *, most_rows: int) -> Context:
    """Return the totals and tasks of the page, and the days of the chosen task or of all."""
    found = star_answer(member.brand, member, form.question(), form.asked_task())
    question = found.question
    place = found.chosen.place if found.chosen else ""
    days = task_days(member.brand, member, question, place)
    points = _points(found, days)
    share = found.totals.maturity(question.window) if found.totals else None
    return {
        "question": question,
        "is_star": True,
        "matures_on": matures_on(question.last, question.window, Line.STAR.lag),
        "maturity": None if share is None else int(share * 100),
        "missing": [day for day in question.expected_days() if day not in days],
        "is_empty": not found.tasks,
        "kpis": [
            Kpi(each, "", None, None, None) for each in total_cells(found, form.metrics_shown())
        ],
        "head_of_rows": Line.STAR.label,
        "rows": [(_named(row), _cells(row)) for row in in_order(found.tasks)[:most_rows]],
        "points": points if any(each["gmv"] is not None for each in points) else [],
        "words_of_chart": star_days.chart(found)["words"],
        "chart_is_of": found.chosen.name or found.chosen.object_id if found.chosen else "",
    }


def _points(found: StarAnswer, days: Days) -> list[Point]:
    """Return each day's GMV; where tasks can't be added up there is none."""
    added = StarDays(found.question, days)

    def drawn(day: date) -> Point:
        gmv = added.total("store_gmv", f"day:{day}", [day]).value
        gone = star_days.maturity_of(found.question, day)
        return point(day, gone, gmv=None if gmv is None else int(gmv), fee=None)

    return [drawn(day) for day in found.question.days()]


def _named(row: StarRow) -> str:
    name = row.name or row.object_id
    about = " · ".join(filter(None, [row.traffic, row.sampling.words]))
    return _("%(name)s (%(about)s)") % {"name": name, "about": about} if about else name


def _cells(row: StarRow) -> list[Cell]:
    return [cell(row.figures, key, row.place) for key in IN_ROWS]
