"""The steps from a registered store to its application: what is done, and which comes now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from merchants.rules.base import EVIDENCE, Place
from merchants.standing import Standing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Step:
    """`place` is the part of the store's page where it is taken."""

    name: "StrOrPromise"
    hint: "StrOrPromise"
    place: str
    is_done: bool
    is_now: bool = False


def steps(standing: Standing) -> list[Step]:
    """Return the way in, or nothing where no application can be handed in."""
    may_apply = standing.is_open and not standing.is_barred and not standing.may_apply_from
    if not may_apply or standing.policy is None:
        return []
    found = _steps(standing)
    now = next((step for step in found if not step.is_done), None)
    return [
        Step(step.name, step.hint, step.place, step.is_done, is_now=step is now) for step in found
    ]


def _steps(standing: Standing) -> list[Step]:
    left = {verdict.place for verdict in standing.verdicts}
    lacking = {verdict.place for verdict in standing.lacking}
    is_stated = bool(standing.facts.stated_at) and Place.FACTS not in lacking
    has_draft = bool(standing.application and standing.application.draft)
    return [
        Step(
            _("State category and scores"),
            _("Kept as you type"),
            Place.FACTS,
            is_stated and not has_draft,
        ),
        Step(
            _("Give the consents that are asked for"),
            _("By consent at the partner, withdrawn at any time"),
            Place.CONSENTS,
            Place.CONSENTS not in lacking,
        ),
        Step(
            _("Upload the evidence"),
            _("What shows the facts speeds the review up"),
            EVIDENCE,
            bool(standing.facts.evidence) and not any(map(_is_upload, left)),
        ),
        Step(_("Hand in the application"), _("Once no rule is left"), "lack", is_done=False),
    ]


def _is_upload(place: str) -> bool:
    return place.startswith(EVIDENCE)
