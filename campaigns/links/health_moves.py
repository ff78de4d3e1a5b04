"""Moving the links that a check found in trouble, or cured, and telling the brand of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from campaigns.links.told import announce_links
from campaigns.models import Link, LinkEvent, LinkHealth, LinkStatus, LinkTrouble
from campaigns.models.trouble import remark_of
from merchants.models import NoticeKind, Store
from merchants.notices import notify

NAMED = 3
ANNOUNCED = {
    NoticeKind.LINK_BROKEN: "link.broken",
    NoticeKind.LINK_RESTORED: "link.restored",
    NoticeKind.LINK_PAUSED: "link.paused",
}


@dataclass(slots=True)
class Checked:
    """A link at a check: what was known, what is known now, and where it should stand.

    `home` is where it comes back to, if a check moved it last.
    """

    link: Link
    health: LinkHealth
    before: LinkTrouble
    trouble: LinkTrouble
    is_answered: bool
    home: LinkStatus | None
    target: LinkStatus

    @property
    def is_news(self) -> bool:
        is_known = self.health.pk is not None and self.health.item_id == self.link.item_id
        return self.trouble != self.before or not is_known

    @property
    def source(self) -> LinkStatus:
        return LinkStatus(self.link.status)

    @property
    def told_as(self) -> NoticeKind | None:
        """What the brand is told of the move; nothing of a link that is paused as it was."""
        if self.target == LinkStatus.BROKEN:
            return NoticeKind.LINK_BROKEN
        if self.target == LinkStatus.LIVE:
            return NoticeKind.LINK_RESTORED
        return None if self.target == self.home else NoticeKind.LINK_PAUSED


def move(store: Store, checked: Sequence[Checked]) -> None:
    """Move each link to its target. One that a person moves meanwhile stays where they put it."""
    asked = [each for each in checked if each.target != each.source]
    for (target, trouble), group in _by_move(asked).items():
        pks = [each.link.pk for each in group]
        Link.objects.move_all(pks, target, note=remark_of(trouble))
    moved = _moved(asked)
    _remember(moved)
    _tell(store, [each for each, _event in moved])


def _by_move(asked: Sequence[Checked]) -> Mapping[tuple[LinkStatus, LinkTrouble], list[Checked]]:
    """Group by where the links go and why: the reason is the remark of the move."""
    found = defaultdict(list)
    for each in asked:
        found[each.target, each.trouble].append(each)
    return found


def _moved(asked: Sequence[Checked]) -> list[tuple[Checked, LinkEvent]]:
    """Return the links whose newest event is the move that was asked for."""
    if not asked:
        return []
    events = LinkEvent.objects.filter(link__in=[each.link.pk for each in asked])
    newest = {event.link_id: event for event in events.order_by("link", "-pk").distinct("link")}
    found = [(each, newest.get(each.link.pk)) for each in asked]
    return [
        (each, event)
        for each, event in found
        if event
        and (event.target, event.note, event.actor_id)
        == (each.target, remark_of(each.trouble), None)
    ]


def _remember(moved: Sequence[tuple[Checked, LinkEvent]]) -> None:
    """Keep the way home of each link; one that is home needs none."""
    for each, event in moved:
        home = each.home or each.source
        is_home = each.target == home
        each.health.home = "" if is_home else home
        each.health.move = None if is_home else event
    LinkHealth.objects.bulk_create(
        [each.health for each, _event in moved],
        update_conflicts=True,
        unique_fields=["brand", "link"],
        update_fields=["home", "move"],
    )


def _tell(store: Store, moved: Sequence[Checked]) -> None:
    """One notice of each kind for all the links of a check, however many they are."""
    told = defaultdict(list)
    for each in moved:
        if kind := each.told_as:
            told[kind, each.target].append(each.link)
    for (kind, target), links in told.items():
        shown = [link.note.title for link in links[:NAMED]]
        notify(
            store,
            kind,
            leads_to=_page_of(store, links, target),
            number=str(len(links)),
            notes=" · ".join(shown) + (" …" if len(links) > NAMED else ""),
        )
        announce_links(ANNOUNCED[kind], store, links)


def _page_of(store: Store, links: Sequence[Link], target: LinkStatus) -> str:
    if len(links) == 1:
        return reverse("campaigns:link", args=[store.brand.slug, links[0].pk])
    return f"{reverse('campaigns:notes', args=[store.brand.slug])}?link={target.value}"
