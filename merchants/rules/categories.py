"""Which main categories a policy opens, and from when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants import categories
from merchants.categories import covers
from merchants.models import Category, EvidenceKind
from merchants.rules.base import Facts, Result, Rule, Stored, place_of, stated

OPENS = "opens_on_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAllowed(Rule):
    """Allows the categories of `only`, or where that is empty every one outside `never`.

    One that `opens_on` names is closed before its day and open from then on.
    """

    kind = "category_allowed"
    variants = {"category": {}}

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    opens_on: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        nodes = categories.choices()
        dates = {
            f"{OPENS}{category}": forms.DateField(
                label=_("%(category)s opens on") % {"category": category.label}, required=False
            )
            for category in Category
        }
        return {
            "only": forms.MultipleChoiceField(
                label=gettext_lazy("only these (none: every category)"),
                choices=nodes,
                required=False,
            ),
            "never": forms.MultipleChoiceField(
                label=gettext_lazy("never these"), choices=nodes, required=False
            ),
            **dates,
        }

    @classmethod
    def parameters(cls, cleaned: Stored) -> Stored:
        days = {each: cleaned[f"{OPENS}{each}"] for each in Category}
        return {
            "only": cleaned["only"],
            "never": cleaned["never"],
            "opens_on": {str(each): day.isoformat() for each, day in days.items() if day},
        }

    def initial(self) -> Stored:
        """A day that a group opens on is shown at each of its categories."""
        days = {
            f"{OPENS}{category}": date.fromisoformat(min(dated))
            for category in Category
            if (dated := self._dated(category))
        }
        return {"only": list(self.only), "never": list(self.never)} | days

    def opening(self, category: str) -> date | None:
        """Return from when the category is allowed: `date.min` is always, None is never."""
        if any(covers(node, category) for node in self.never):
            return None
        if dated := self._dated(category):
            return date.fromisoformat(min(dated))
        if self.only and not any(covers(node, category) for node in self.only):
            return None
        return date.min

    @classmethod
    def shown_by(cls, fixed: Stored) -> EvidenceKind:
        return EvidenceKind.CATEGORY

    @classmethod
    def heading(cls, fixed: Stored) -> str:
        return _("Main category")

    def required(self) -> str:
        later = [
            _("%(category)s from %(day)s on") % {"category": categories.label(node), "day": day}
            for node, day in sorted(self.opens_on.items(), key=lambda each: (each[1], each[0]))
        ]
        return _("; ").join([self._allowed(), *later])

    def judge(self, facts: Facts) -> Result:
        if not facts.category:
            return Result.UNKNOWN
        opening = self.opening(facts.category)
        is_open = opening is not None and opening <= (facts.day or date.min)
        return Result.MET if is_open else Result.NOT_MET

    def seen(self, facts: Facts) -> str:
        return str(Category(facts.category).label) if facts.category else ""

    def evidence(self, facts: Facts) -> str:
        return stated(facts, EvidenceKind.CATEGORY)

    def place(self, facts: Facts, result: Result) -> str:
        return place_of(facts, result, EvidenceKind.CATEGORY)

    def gap(self, facts: Facts, result: Result) -> str:
        if result == Result.UNKNOWN:
            return _("State the store's main category.")
        if opening := self.opening(facts.category):
            return _("This category opens on %(day)s. Hand in from then on.") % {
                "day": opening.isoformat()
            }
        return _("This category is not open yet. Wait for a policy version that opens it.")

    def _allowed(self) -> str:
        if self.only:
            return _("One of: %(names)s") % {"names": categories.names(self.only)}
        if self.never:
            return _("Any category except: %(names)s") % {"names": categories.names(self.never)}
        return _("Any category outside the special ones")

    def _dated(self, category: str) -> list[str]:
        return [day for node, day in self.opens_on.items() if covers(node, category)]
