"""What a saved view is called, who else finds it, and what it asks."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.results import QuestionForm, StarForm
from campaigns.models import SavedView, ViewLine
from campaigns.results.choice import Offered
from merchants.models import Membership, Role


class SavedViewForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]
        labels = {"name": _("Name of the view"), "is_shared": _("Everybody in the brand finds it")}

    def __init__(self, membership: Membership, *args: Any, **kwargs: Any) -> None:  # Any: as above
        super().__init__(*args, **kwargs)
        is_own = self.instance.made_by_id == membership.user_id
        if not is_own or not membership.allows(Role.MARKETER):
            del self.fields["is_shared"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        view = self.instance
        mine = SavedView.objects.filter(brand=view.brand_id, made_by=view.made_by_id)
        if mine.of_line(view.line).filter(name=name).exclude(pk=view.pk).exists():
            raise forms.ValidationError(_("You have a view of this name already."))
        return name


def question_form(line: str, asked: Mapping[str, str], offer: Offered) -> QuestionForm | StarForm:
    if line == ViewLine.STAR:
        return StarForm(asked, offer.stores, offer.campaigns)
    return QuestionForm(asked, offer)
