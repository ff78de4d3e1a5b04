"""How often and when a saved view comes by mail."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from campaigns.models import MailReport
from campaigns.models.mail_report import LAST_HOUR


class MailReportForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    weekday = forms.TypedChoiceField(
        label=_("How often"),
        choices=[("", _("every day")), *WEEKDAYS.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    hour = forms.TypedChoiceField(
        label=_("Not before"),
        choices=[(hour, f"{hour:02}:00") for hour in range(LAST_HOUR + 1)],
        coerce=int,
        initial=9,
        help_text=_(
            "China Standard Time. It waits up to 3 hours for figures that have not come yet."
        ),
    )

    class Meta:
        model = MailReport
        fields = ["weekday", "hour"]

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        cleaned: dict[str, Any] = self.cleaned_data
        report = self.instance
        own = MailReport.objects.filter(brand=report.brand_id, membership=report.membership_id)
        if own.filter(view=report.view_id).exists():
            raise forms.ValidationError(_("This view comes to you by mail already."))
        return cleaned
