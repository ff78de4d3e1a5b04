"""The floor for a store's scores, which it states because no partner tells them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.models import EvidenceKind
from merchants.rules.base import Facts, Result, Rule, Scores, Stored, place_of, stated

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFloor(Rule):
    """The overall score reaches `overall`, or each of the three sub-scores reaches `each`."""

    kind = "score_floor"
    variants = {"score": {}}

    overall: str
    each: str

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "overall": _score(gettext_lazy("overall score, at least")),
            "each": _score(gettext_lazy("or each of the three, at least")),
        }

    @classmethod
    def shown_by(cls, fixed: Stored) -> EvidenceKind:
        return EvidenceKind.SCORES

    @classmethod
    def heading(cls, fixed: Stored) -> str:
        return _("Store score")

    def required(self) -> str:
        return _("Overall ≥ %(overall)s, or description, service and logistics each ≥ %(each)s") % {
            "overall": self.overall,
            "each": self.each,
        }

    def judge(self, facts: Facts) -> Result:
        scores = facts.scores
        subs = (scores.description, scores.service, scores.logistics)
        if scores.overall is not None and scores.overall >= Decimal(self.overall):
            return Result.MET
        floor = Decimal(self.each)
        if all(sub is not None and sub >= floor for sub in subs):
            return Result.MET
        return Result.UNKNOWN if None in (scores.overall, *subs) else Result.NOT_MET

    def spare(self, scores: Scores) -> Decimal | None:
        """Return how far above the floor the better of the two ways is; below 0 it isn't met."""
        subs = (scores.description, scores.service, scores.logistics)
        ways = [] if scores.overall is None else [scores.overall - Decimal(self.overall)]
        if None not in subs:
            ways.append(min(sub for sub in subs if sub is not None) - Decimal(self.each))
        return max(ways, default=None)

    def seen(self, facts: Facts) -> str:
        named = {_("overall"): facts.scores.overall} | _sub_scores(facts.scores)
        return _(", ").join(f"{name} {score}" for name, score in named.items() if score is not None)

    def evidence(self, facts: Facts) -> str:
        return stated(facts, EvidenceKind.SCORES)

    def place(self, facts: Facts, result: Result) -> str:
        return place_of(facts, result, EvidenceKind.SCORES)

    def gap(self, facts: Facts, result: Result) -> str:
        scores = facts.scores
        if result == Result.UNKNOWN:
            return self._question(scores)
        ways = sorted([self._by_overall(scores), self._by_sub_scores(scores)])
        return _("%(first)s Or: %(second)s") % {"first": ways[0][1], "second": ways[1][1]}

    def _question(self, scores: Scores) -> str:
        if scores.overall is None:
            return _("State the store's overall score.")
        return _(
            "The overall score %(overall)s is below %(floor)s. State all three sub-scores: if each"
            " is at least %(each)s, they make up for it."
        ) % {"overall": scores.overall, "floor": self.overall, "each": self.each}

    def _by_overall(self, scores: Scores) -> tuple[Decimal, str]:
        overall = scores.overall or Decimal(0)
        text = _("Raise the overall score from %(now)s to %(floor)s.") % {
            "now": overall,
            "floor": self.overall,
        }
        return Decimal(self.overall) - overall, text

    def _by_sub_scores(self, scores: Scores) -> tuple[Decimal, str]:
        floor = Decimal(self.each)
        below = {
            name: sub
            for name, sub in _sub_scores(scores).items()
            if sub is not None and sub < floor
        }
        words = _(", ").join(f"{name} {sub}" for name, sub in below.items())
        text = _("Raise each of these to %(each)s: %(scores)s.") % {
            "each": self.each,
            "scores": words,
        }
        return sum((floor - sub for sub in below.values()), Decimal(0)), text


def _score(label: "StrOrPromise") -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=5, max_digits=2, decimal_places=1)


def _sub_scores(scores: Scores) -> dict[str, Decimal | None]:
    return {
        _("description"): scores.description,
        _("service"): scores.service,
        _("logistics"): scores.logistics,
    }
