"""The days and window of a reconciliation, and where in a bucket's list a page begins."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.period import PeriodForm
from campaigns.results.reconcile_orders import Place


class BucketForm(PeriodForm):
    page = forms.RegexField(
        r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9]{1,18}_[-a-zA-Z0-9_]{0,32}\Z",
        label=_("Page"),
        required=False,
    )

    def clean_page(self) -> Place | None:
        if not (written := self.cleaned_data["page"]):
            return None
        day, store_id, sub_order = written.split("_", 2)
        try:
            return Place(date.fromisoformat(day), int(store_id), sub_order)
        except ValueError:
            raise forms.ValidationError(_("This page does not exist.")) from None

    def begins_after(self) -> Place | None:
        place: Place | None = self.cleaned_data.get("page")
        return place
