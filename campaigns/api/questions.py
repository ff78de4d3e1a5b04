"""What is asked of the metrics: the forms of the result pages, with metrics and a dimension."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.api.errors import require_known, require_valid
from campaigns.forms.period import NOT_OFFERED
from campaigns.forms.results import QuestionForm, StarForm
from campaigns.models import Campaign
from campaigns.results.groups import Group
from campaigns.results.metrics import OF_PROGRAMME, Metric
from merchants.models import Store

TOTAL, TASK, DAY = "total", "task", "day"
USUAL_ROWS, MOST_ROWS = 500, 1000
ELSEWHERE = {"line"}  # read before any form
OF_THE_PAGE = ("receipt", "page", "group", "per")  # what the pages ask and programs do not


def dimension_of(*offered: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Dimension"),
        choices=[(each, each) for each in offered],
        required=False,
        error_messages=NOT_OFFERED,
    )


class LineForm(forms.Form):
    line = forms.ChoiceField(
        label=_("Line"),
        choices=[(line.value, line.label) for line in OF_PROGRAMME],
        required=False,
        error_messages=NOT_OFFERED,
    )


class RowsForm(forms.Form):
    cursor = forms.IntegerField(label=_("Cursor"), min_value=1, max_value=10**9, required=False)
    limit = forms.IntegerField(label=_("Rows"), min_value=1, max_value=MOST_ROWS, required=False)


class DirectQuestion(QuestionForm):
    dimension = dimension_of(TOTAL, *Group)

    def grouped_by(self) -> Group:
        """Return the rows of a file, which has some in any case."""
        dimension = dimension_asked(self)
        return Group.NOTE if dimension == TOTAL else Group(dimension)


class StarQuestion(StarForm):
    dimension = dimension_of(TOTAL, TASK, DAY)

    def __init__(
        self, address: Any, stores: list[Store], campaigns: list[Campaign]
    ) -> None:  # Any: as the form has it
        super().__init__(address, stores, campaigns)
        self.stores = stores


AnyQuestion = DirectQuestion | StarQuestion


def require_askable(form: AnyQuestion) -> None:
    """Refuse what the form refuses, and any name it does not know: a filter misspelt is none."""
    known = {form.add_prefix(name) for name in form.fields if name not in OF_THE_PAGE}
    known |= set(RowsForm.base_fields) | ELSEWHERE
    require_known(form.data, known)
    require_valid(form)


def metrics_asked(form: AnyQuestion) -> list[Metric]:
    """Return those that were named; without any, every metric of the line."""
    return form.metrics_shown() if form.metric_keys() else form.metrics_offered()


def dimension_asked(form: AnyQuestion) -> str:
    return form.cleaned_data["dimension"] or TOTAL
