"""The rules of entry as pure functions: a policy's rules and a store's facts give verdicts.

Every sentence is in the language that is active when the rule is asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.conf import settings
from django.utils import translation

from merchants.models import EvidenceKind
from merchants.rules.base import BadPolicy, Facts, Result, Rule, Scores, Stored, Verdict
from merchants.rules.categories import CategoryAllowed
from merchants.rules.kinds import (
    Connected,
    EvidenceFresh,
    MembersWithMfa,
    MinimumAmount,
    StoreType,
)
from merchants.rules.scores import ScoreFloor

__all__ = [
    "KINDS",
    "SHOWN_BY",
    "BadPolicy",
    "Facts",
    "Result",
    "Rule",
    "Scores",
    "Stored",
    "Verdict",
]

SENTENCES = ("name", "required", "seen", "evidence", "gap")
KINDS: dict[str, type[Rule]] = {
    rule.kind: rule
    for rule in (
        StoreType,
        Connected,
        CategoryAllowed,
        ScoreFloor,
        MembersWithMfa,
        MinimumAmount,
        EvidenceFresh,
    )
}
SHOWN_BY: dict[str, EvidenceKind] = {
    rule_id: kind
    for rule in KINDS.values()
    for rule_id, fixed in rule.variants.items()
    if (kind := rule.shown_by(fixed))
}


def read(stored_rules: Iterable[Stored]) -> tuple[Rule, ...]:
    """Read the rules of a policy version, or raise BadPolicy."""
    return tuple(_read_rule(dict(stored)) for stored in stored_rules)


def evaluate(stored_rules: Iterable[Stored], facts: Facts) -> tuple[Verdict, ...]:
    """Judge by the rules of a policy version, or raise BadPolicy."""
    return tuple(rule.evaluate(facts) for rule in read(stored_rules))


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
            place=each.get("place", ""),
            **each["said"].get(language, each["said"][settings.LANGUAGE_CODE]),
        )
        for each in frozen
    )


def _read_rule(parameters: Stored) -> Rule:
    kind = parameters.pop("kind", "")
    if kind not in KINDS:
        raise BadPolicy(f"Unknown kind of rule: {kind!r}")
    return KINDS[kind].read(parameters)
