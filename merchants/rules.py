"""The rules of entry as pure functions: a policy's rules and a store's facts give verdicts.

Every sentence is in the language that is active when the rule is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Self

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from merchants.models import Category, Partner, StoreKind

Stored = dict[str, Any]  # Any: JSON of a policy or of a verdict
SENTENCES = ("name", "required", "seen", "evidence", "gap")


class Result(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class BadPolicy(Exception):
    """A policy version holds a rule that this program does not know."""


@dataclass(frozen=True, slots=True)
class Scores:
    overall: Decimal | None = None
    description: Decimal | None = None
    service: Decimal | None = None
    logistics: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule may know of a store; `connected` says until when each consent holds."""

    kind: str
    category: str = ""
    scores: Scores = Scores()
    stated_at: datetime | None = None
    connected: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`gap` is the smallest change that would meet the rule; `seen` is empty when unknown."""

    rule_id: str
    since: str
    result: Result
    name: str
    required: str
    seen: str
    evidence: str
    gap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`since` is the policy version that brought the rule in, where it isn't the version asked."""

    kind: ClassVar[str]

    id: str
    since: str = ""

    @classmethod
    def read(cls, stored: Stored) -> Self:
        values: Stored = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
        }
        try:
            return cls(**values)
        except TypeError as problem:
            raise BadPolicy(f"{cls.kind}: {problem}") from problem

    def evaluate(self, facts: Facts) -> Verdict:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreType(Rule):
    kind = "store_type"

    def evaluate(self, facts: Facts) -> Verdict:
        is_tmall = facts.kind == StoreKind.TMALL
        return Verdict(
            self.id,
            self.since,
            Result.MET if is_tmall else Result.NOT_MET,
            name=_("Store type"),
            required=_("A Tmall store; Taobao C-shops are not supported"),
            seen=_("%(kind)s (type %(code)s)")
            % {"kind": StoreKind(facts.kind).label, "code": facts.kind},
            evidence=_("Tmall TOP consent, checked automatically"),
            gap="" if is_tmall else _("Register a Tmall store instead."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Rule):
    kind = "connection"

    partner: str

    def evaluate(self, facts: Facts) -> Verdict:
        until = facts.connected.get(self.partner)
        partner = Partner(self.partner).label
        return Verdict(
            self.id,
            self.since,
            Result.MET if until else Result.NOT_MET,
            name=_("Store consent"),
            required=_("A valid consent at %(partner)s") % {"partner": partner},
            seen=_("Valid until %(day)s") % {"day": _day(until)} if until else _("No consent"),
            evidence=_("%(partner)s, checked automatically") % {"partner": partner},
            gap="" if until else _("Give the consent at %(partner)s again.") % {"partner": partner},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAllowed(Rule):
    """Allows the categories of `only`, or where that is empty every one outside `never`."""

    kind = "category_allowed"

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def evaluate(self, facts: Facts) -> Verdict:
        result = self._result(facts.category)
        return Verdict(
            self.id,
            self.since,
            result,
            name=_("Main category"),
            required=self._required(),
            seen=str(Category(facts.category).label) if facts.category else "",
            evidence=_stated(facts),
            gap=self._gap(result),
        )

    def _result(self, category: str) -> Result:
        if not category:
            return Result.UNKNOWN
        is_allowed = category in self.only if self.only else category not in self.never
        return Result.MET if is_allowed else Result.NOT_MET

    def _required(self) -> str:
        if self.only:
            return _("One of: %(names)s") % {"names": _names(self.only)}
        if self.never:
            return _("Any category except: %(names)s") % {"names": _names(self.never)}
        return _("Any category outside the special ones")

    def _gap(self, result: Result) -> str:
        if result == Result.UNKNOWN:
            return _("State the store's main category.")
        if result == Result.NOT_MET:
            return _("This category is not open yet. Wait for a policy version that opens it.")
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFloor(Rule):
    """The overall score reaches `overall`, or each of the three sub-scores reaches `each`."""

    kind = "score_floor"

    overall: str
    each: str

    def evaluate(self, facts: Facts) -> Verdict:
        scores = facts.scores
        result = self._result(scores)
        return Verdict(
            self.id,
            self.since,
            result,
            name=_("Store score"),
            required=_(
                "Overall ≥ %(overall)s, or description, service and logistics each ≥ %(each)s"
            )
            % {"overall": self.overall, "each": self.each},
            seen=_seen_scores(scores),
            evidence=_stated(facts),
            gap=self._gap(result, scores),
        )

    def _result(self, scores: Scores) -> Result:
        subs = list(_sub_scores(scores).values())
        if scores.overall is not None and scores.overall >= Decimal(self.overall):
            return Result.MET
        if all(sub is not None and sub >= Decimal(self.each) for sub in subs):
            return Result.MET
        return Result.UNKNOWN if None in (scores.overall, *subs) else Result.NOT_MET

    def _gap(self, result: Result, scores: Scores) -> str:
        if result == Result.MET:
            return ""
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


KINDS: dict[str, type[Rule]] = {
    rule.kind: rule for rule in (StoreType, Connected, CategoryAllowed, ScoreFloor)
}


def evaluate(stored_rules: Iterable[Stored], facts: Facts) -> tuple[Verdict, ...]:
    """Judge by the rules of a policy version, or raise BadPolicy."""
    return tuple(_read_rule(dict(stored)).evaluate(facts) for stored in stored_rules)


def freeze(stored_rules: Sequence[Stored], facts: Facts) -> list[Stored]:
    """Return the verdicts as JSON, with their sentences in every language of ours."""
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = [asdict(each) for each in evaluate(stored_rules, facts)]
    return [
        {word: verdict[word] for word in verdict if word not in SENTENCES}
        | {"said": {each: {word: said[each][n][word] for word in SENTENCES} for each in said}}
        for n, verdict in enumerate(said[settings.LANGUAGE_CODE])
    ]


def thaw(frozen: Iterable[Stored]) -> tuple[Verdict, ...]:
    """Read frozen verdicts in the active language."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return tuple(
        Verdict(
            rule_id=each["rule_id"],
            since=each["since"],
            result=Result(each["result"]),
            **each["said"].get(language, each["said"][settings.LANGUAGE_CODE]),
        )
        for each in frozen
    )


def _read_rule(parameters: Stored) -> Rule:
    kind = parameters.pop("kind", "")
    if kind not in KINDS:
        raise BadPolicy(f"Unknown kind of rule: {kind!r}")
    return KINDS[kind].read(parameters)


def _sub_scores(scores: Scores) -> dict[str, Decimal | None]:
    return {
        _("description"): scores.description,
        _("service"): scores.service,
        _("logistics"): scores.logistics,
    }


def _seen_scores(scores: Scores) -> str:
    named = {_("overall"): scores.overall} | _sub_scores(scores)
    return _(", ").join(f"{name} {score}" for name, score in named.items() if score is not None)


def _stated(facts: Facts) -> str:
    if facts.stated_at is None:
        return ""
    return _("Stated by the brand, %(day)s") % {"day": _day(facts.stated_at)}


def _names(categories: Iterable[str]) -> str:
    return _(", ").join(str(Category(each).label) for each in categories)


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "Y-m-d")
