"""回传覆盖: of what a campaign's notes have to return, how much has come, and what is missing.

A note has to return a day on which it delivered: it cost something or was shown. Where its ad
runs, it has to have a row of the newest day too. Star tasks are another line, with a list of
their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q

from campaigns.models import (
    AdCreative,
    AdReview,
    Campaign,
    CampaignNote,
    CreatorNoteDay,
    Delivery,
    Note,
    NoteDay,
    StarDay,
    StarLevel,
    StarTaskNote,
)
from campaigns.models.star_task import GRANTED
from campaigns.results.figures import Returned, completeness
from campaigns.results.metrics import METRICS
from campaigns.results.queries import NoteKey
from campaigns.results.question import newest_closed
from merchants.models import Membership
from portal.lib.days import business_day, known_now

STAR_LAG = 2
STAR_WINDOWS = (15, 30)
DELIVERED = Q(fee_fen__gt=0) | Q(impression__gt=0)

Counted = Mapping[str, Any]  # one row of values(): what each annotation gives


@dataclass(frozen=True, slots=True)
class NoteCoverage:
    """`expected` days of a note that delivered, and on how many of them orders were returned."""

    note: Note
    expected: int
    returned: int
    missing_since: date | None
    last_returned: date | None
    has_no_row: bool  # of the newest day, although its ad runs

    @property
    def completeness(self) -> Returned:
        return completeness(self.returned, self.expected)


@dataclass(frozen=True, slots=True)
class CampaignCoverage:
    first: date
    last: date
    notes: Sequence[NoteCoverage]
    unlisted: int  # notes that 聚光 doesn't list: nothing can be expected of them

    @property
    def expected(self) -> int:
        return sum(each.expected for each in self.notes)

    @property
    def returned(self) -> int:
        return sum(each.returned for each in self.notes)

    @property
    def missing(self) -> list[NoteCoverage]:
        return [each for each in self.notes if each.missing_since]

    @property
    def complete(self) -> int:
        return len(self.notes) - len(self.missing)


@dataclass(frozen=True, slots=True)
class StarCoverage:
    """The last day on which each source told of a star task's note; None is never.

    `due` is the newest day that either could have told of.
    """

    row: StarTaskNote
    due: date
    by_pugongying: date | None
    by_xinghe: date | None

    @property
    def is_told_by_pugongying(self) -> bool:
        return self.by_pugongying is not None and self.by_pugongying >= self.due

    @property
    def is_told_by_xinghe(self) -> bool:
        return self.by_xinghe is not None and self.by_xinghe >= self.due

    @property
    def is_missing(self) -> bool:
        return not (self.is_told_by_pugongying and self.is_told_by_xinghe)

    @property
    def missing_since(self) -> date | None:
        """The first day that one of the two has not told of."""
        if not self.is_missing:
            return None
        known = [day for day in (self.by_pugongying, self.by_xinghe) if day]
        if len(known) < len((self.by_pugongying, self.by_xinghe)):
            return self.row.star_task.starts_on
        return min(known) + timedelta(days=1)


def campaign_coverage(
    campaign: Campaign, membership: Membership, window: int, *, at: datetime | None = None
) -> CampaignCoverage:
    """Return what the campaign's notes owed and returned, as known now or `at`; four queries."""
    return campaign_coverages(campaign, membership, [window], at=at)[window]


def campaign_coverages(
    campaign: Campaign,
    membership: Membership,
    windows: Iterable[int],
    *,
    at: datetime | None = None,
) -> dict[int, CampaignCoverage]:
    """Return the same for each window; one query more for each."""
    at = at or known_now()
    newest = newest_closed(at)
    first, last = campaign.starts_on, min(campaign.ends_on, newest)
    joined = _notes_of(campaign, membership)
    listed = [note for note in joined if note.connection_id]
    accounts = {note.connection_id for note in listed}
    arrived = _arrived(membership, {each for each in accounts if each}, first, last, at)
    running = _running(listed, membership)

    def covered(window: int) -> CampaignCoverage:
        counted = _counted(listed, membership, window, first, last, at)
        found = [
            _cover(
                note,
                counted.get(key, {}),
                arrived.get(key.connection_id) if key in running else None,
                first,
            )
            for note in listed
            if (key := NoteKey(note.connection_id or 0, note.note_id))
        ]
        expected = [each for each in found if each.expected]
        return CampaignCoverage(first, last, expected, len(joined) - len(listed))

    return {window: covered(window) for window in windows}


def star_coverage(
    campaign: Campaign, membership: Membership, window: int, *, at: datetime | None = None
) -> list[StarCoverage]:
    """Return what is known, now or `at`, of the star tasks' notes in it; three queries."""
    rows = StarTaskNote.objects.seen_by(membership).filter(
        authorisation__in=GRANTED, note__in=[note.pk for note in _notes_of(campaign, membership)]
    )
    found = list(rows.select_related("note", "star_task", "store").order_by("star_task", "pk"))
    ids = {row.note.note_id for row in found}
    now = at or known_now()
    newest = business_day(now) - timedelta(days=STAR_LAG)
    block = CreatorNoteDay.objects.filter(brand_id=membership.brand_id).seen_by(membership)
    block = block.as_of(now).filter(note_id__in=ids, star_read_uv__isnull=False)
    export = StarDay.objects.filter(brand_id=membership.brand_id).seen_by(membership)
    export = export.as_of(now).filter(
        level=StarLevel.CONTENT, object_id__in=ids, window_days=window
    )
    told = _last_days(block.values_list("store_id", "note_id").annotate(last=Max("day")))
    sent = _last_days(export.values_list("store_id", "object_id").annotate(last=Max("day")))
    return [
        StarCoverage(
            row,
            min(newest, row.star_task.ends_on + timedelta(days=window)),
            told.get((row.store_id, row.note.note_id)),
            sent.get((row.store_id, row.note.note_id)),
        )
        for row in found
        if row.star_task.starts_on <= newest
    ]


def _notes_of(campaign: Campaign, membership: Membership) -> list[Note]:
    rows = CampaignNote.objects.seen_by(membership).present().filter(campaign=campaign)
    return [row.note for row in rows.select_related("note__store").order_by("pk")]


def _counted(
    notes: Sequence[Note],
    membership: Membership,
    window: int,
    first: date,
    last: date,
    at: datetime,
) -> dict[NoteKey, Counted]:
    column = METRICS["order"].column_for(window)
    lacks, has = Q(**{f"{column}__isnull": True}), Q(**{f"{column}__isnull": False})
    rows = NoteDay.objects.filter(brand_id=membership.brand_id).seen_by(membership)
    rows = rows.as_of(at).filter(
        day__range=(first, last),
        connection_id__in={note.connection_id for note in notes},
        note_id__in={note.note_id for note in notes},
    )
    counted = rows.values("connection_id", "note_id").annotate(
        expected=Count("day", filter=DELIVERED),
        returned=Count("day", filter=DELIVERED & has),
        since=Min("day", filter=DELIVERED & lacks),
        last_returned=Max("day", filter=has),
        newest=Max("day"),
    )
    return {NoteKey(row["connection_id"], row["note_id"]): row for row in counted}


def _arrived(
    membership: Membership, connections: Iterable[int], first: date, last: date, at: datetime
) -> dict[int, date]:
    """Return the newest day of the period that each account has told of at all."""
    rows = NoteDay.objects.filter(brand_id=membership.brand_id).seen_by(membership)
    told = rows.as_of(at).filter(day__range=(first, last), connection_id__in=connections)
    return dict(told.values_list("connection_id").annotate(newest=Max("day")))


def _running(notes: Sequence[Note], membership: Membership) -> set[NoteKey]:
    ads = AdCreative.objects.seen_by(membership).filter(
        note_id__in={note.note_id for note in notes},
        delivery=Delivery.RUNNING,
        review=AdReview.APPROVED,
        gone_since=None,
    )
    return {NoteKey(*pair) for pair in ads.values_list("connection_id", "note_id")}


def _cover(note: Note, row: Counted, arrived: date | None, first: date) -> NoteCoverage:
    """`arrived` is the newest day of the account where the note's ad runs, else None."""
    newest, since = row.get("newest"), row.get("since")
    has_no_row = arrived is not None and (newest is None or newest < arrived)
    if has_no_row:
        silent = newest + timedelta(days=1) if newest else first
        since = min(since, silent) if since else silent
    return NoteCoverage(
        note=note,
        expected=row.get("expected", 0) + has_no_row,
        returned=row.get("returned", 0),
        missing_since=since,
        last_returned=row.get("last_returned"),
        has_no_row=has_no_row,
    )


def _last_days(rows: Iterable[tuple[int, str, date]]) -> dict[tuple[int, str], date]:
    return {(store, name): day for store, name, day in rows}
