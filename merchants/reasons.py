"""Why an application is turned down: each reason in words, and when the store may try again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NEVER = -1


@dataclass(frozen=True, slots=True)
class Reason:
    """`about` is the rule or the evidence it speaks of; `wait` the days until another try."""

    code: str
    about: str
    sentence: "StrOrPromise"
    wait: int = 0

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
        Reason("other", "", gettext_lazy("Another reason, named in the note.")),
    )
}


def read(codes: Iterable[str]) -> list[Reason]:
    """Return the reasons of a decision; one that is no longer registered keeps its code."""
    return [REASONS.get(code) or Reason(code, "", code) for code in codes]


def next_try(reasons: Sequence[Reason], today: date) -> tuple[date | None, bool]:
    """Return the first day on which the store may apply again, and whether it never may."""
    if any(reason.wait == NEVER for reason in reasons):
        return None, True
    return today + timedelta(days=max((reason.wait for reason in reasons), default=0)), False
