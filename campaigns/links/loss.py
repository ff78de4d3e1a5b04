"""Jump loss: how many of the clicks on a link's component never became a visit to the store."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from campaigns.models import Link, NoteDay
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

NO_CLICKS_TOLD = _("Juguang has told no clicks on the component since the link was attached.")
NO_VISITS_KNOWN = _(
    "Store visits stand only in the console's own export, which is not imported here."
)
NO_CLICKS = _("Nobody has clicked the component yet.")
MORE_VISITS = _("More visits than clicks: the two are counted over different days.")


@dataclass(frozen=True, slots=True)
class Loss:
    """The three counts that are never merged, and the share lost or the reason why there is none.

    `taps` are our own, of people; `jump_clicks` Juguang's; null is "not told", which is not 0.
    """

    taps: int
    jump_clicks: int | None
    store_visits: int | None
    since: date

    @property
    def share(self) -> Fraction | None:
        return share_lost(self.jump_clicks, self.store_visits)

    @property
    def why_not(self) -> "StrPromise | str":
        return reason(self.jump_clicks, self.store_visits)


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
    )
    clicks = told.as_of(days.known_now()).aggregate(clicks=Sum("jump_click"))["clicks"]
    taps = link.clicks.taps().count()
    return Loss(taps, clicks, None, since)
