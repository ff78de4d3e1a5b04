"""What a person fills in for a star task, and to bind notes to it."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.forms.campaigns import DayField, YuanField
from campaigns.models import Authorisation, OrderKind, StarTask, StarTaskNote
from campaigns.notes.pasted import Reading, read_text
from campaigns.notes.star_tasks import Order
from merchants.models import Brand, Store

NO_ORDER: tuple[str, Any] = ("", _("No order yet"))


class StarTaskForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    budget = YuanField(label=_("Budget in yuan"), required=False, max_length=20)

    class Meta:
        model = StarTask
        fields = ["name", "task_id", "group", "store", "starts_on", "ends_on"]
        help_texts = {
            "task_id": _("As the Taobao side shows it after the task was created there."),
            "group": _("Your own word for tasks that belong together; may stay empty."),
        }

    def __init__(self, *args: Any, brand: Brand, stores: QuerySet[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brand = brand
        if self.instance.pk:
            del self.fields["store"]  # its notes belong to that store
            self.initial["budget"] = self.instance.budget_fen
        else:
            store: forms.ModelChoiceField[Store] = self.fields["store"]  # type: ignore[assignment]  # of a foreign key
            store.queryset, store.empty_label = stores, None

    def clean_task_id(self) -> str:
        task_id: str = self.cleaned_data["task_id"]
        others = self.brand.star_tasks.filter(task_id=task_id).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("The brand has this star task already."))
        return task_id

    def clean(self) -> dict[str, Any]:  # as Django declares it
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        self.instance.budget_fen = cleaned.get("budget")
        return cleaned


class OrderForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    """A note's 蒲公英 order and the creator's consent."""

    class Meta:
        model = StarTaskNote
        fields = ["order_id", "order_kind", "authorisation"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: forms.ChoiceField = self.fields["order_kind"]  # type: ignore[assignment]  # of a column with choices
        kinds.choices = [NO_ORDER, *OrderKind.choices]

    def clean(self) -> dict[str, Any]:  # as Django declares it
        cleaned = super().clean() or self.cleaned_data
        number, kind = cleaned.get("order_id"), cleaned.get("order_kind")
        if number and not kind:
            self.add_error("order_kind", _("Say which kind of order it is."))
        if kind and not number:
            self.add_error("order_id", _("Write the number of the order."))
        if {"order_id", "order_kind"} & set(self.changed_data):
            self.instance.by_order = False  # from now on the person's word holds
        return cleaned

    def order(self) -> Order:
        return Order(
            order_id=self.cleaned_data["order_id"],
            order_kind=self.cleaned_data["order_kind"],
            authorisation=Authorisation(self.cleaned_data["authorisation"]),
        )


class BindForm(OrderForm):
    text = forms.CharField(
        label=_("Note addresses or ids"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line; all of them get the order and the state below."),
    )
    field_order = ["text"]

    def clean_text(self) -> Reading:
        reading = read_text(self.cleaned_data["text"])
        if not reading.ids:
            raise forms.ValidationError(_("No note was found in it."))
        return reading
