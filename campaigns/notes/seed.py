"""Campaigns and star tasks for the demo, made as a marketer would make them."""

from dataclasses import dataclass
from datetime import date

from campaigns.models import (
    Authorisation,
    Campaign,
    CreatorOrder,
    Goal,
    Phase,
    RuleKind,
    StarTask,
    StarTaskNote,
)
from campaigns.notes.services import Stretch, add_rule, join_notes, save_campaign
from merchants.models import Store, User
from portal.lib.scope import Hat, scope

BY_HAND = 8  # notes put into the first campaign
AUTHORISED = 5  # of the notes of star tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`rule` is the creator whose notes join by themselves; without one notes join by hand."""

    name: str
    goal: Goal
    starts_on: date
    ends_on: date
    budget_fen: int
    expected_notes: int
    stretches: tuple[Stretch, ...] = ()
    rule: str = ""


PLANS = (
    Plan(
        name="618 山茶花修护",
        goal=Goal.ORDERS,
        starts_on=date(2025, 5, 13),
        ends_on=date(2025, 6, 30),
        budget_fen=50_000_000,
        expected_notes=12,
        stretches=(
            (Phase.TEST, date(2025, 5, 13), date(2025, 5, 15)),
            (Phase.BUILD_UP, date(2025, 5, 16), date(2025, 5, 31)),
            (Phase.WARM_UP, date(2025, 6, 1), date(2025, 6, 12)),
            (Phase.BURST, date(2025, 6, 13), date(2025, 6, 20)),
            (Phase.LONG_TAIL, date(2025, 6, 21), date(2025, 6, 30)),
        ),
    ),
    Plan(
        name="品牌号日常种草",
        goal=Goal.SEEDING,
        starts_on=date(2025, 4, 1),
        ends_on=date(2025, 7, 31),
        budget_fen=12_000_000,
        expected_notes=6,
        rule="山茶官方",
    ),
)
# The ids are those that the sandbox's creator orders name.
STAR_TASKS = (
    ("XHX20250418", "山茶花精华油 · 春季", date(2025, 4, 18), date(2025, 5, 31), 6_000_000),
    ("XHX20250601", "山茶花精华油 · 618", date(2025, 5, 15), date(2025, 6, 30), 8_000_000),
)


def seed_plans(store: Store, user: User) -> None:
    """Make two campaigns and two star tasks with their notes; safe to run again."""
    with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
        known = set(store.brand.campaigns.values_list("name", flat=True))
        for plan in PLANS:
            if plan.name not in known:
                _make_campaign(plan, store, user)
        for task_id, name, first, last, budget in STAR_TASKS:
            StarTask.objects.get_or_create(
                brand_id=store.brand_id,
                task_id=task_id,
                defaults={
                    "store": store,
                    "name": name,
                    "group": "小红星",
                    "starts_on": first,
                    "ends_on": last,
                    "budget_fen": budget,
                    "created_by": user,
                },
            )
        CreatorOrder.objects.bind_star_tasks(store.brand_id)
        _authorise(store)
        _join_star_notes(store, user)


def _make_campaign(plan: Plan, store: Store, user: User) -> None:
    campaign = Campaign(
        brand_id=store.brand_id,
        name=plan.name,
        goal=plan.goal,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        budget_fen=plan.budget_fen,
        decision_days=29,
        expected_notes=plan.expected_notes,
        created_by=user,
    )
    save_campaign(campaign, stores=[store], offered=[store], stretches=plan.stretches)
    if plan.rule:
        add_rule(campaign, RuleKind.CREATOR, plan.rule, by=user)
    else:
        join_notes(campaign, list(store.notes.newest_first()[:BY_HAND]), by=user)


def _join_star_notes(store: Store, user: User) -> None:
    """Let the first campaign have notes of both lines: those of the newest star task too."""
    campaign = store.brand.campaigns.get(name=PLANS[0].name)
    notes = store.notes.filter(star_rows__star_task__task_id=STAR_TASKS[-1][0])
    join_notes(campaign, list(notes), by=user)


def _authorise(store: Store) -> None:
    """Write down that some creators have agreed, and that one has refused."""
    bound = StarTaskNote.objects.filter(store=store)
    if bound.exclude(authorisation=Authorisation.PENDING).exists():
        return
    first = list(bound.order_by("pk").values_list("pk", flat=True)[: AUTHORISED + 1])
    bound.filter(pk__in=first[:AUTHORISED]).update(authorisation=Authorisation.AUTHORISED)
    bound.filter(pk__in=first[AUTHORISED:]).update(authorisation=Authorisation.REJECTED)
