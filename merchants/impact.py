"""What a draft of the policy would do to the stores there are, before anybody publishes it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import models
from django.db.models import Count, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants import rules
from merchants.models import (
    Category,
    Connection,
    Evidence,
    Partner,
    PolicyVersion,
    SecondReview,
    Store,
    StoreStatus,
    User,
)
from merchants.models.stores import StoreQuerySet
from merchants.rules import Facts, Rule
from merchants.standing import evidence_days, facts_of
from portal.lib import days
from portal.lib.sheets import Cell


class Change(models.TextChoices):
    ENTER = "enter", gettext_lazy("Would qualify")
    LEAVE = "leave", gettext_lazy("Would no longer qualify")
    RESTRICTED = "restricted", gettext_lazy("Joined, would be restricted")


class Size(models.TextChoices):
    """How many notes a store has here; one whose notes are not pulled is of unknown size."""

    UNKNOWN = "unknown", gettext_lazy("Size unknown")
    NONE = "none", gettext_lazy("No notes")
    SMALL = "small", gettext_lazy("1 to 9 notes")
    MEDIUM = "medium", gettext_lazy("10 to 99 notes")
    LARGE = "large", gettext_lazy("100 notes and more")


@dataclass(frozen=True, slots=True)
class Affected:
    store: Store
    size: Size
    change: Change
    reasons: tuple[str, ...]

    @property
    def category(self) -> str:
        return self.store.get_category_display() or _("Category not stated")


@dataclass(frozen=True, slots=True)
class Line:
    """How many stores of a kind there are, and how many of them each change would meet."""

    name: str
    stores: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    stores: int
    affected: tuple[Affected, ...]
    by_category: tuple[Line, ...]
    by_size: tuple[Line, ...]

    @property
    def total(self) -> Line:
        return _line(_("All stores"), self.stores, self.affected)


def preview(
    draft: PolicyVersion, current: PolicyVersion | None, *, to: User | None = None
) -> Impact:
    """Judge every store by both versions, from the facts stored now: four queries in all.

    A joined store is restricted where it stops meeting the rules; any other qualifies or not.
    That would tell a decision, so the stores whose decision is kept from `to` are left out.
    """
    hidden = SecondReview.objects.kept_from(to) if to else SecondReview.objects.none()
    stores = Store.objects.present().exclude(pk__in=hidden.values("store"))
    judged = list(_judge_all(stores, draft, current))
    affected = tuple(each for _store, _size, each in judged if each)
    return Impact(
        stores=len(judged),
        affected=affected,
        by_category=_lines(
            [*((each.value, str(each.label)) for each in Category), ("", _("Category not stated"))],
            [store.category for store, _size, _change in judged],
            [(each.store.category, each) for each in affected],
        ),
        by_size=_lines(
            [(each.value, str(each.label)) for each in Size],
            [size for _store, size, _change in judged],
            [(each.size, each) for each in affected],
        ),
    )


def file_rows(impact: Impact, draft: PolicyVersion) -> Iterator[Sequence[Cell]]:
    yield (
        _("Policy version"),
        _("Store"),
        _("Shop id"),
        _("Brand"),
        _("Main category"),
        _("Size"),
        _("Change"),
        _("Rules behind it"),
    )
    for each in impact.affected:
        yield (
            draft.code,
            each.store.title,
            each.store.sid,
            each.store.brand.name,
            each.category,
            str(each.size.label),
            str(each.change.label),
            _("; ").join(each.reasons),
        )


def sizes_of(stores: models.QuerySet[Store]) -> dict[int, Size]:
    """Return each store's size as it is now, in two queries; whose is unknown is left out."""
    notes = dict(stores.filter(notes__isnull=False).values_list("pk").annotate(Count("notes")))
    connected = stores.filter(connections__partner=Partner.JUGUANG)
    pulled = set(connected.values_list("pk", flat=True))
    return {pk: _size_by(notes.get(pk, 0), is_pulled=pk in pulled) for pk in pulled | notes.keys()}


def _judge_all(
    stores: StoreQuerySet, draft: PolicyVersion, current: PolicyVersion | None
) -> Iterator[tuple[Store, Size, Affected | None]]:
    now, today = timezone.now(), days.today()
    old = rules.read(current.rules) if current else ()
    new = rules.read(draft.rules)
    names = {"": _("No version in force")} | {rule.id: rule.name() for rule in (*old, *new)}
    notes = dict(
        Store.objects.filter(notes__isnull=False).values_list("pk").annotate(Count("notes"))
    )
    for store in _with_facts(stores):
        facts, size = _facts(store, now), _size(store, notes.get(store.pk, 0))
        before = _failing(old, _on(today, store, facts)) if current else [""]
        after = _failing(new, _on(draft.effective_from, store, facts))
        yield store, size, _affected(store, size, before, after, names)


def _with_facts(stores: StoreQuerySet) -> list[Store]:
    """No token is read: what is sealed stays in the database."""
    consents = Connection.objects.only("store_id", "partner", "status", "refresh_expires_at")
    papers = Evidence.objects.only("store_id", "kind", "uploaded_at", "valid_until", "replaces_id")
    rows = stores.with_members_with_mfa().select_related("brand").order_by("pk")
    rows = rows.prefetch_related(Prefetch("connections", queryset=consents))
    return list(rows.prefetch_related(Prefetch("evidence", queryset=papers)))


def _facts(store: Store, now: datetime) -> Facts:
    return facts_of(store, {each.partner: each for each in store.connections.all()}, now)


def _on(day: date, store: Store, facts: Facts) -> Facts:
    """What will have run out by the day is no evidence then."""
    return replace(facts, day=day, evidence=evidence_days(store.evidence.all(), day))


def _failing(asked: Iterable[Rule], facts: Facts) -> list[str]:
    return [rule.id for rule in asked if not rule.judge(facts).lets_in]


def _affected(
    store: Store, size: Size, before: list[str], after: list[str], names: dict[str, str]
) -> Affected | None:
    if bool(before) == bool(after):
        return None
    if before:
        change = Change.ENTER
    elif store.status == StoreStatus.APPROVED:
        change = Change.RESTRICTED
    else:
        change = Change.LEAVE
    return Affected(store, size, change, tuple(names[each] for each in before or after))


def _size(store: Store, notes: int) -> Size:
    pulled = any(each.partner == Partner.JUGUANG for each in store.connections.all())
    return _size_by(notes, is_pulled=pulled)


def _size_by(notes: int, *, is_pulled: bool) -> Size:
    if not notes:
        return Size.NONE if is_pulled else Size.UNKNOWN
    if notes < 10:
        return Size.SMALL
    return Size.MEDIUM if notes < 100 else Size.LARGE


def _lines(
    kinds: Iterable[tuple[str, str]],
    stores: Sequence[str],
    affected: Sequence[tuple[str, Affected]],
) -> tuple[Line, ...]:
    return tuple(
        _line(name, stores.count(kind), [each for mine, each in affected if mine == kind])
        for kind, name in kinds
        if kind in stores
    )


def _line(name: str, stores: int, affected: Iterable[Affected]) -> Line:
    changes = [each.change for each in affected]
    return Line(name, stores, tuple(changes.count(change) for change in Change))
