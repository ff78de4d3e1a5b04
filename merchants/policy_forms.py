"""The policy editor's forms: one for the version itself, and one for each rule it may hold."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldBooleanSwitchWidget,
)

from merchants import rules
from merchants.models import LinkType, NoteOrigin, PolicyVersion
from merchants.rules import KINDS, Rule, Stored


class DayWidget(forms.DateInput):
    """The browser's own calendar; the admin's needs scripts that only its forms load."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")


WIDGETS: dict[type[forms.Field], type[forms.Widget]] = {
    forms.DateField: DayWidget,
    forms.DecimalField: UnfoldAdminDecimalFieldWidget,
    forms.IntegerField: UnfoldAdminIntegerFieldWidget,
    forms.MultipleChoiceField: UnfoldAdminCheckboxSelectMultipleWidget,
}


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    """Rules have a page of their own; here is what a version says besides."""

    link_types = forms.MultipleChoiceField(
        label=_("link types allowed"),
        choices=LinkType.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    note_sources = forms.TypedMultipleChoiceField(
        label=_("note sources allowed"),
        choices=NoteOrigin.choices,
        coerce=int,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    auto_link_types = forms.MultipleChoiceField(
        label=_("link types approved automatically"),
        choices=LinkType.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    auto_link_sources = forms.TypedMultipleChoiceField(
        label=_("note sources whose links are approved automatically"),
        help_text=PolicyVersion._meta.get_field("auto_link_sources").help_text,
        choices=NoteOrigin.choices,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = PolicyVersion
        fields = [
            "code",
            "effective_from",
            "source_note",
            "source_note_en",
            "link_types",
            "note_sources",
            "auto_link_types",
            "auto_link_sources",
            "decides_by_itself",
            "grace_days_at_risk",
            "grace_days_restricted",
        ]
        widgets = {"decides_by_itself": UnfoldBooleanSwitchWidget}


class RuleForm(forms.Form):
    """One rule that a policy may hold: whether it does, and what its kind asks to fill in."""

    used = forms.BooleanField(
        label=_("part of this version"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def __init__(
        self,
        posted: Any,  # Any: whatever a form takes
        *,
        kind: type[Rule],
        rule_id: str,
        present: Rule | None,
    ) -> None:
        initial = {"used": True} | present.initial() if present else {}
        super().__init__(posted, prefix=rule_id, initial=initial)
        self.kind, self.rule_id, self.fixed = kind, rule_id, kind.variants[rule_id]
        for name, field in kind.fields().items():
            field.widget = _dressed(field)
            self.fields[name] = field

    @property
    def title(self) -> str:
        return self.kind.heading(self.fixed)

    @property
    def asked(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "used"]

    @property
    def stored(self) -> Stored:
        own = {"id": self.rule_id, "kind": self.kind.kind}
        fixed = {name: str(value) for name, value in self.fixed.items()}  # as JSON gives it back
        return own | fixed | self.kind.parameters(self.cleaned_data)

    def full_clean(self) -> None:
        """What is not part of the version need not be filled in."""
        if self.is_bound and not self.data.get(self.add_prefix("used")):
            self._errors, self.cleaned_data = forms.utils.ErrorDict(), {"used": False}
            return
        super().full_clean()


def rule_forms(policy: PolicyVersion, posted: Any = None) -> list[RuleForm]:
    """Return a form for each rule that this program knows, filled in with the version's own."""
    present = {rule.id: rule for rule in rules.read(policy.rules)}
    return [
        RuleForm(posted, kind=kind, rule_id=rule_id, present=present.get(rule_id))
        for kind in KINDS.values()
        for rule_id in kind.variants
    ]


def rules_from(forms_filled_in: list[RuleForm]) -> list[Stored]:
    return [form.stored for form in forms_filled_in if form.cleaned_data["used"]]


def _dressed(field: forms.Field) -> forms.Widget:
    widget = WIDGETS[type(field)]()
    widget.is_required = field.required
    widget.attrs |= field.widget_attrs(widget)
    if isinstance(field, forms.MultipleChoiceField):
        widget.choices = field.choices  # type: ignore[attr-defined]  # a select has them
    return widget
