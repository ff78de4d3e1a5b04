"""Jump loss: how many of the clicks on a link's component never became a visit to the store."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from campaigns.models import ConsoleDay, Link, NoteDay
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LEVELS = ("placement", "campaign_id", "unit_id", "creativity_id")  # blank above a row's own
NO_CLICKS_TOLD = _("Juguang has told no clicks on the component since the link was attached.")
NO_VISITS_KNOWN = _(
    "Store visits stand only in the console's own export. None of this note has been imported yet."
)
NO_CLICKS = _("Nobody has clicked the component yet.")
MORE_VISITS = _("More visits than clicks: the two are counted over different days.")


@dataclass(frozen=True, slots=True)
class Loss:
    """The three counts that are never merged, and the share lost or the reason why there is none.

    `taps` are our own, of people; `jump_clicks` Juguang's; null is "not told", which is not 0.
    The share is of the days that both tell: `clicks_then` are the clicks of those that have
    visits, from `first` to `last`.
    """

    taps: int
    jump_clicks: int | None
    store_visits: int | None
    since: date
    clicks_then: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def share(self) -> Fraction | None:
        return share_lost(self._clicks, self.store_visits)

    @property
    def why_not(self) -> "StrPromise | str":
        return reason(self._clicks, self.store_visits)

    @property
    def is_of_some_days(self) -> bool:
        return self.store_visits is not None and self.clicks_then != self.jump_clicks

    @property
    def _clicks(self) -> int | None:
        return self.jump_clicks if self.store_visits is None else self.clicks_then


def share_lost(jump_clicks: int | None, store_visits: int | None) -> Fraction | None:
    """Return the share of clicks without a visit; None unless both sides are known and agree."""
    if reason(jump_clicks, store_visits) or jump_clicks is None or store_visits is None:
        return None
    return 1 - Fraction(store_visits, jump_clicks)


def reason(jump_clicks: int | None, store_visits: int | None) -> "StrPromise | str":
    """Return why no loss can be told; nothing when it can."""
    if jump_clicks is None:
        return NO_CLICKS_TOLD
    if store_visits is None:
        return NO_VISITS_KNOWN
    if jump_clicks == 0:
        return NO_CLICKS
    return MORE_VISITS if store_visits > jump_clicks else ""


def loss_of(link: Link) -> Loss:
    """Count since the link was attached, as known now; within a scope of its brand."""
    since = days.business_day(link.created_at)
    told = NoteDay.objects.filter(
        brand_id=link.brand_id,
        connection=link.note.connection,
        note_id=link.note.note_id,
        day__gte=since,
    ).as_of(days.known_now())
    visits = _visits(link, since)
    taps = link.clicks.taps().count()
    return Loss(
        taps,
        told.aggregate(clicks=Sum("jump_click"))["clicks"],
        sum(visits.values()) if visits else None,
        since,
        told.filter(day__in=visits).aggregate(clicks=Sum("jump_click"))["clicks"],
        min(visits, default=None),
        max(visits, default=None),
    )


def _visits(link: Link, since: date) -> dict[date, int]:
    """Return the store visits by the day of the ad click, of the days that a file tells.

    Two accounts may promote the note, and each ad of it has a row of its own. Files that were
    exported at several levels tell the same visits twice: of these the highest one counts.
    """
    told = ConsoleDay.objects.filter(
        brand_id=link.brand_id,
        store_id=link.store_id,
        note_id=link.note.note_id,
        day__gte=since,
        store_visit_30__isnull=False,
    ).as_of(days.known_now())
    by_level: dict[tuple[date, str], dict[tuple[bool, ...], int]] = defaultdict(dict)
    for day, account, visits, *ids in told.values_list("day", "account", "store_visit_30", *LEVELS):
        sums, level = by_level[day, account], tuple(map(bool, ids))
        sums[level] = sums.get(level, 0) + visits
    visits_on: dict[date, int] = defaultdict(int)
    for (day, _account), sums in by_level.items():
        visits_on[day] += sums[min(sums, key=lambda level: (sum(level), level))]
    return dict(visits_on)
