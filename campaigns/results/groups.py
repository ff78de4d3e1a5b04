"""The same figures by creator, item, campaign or day: added up from the notes', or the days'.

A note that belongs to two campaigns stands in both, so campaigns may add up to more than the
total. Creators, items and days add up to it. Placements come by a report of their own; what that
does not hold of the total stands below it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, CampaignNote, LinkTarget, Note
from campaigns.results import queries
from campaigns.results.account import Account
from campaigns.results.answers import Answer
from campaigns.results.choice import newest_links
from campaigns.results.figures import Figures, added, nothing_like
from campaigns.results.metrics import Text
from campaigns.results.placements import Tie, placement_name, tie
from campaigns.results.queries import Listed, NoteFigures, NoteKey, listed, titles
from campaigns.results.shown import Cell, weekday
from campaigns.results.table import Row, note_rows
from merchants.models import Brand, Membership


class Group(StrEnum):
    NOTE = "note"
    CREATOR = "creator"
    ITEM = "item"
    CAMPAIGN = "campaign"
    PLACEMENT = "placement"
    DAY = "day"

    @property
    def label(self) -> Text:
        return LABELS[self]


LABELS: Mapping[Group, Text] = {
    Group.NOTE: _("Note"),
    Group.CREATOR: _("Creator"),
    Group.ITEM: _("Item"),
    Group.CAMPAIGN: _("Campaign"),
    Group.PLACEMENT: _("Placement"),
    Group.DAY: _("Day"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """What a group is called; `choice` names what the address says to see its notes alone."""

    place: str
    title: str
    under: str = ""
    choice: str = ""
    value: str = ""

    @property
    def address(self) -> dict[str, str | None]:
        """Return what changes in the address to see this group's notes."""
        return {self.choice: self.value, "group": None, "page": None, "receipt": None}


@dataclass(frozen=True, slots=True)
class GroupRow(Row):
    """`beside` is what the accounts spent on a day beyond its notes, and in all."""

    named: Named
    notes: int
    beside: Sequence[tuple[Text, Cell]] = ()


Belongs = Mapping[NoteKey, list[Named]]


def rows_of(
    answer: Answer, membership: Membership, group: Group, account: Account | None = None
) -> list[Row]:
    """Return a row of each note, by its title, or of each of the group's."""
    if group is not Group.NOTE:
        return list(group_rows(answer, membership.brand, membership, group, account))
    named = titles(membership.brand, membership, [note.key for note in answer.notes])
    return list(note_rows(answer.notes, named))


def group_rows(
    answer: Answer,
    brand: Brand,
    membership: Membership,
    group: Group,
    account: Account | None = None,
) -> list[GroupRow]:
    """Return a row for each group that has figures, in the order of their names."""
    if group is Group.DAY:
        return list(_days(answer, account))
    if group is Group.PLACEMENT:
        return list(_placements(answer, brand, membership))
    notes = listed(brand, membership, [note.key for note in answer.notes])
    belongs = BELONGS[group](notes, membership)
    found: dict[Named, list[Figures]] = defaultdict(list)
    for note in answer.notes:
        for named in belongs.get(note.key) or [_nowhere(group, note, notes)]:
            found[named].append(note.figures)
    in_order = sorted(found.items(), key=lambda each: (not each[0].value, each[0].title))
    return [GroupRow(named.place, added(each), named, len(each)) for named, each in in_order]


def _days(answer: Answer, account: Account | None) -> Iterator[GroupRow]:
    """Yield the days with figures, and those on which the account alone told of spending."""
    told = {each.day for each in account.days} if account else set()
    for each in answer.days:
        if each.figures or each.day in told:
            day = each.day.isoformat()
            named = Named(f"day:{day}", day, weekday(each.day))
            figures = each.figures or nothing_like(answer.totals)
            beside = account.beside(each.day) if account else ()
            yield GroupRow(named.place, figures, named, 0, beside)


def tie_below(answer: Answer, brand: Brand, membership: Membership, group: Group) -> Tie | None:
    """Return how the placements tie to the total, where they are the rows and all are asked for."""
    if group is not Group.PLACEMENT or answer.question.placement is not None:
        return None
    return tie(brand, membership, answer.question)


def _placements(answer: Answer, brand: Brand, membership: Membership) -> Iterator[GroupRow]:
    """Yield the placements by their codes, as the report by placement tells of them."""
    rows = queries.placed_rows(brand, membership, answer.question)
    for code, parts in queries.by_placement(rows, answer.question).items():
        named = Named(
            f"placement:{code}",
            placement_name(code),
            choice="placement" if code else "",
            value=f"{code}",
        )
        figures = added([figures for figures, _notes in parts])
        yield GroupRow(named.place, figures, named, sum(notes for _figures, notes in parts))


def _nowhere(group: Group, note: NoteFigures, notes: Mapping[NoteKey, Listed]) -> Named:
    if note.key not in notes:
        return Named(f"{group}:unlisted", gettext("Not in Juguang's note list"))
    if group is Group.CAMPAIGN:
        return Named("campaign:none", gettext("In no campaign"))
    if group is Group.ITEM:
        return Named("item:none", gettext("Without a link"))
    return Named("creator:none", gettext("Creator not told"))


def _creators(notes: Mapping[NoteKey, Listed], membership: Membership) -> Belongs:
    return {
        key: [Named(f"creator:{note.creator}", note.creator, "", "creator", note.creator)]
        for key, note in notes.items()
        if note.creator
    }


def _items(notes: Mapping[NoteKey, Listed], membership: Membership) -> Belongs:
    """What each note's newest link leads to."""
    linked = Note.objects.filter(pk__in=[note.pk for note in notes.values()])
    newest = newest_links(OuterRef("pk"))
    parts = ("target", "item_id", "item_title", "shop")
    rows = linked.annotate(
        **{f"link_{part}": Subquery(newest.values(part)[:1]) for part in parts}
    ).values_list("pk", *(f"link_{part}" for part in parts))
    leads = {pk: _item(*rest) for pk, *rest in rows if rest[0]}
    return {key: [leads[note.pk]] for key, note in notes.items() if note.pk in leads}


def _item(target: str, item_id: str, title: str, shop: str) -> Named:
    if target == LinkTarget.STORE:
        return Named(f"shop:{shop}", gettext("Store page"), shop)
    return Named(f"item:{item_id}", title or item_id, item_id, "item", item_id)


def _campaigns(notes: Mapping[NoteKey, Listed], membership: Membership) -> Belongs:
    by_pk = {note.pk: key for key, note in notes.items()}
    joined = CampaignNote.objects.present().filter(
        note__in=by_pk, campaign__in=Campaign.objects.seen_by(membership)
    )
    found: dict[NoteKey, list[Named]] = defaultdict(list)
    rows = joined.values_list("note_id", "campaign_id", "campaign__name")
    for note, campaign, name in rows.order_by("campaign__name", "campaign_id"):
        named = Named(f"campaign:{campaign}", name, "", "campaign", str(campaign))
        found[by_pk[note]].append(named)
    return found


BELONGS: Mapping[Group, Callable[[Mapping[NoteKey, Listed], Membership], Belongs]] = {
    Group.CREATOR: _creators,
    Group.ITEM: _items,
    Group.CAMPAIGN: _campaigns,
}
