"""What a reviewer judges by: each rule of the policy beside what the brand shows for it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants import rules
from merchants.models import Category, Evidence
from merchants.rules import Stored, Verdict

RESULTS = {
    "met": gettext_lazy("Met"),
    "not_met": gettext_lazy("Not met"),
    "no_requirement": gettext_lazy("No requirement"),
    "unknown": gettext_lazy("To state"),
}


File = tuple[Evidence, str]  # and its address


@dataclass(frozen=True, slots=True)
class Line:
    """A rule's verdict, and the files that speak for it, unless they stand at a rule above."""

    verdict: Verdict
    files: Sequence[File]
    is_shown_above: bool = False

    @property
    def may_have_files(self) -> bool:
        """Whether a brand shows anything for it; the other rules are checked by themselves."""
        return self.verdict.rule_id in rules.SHOWN_BY

    @property
    def word(self) -> str:
        return str(RESULTS[self.verdict.result])


@dataclass(frozen=True, slots=True)
class CaseFile:
    stated: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    others: Sequence[File]
    earlier: Sequence[File]


def case_of(
    facts: Mapping[str, Any],  # Any: JSON, as it was frozen
    verdicts: Iterable[Stored],
    files: Collection[Evidence],
    earlier: Iterable[Evidence],
    url_of: Callable[[Evidence], str],
) -> CaseFile:
    """Put each file beside the first rule it speaks for; `earlier` ones were replaced since."""
    given = {each.kind for each in files}
    left = [(each, url_of(each)) for each in files]
    lines = []
    for verdict in rules.thaw(verdicts):
        kind = rules.SHOWN_BY.get(verdict.rule_id)
        own = [each for each in left if each[0].kind == kind]
        lines.append(Line(verdict, own, is_shown_above=kind in given and not own))
        left = [each for each in left if each[0].kind != kind]
    return CaseFile(_stated(facts), lines, left, [(each, url_of(each)) for each in earlier])


def _stated(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    scores = facts.get("scores") or {}
    category = facts.get("category") or ""
    known = {
        _("Main category"): str(Category(category).label) if category else "",
        _("Overall score"): scores.get("overall"),
        _("Description score"): scores.get("description"),
        _("Service score"): scores.get("service"),
        _("Logistics score"): scores.get("logistics"),
    }
    return [(name, str(value)) for name, value in known.items() if value]
