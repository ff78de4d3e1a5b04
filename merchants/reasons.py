"""Why an application is turned down: each reason in words, and when the store may try again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.rules import Rule

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NEVER = -1


@dataclass(frozen=True, slots=True)
class Reason:
    """`about` is the rule or the evidence it speaks of; `wait` the days until another try.

    `of_kind` is the kind of rule that gives this reason where the rules alone decide.
    """

    code: str
    about: str
    sentence: "StrOrPromise"
    wait: int = 0
    of_kind: str = ""

    @property
    def again(self) -> str:
        if self.wait == NEVER:
            return _("The store may not apply again; it may appeal.")
        if self.wait:
            return _("The store may apply again after %(days)s days.") % {"days": self.wait}
        return _("The store may apply again at once.")


REASONS = {
    reason.code: reason
    for reason in (
        Reason(
            "score_differs",
            "score",
            gettext_lazy("The store scores we see differ from those stated."),
        ),
        Reason(
            "score_below",
            "score",
            gettext_lazy("The store scores we see are below the policy's floor."),
            wait=7,
        ),
        Reason(
            "category_differs",
            "category",
            gettext_lazy("The store's main category is not the one stated."),
        ),
        Reason(
            "category_closed",
            "category",
            gettext_lazy("What the store sells belongs to a category that is not open."),
            wait=30,
        ),
        Reason(
            "licence_missing",
            "evidence",
            gettext_lazy("The business licence is missing, unreadable or out of date."),
        ),
        Reason(
            "authorisation_missing",
            "evidence",
            gettext_lazy("The authorisation for the category is missing or out of date."),
        ),
        Reason(
            "owner_unclear",
            "consent",
            gettext_lazy("It is not clear that the brand runs this store."),
        ),
        Reason(
            "stated_wrongly",
            "evidence",
            gettext_lazy("What was stated is untrue in a way that is no oversight."),
            wait=90,
        ),
        Reason(
            "counterfeit",
            "store_type",
            gettext_lazy("The store was found to sell counterfeit goods."),
            wait=NEVER,
        ),
        Reason(
            "not_tmall",
            "store_type",
            gettext_lazy("The store is not a Tmall store."),
            of_kind="store_type",
        ),
        Reason(
            "consent_missing",
            "consent",
            gettext_lazy("A consent that the policy asks for is missing or has run out."),
            of_kind="connection",
        ),
        Reason(
            "second_factor_missing",
            "member_mfa",
            gettext_lazy("Fewer members have a second factor than the policy asks for."),
            of_kind="member_mfa",
        ),
        Reason("other", "", gettext_lazy("Another reason, named in the note.")),
    )
}


def read(codes: Iterable[str]) -> list[Reason]:
    """Return the reasons of a decision; one that is no longer registered keeps its code."""
    return [REASONS.get(code) or Reason(code, "", code) for code in codes]


def of_rules(failing: Iterable[Rule]) -> list[Reason]:
    """Return the reason that each kind of failing rule gives, or none for one that has none."""
    kinds = {rule.kind for rule in failing}
    return [reason for reason in REASONS.values() if reason.of_kind in kinds]


def in_words(note_or_codes: str) -> str:
    """Return a reviewer's own words as they are, and the codes of reasons as sentences."""
    codes = note_or_codes.split()
    if all(code in REASONS for code in codes):
        return " ".join(str(REASONS[code].sentence) for code in codes)
    return note_or_codes


def next_try(reasons: Sequence[Reason], today: date) -> tuple[date | None, bool]:
    """Return the first day on which the store may apply again, and whether it never may."""
    if any(reason.wait == NEVER for reason in reasons):
        return None, True
    return today + timedelta(days=max((reason.wait for reason in reasons), default=0)), False
