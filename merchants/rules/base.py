"""What a rule is: facts go in, a verdict comes out, and nothing is asked meanwhile."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Self

from django import forms
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from merchants.models import EvidenceKind

EVIDENCE = "evidence"  # the part of the store's page with the files; each kind has its own in it
Stored = dict[str, Any]  # Any: JSON of a policy or of a verdict


class Result(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NO_REQUIREMENT = "no_requirement"

    @property
    def lets_in(self) -> bool:
        return self in (Result.MET, Result.NO_REQUIREMENT)


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
    """All that a rule may know of a store and its brand; None is "nobody has told us".

    `connected` says until when each consent holds, `evidence` from when each kind's file is,
    `amounts` what was spent and paid. `day` is the day that the store is judged for.
    """

    kind: str
    category: str = ""
    scores: Scores = Scores()
    stated_at: datetime | None = None
    connected: Mapping[str, datetime] = field(default_factory=dict)
    members_with_mfa: int | None = None
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    evidence: Mapping[str, date] | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`gap` is the smallest change that would meet the rule; `seen` is empty when unknown.

    `place` is the part of the store's page that has something left to do, if any.
    """

    rule_id: str
    since: str
    result: Result
    name: str
    required: str
    seen: str
    evidence: str
    gap: str = ""
    place: str = ""


class Place(StrEnum):
    """Where a person does what a rule still asks for; each kind of evidence is one more."""

    FACTS = "facts"
    CONSENTS = "consents"
    SECOND_FACTOR = "second-factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(ABC):
    """One rule of a policy version; each kind is a class of its own in the registry.

    `variants` are the rules that a policy may hold of this kind: a stable id, and the
    parameters that belong to it. `since` is the policy version that brought the rule in,
    where it isn't the version asked. `judge` says no sentence, so that many stores cost little.
    `machine_checkable` says whether the facts are established without any person's word.
    """

    kind: ClassVar[str]
    variants: ClassVar[Mapping[str, Stored]]

    id: str
    since: str = ""

    @property
    def machine_checkable(self) -> bool:
        return False

    @classmethod
    def read(cls, stored: Stored) -> Self:
        values: Stored = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in cls.in_todays_words(stored).items()
        }
        try:
            return cls(**values)
        except TypeError as problem:
            raise BadPolicy(f"{cls.kind}: {problem}") from problem

    @classmethod
    def in_todays_words(cls, stored: Stored) -> Stored:
        """Return what a version from before a rule was renamed means by it."""
        return stored

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        """Return what a person fills in to set the rule up."""
        return {}

    @classmethod
    def parameters(cls, cleaned: Stored) -> Stored:
        """Return what the filled-in fields mean, as a policy stores it."""
        return {name: _plain(cleaned[name]) for name in cls.fields()}

    def initial(self) -> Stored:
        """Return what the fields show for this rule."""
        return {name: getattr(self, name) for name in self.fields()}

    @classmethod
    def shown_by(cls, fixed: Stored) -> EvidenceKind | None:
        """Return which files show what a variant asks for; None where none does."""
        return None

    @classmethod
    @abstractmethod
    def heading(cls, fixed: Stored) -> str:
        """Name the rule that a variant's parameters make."""

    def name(self) -> str:
        fixed = next(iter(self.variants.values()))
        return self.heading({each: getattr(self, each) for each in fixed})

    @abstractmethod
    def required(self) -> str: ...

    @abstractmethod
    def judge(self, facts: Facts) -> Result: ...

    def seen(self, facts: Facts) -> str:
        return ""

    def evidence(self, facts: Facts) -> str:
        return ""

    @abstractmethod
    def gap(self, facts: Facts, result: Result) -> str: ...

    def place(self, facts: Facts, result: Result) -> str:
        return ""

    def evaluate(self, facts: Facts) -> Verdict:
        result = self.judge(facts)
        return Verdict(
            self.id,
            self.since,
            result,
            name=self.name(),
            required=self.required(),
            seen=self.seen(facts),
            evidence=self.evidence(facts),
            gap="" if result.lets_in else self.gap(facts, result),
            place=self.place(facts, result),
        )


def day_of(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "Y-m-d")


def stated(facts: Facts, kind: EvidenceKind) -> str:
    """Say when the brand stated the facts, and from when the file is that shows them."""
    if facts.stated_at is None:
        return ""
    said = _("Stated by the brand, %(day)s") % {"day": day_of(facts.stated_at)}
    return _("; ").join([said, uploaded(facts, kind) or _("no file")])


def uploaded(facts: Facts, kind: str) -> str:
    day = (facts.evidence or {}).get(kind)
    return _("file of %(day)s") % {"day": day.isoformat()} if day else ""


def place_of(facts: Facts, result: Result, kind: EvidenceKind) -> str:
    """Return where to state what is missing, or else where to upload the file that shows it."""
    if not result.lets_in:
        return Place.FACTS
    return "" if kind in (facts.evidence or {}) else upload_of(kind)


def upload_of(kind: str) -> str:
    return f"{EVIDENCE}-{kind}"


def _plain(value: Any) -> Any:  # Any: a cleaned value, and JSON of it
    return str(value) if isinstance(value, Decimal) else value
