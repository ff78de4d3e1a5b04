"""What one policy version changes against another, rule by rule, as sentences."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from merchants import rules
from merchants.models import PolicyVersion
from merchants.rules import Rule


@dataclass(frozen=True, slots=True)
class Difference:
    """An empty `before` is something new, an empty `after` something gone."""

    name: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        if not self.before:
            return "added"
        return "changed" if self.after else "removed"


def differences(before: PolicyVersion | None, after: PolicyVersion) -> list[Difference]:
    old, new = _rules(before), _rules(after)
    ids = [*new, *(each for each in old if each not in new)]
    found = [_difference(old.get(each), new.get(each)) for each in ids]
    return [each for each in (*found, *_permissions(before, after)) if each]


def _rules(policy: PolicyVersion | None) -> dict[str, Rule]:
    read = rules.read(policy.rules) if policy else ()
    return {rule.id: replace(rule, since="") for rule in read}


def _difference(old: Rule | None, new: Rule | None) -> Difference | None:
    shown = new or old
    if old == new or shown is None:
        return None
    return Difference(shown.name(), old.required() if old else "", new.required() if new else "")


def _permissions(before: PolicyVersion | None, after: PolicyVersion) -> list[Difference]:
    pairs = (
        (_("Links may lead to"), before.link_type_names if before else [], after.link_type_names),
        (
            _("Notes that may carry them"),
            before.note_source_names if before else [],
            after.note_source_names,
        ),
        (
            _("Links approved automatically"),
            before.auto_link_names if before else [],
            after.auto_link_names,
        ),
        (_("Who decides"), [before.who_decides] if before else [], [after.who_decides]),
        (
            _("Grace when a joined store no longer meets it"),
            before.grace_periods if before else [],
            after.grace_periods,
        ),
    )
    comma = _(", ")
    return [
        Difference(name, comma.join(old), comma.join(new)) for name, old, new in pairs if old != new
    ]
