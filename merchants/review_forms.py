"""What a reviewer fills in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from merchants.models import Judgement, User
from merchants.reasons import REASONS, Reason, read
from merchants.reviewers import reviewers

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST = 1000


def _text(
    label: "StrOrPromise", help_text: "StrOrPromise" = "", *, required: bool = True
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in; that it is sent is the step, and `says` what it means."""

    says: "StrOrPromise" = _("The store may then attach links to its notes. The decision is final.")

    confirmed = forms.BooleanField(initial=True, widget=forms.HiddenInput)


class ClaimForm(ConfirmForm):
    says = _("For 30 minutes nobody else can decide it; claim it again to have longer.")


class QuestionForm(forms.Form):
    question = _text(
        _("What is asked"),
        _("The brand reads this: say what it has to show or change, and why."),
    )


class NoteForm(forms.Form):
    note = _text(_("Remark"), _("The brand reads this."), required=False)


class UpholdForm(forms.Form):
    note = _text(_("Remark"), _("The brand reads this: say why the rejection holds."))


class AssignForm(forms.Form):
    to: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Platform reviewer"), queryset=User.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any) -> None:  # Any: whatever a form takes
        super().__init__(*args)
        self.fields["to"].queryset = reviewers()  # type: ignore[attr-defined]  # it is a choice


class RejectForm(forms.Form):
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    note = _text(
        _("Remark"),
        _("The brand reads this: say which fact has to change, and to what."),
        required=False,
    )

    def __init__(self, *args: Any) -> None:  # Any: whatever a form takes
        super().__init__(*args)
        self.fields["reasons"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            (reason.code, f"{reason.sentence} {reason.again}") for reason in REASONS.values()
        ]

    @property
    def because(self) -> list[Reason]:
        return read(self.cleaned_data["reasons"])

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        cleaned = super().clean() or {}
        unnamed = any(not reason.about for reason in read(cleaned.get("reasons", [])))
        if unnamed and not cleaned.get("note"):
            self.add_error("note", _("Say what the brand has to change."))
        return cleaned


class JudgeForm(RejectForm):
    judgement = forms.ChoiceField(
        label=_("Your decision"), choices=Judgement, widget=UnfoldAdminRadioSelectWidget
    )
    note = _text(
        _("Remark"), _("Staff read this when both decisions are compared."), required=False
    )

    field_order = ["judgement", "reasons", "note"]

    def __init__(self, *args: Any) -> None:  # Any: whatever a form takes
        super().__init__(*args)
        self.fields["reasons"].required = False
        self.fields["reasons"].help_text = _("Only where you reject.")

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        cleaned = forms.Form.clean(self) or {}
        is_rejected = cleaned.get("judgement") == Judgement.REJECTED
        if is_rejected and not cleaned.get("reasons"):
            self.add_error("reasons", _("Choose at least one reason."))
        if not is_rejected:
            cleaned["reasons"] = []
        return cleaned
