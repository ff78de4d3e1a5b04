"""How close to the line an application is: a near miss deserves a second thought, either way."""

from collections.abc import Sequence
from decimal import Decimal

from merchants import rules
from merchants.models import Margin
from merchants.rules import Facts, Stored
from merchants.rules.scores import ScoreFloor

NARROWLY = Decimal("0.1")  # of a store score


def margin_of(stored_rules: Sequence[Stored], facts: Facts) -> Margin:
    """Judge by a policy's rules: a near miss lacks one rule alone, or a tenth of a score."""
    asked = rules.read(stored_rules)
    missed = [rule for rule in asked if not rule.judge(facts).lets_in]
    spares = [rule.spare(facts.scores) for rule in asked if isinstance(rule, ScoreFloor)]
    is_close = any(spare is not None and abs(spare) <= NARROWLY for spare in spares)
    if not missed:
        return Margin.NARROW if is_close else Margin.CLEAR
    score_missed = any(isinstance(rule, ScoreFloor) for rule in missed)
    return Margin.NEAR_MISS if len(missed) == 1 or (score_missed and is_close) else Margin.SHORT
