"""A link's way from draft to approved: handed in, judged by rule or by a reviewer, sent back.

Everything here runs within a scope; Tmall was asked before, or is not asked at all.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from celery import current_app
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.links.ground import NotAttachable, ground_of
from campaigns.links.health_law import Judgement, judge
from campaigns.links.rules import (
    UNKNOWN_GOODS,
    Goods,
    Wish,
    case_of,
    objections,
    objections_of_policy,
)
from campaigns.links.told import announce_links
from campaigns.models import BuyingMode, Item, Link, LinkPosition, LinkStatus, LinkText
from merchants import link_reasons
from merchants.models import IllegalMove, NoticeKind, PolicyVersion, User
from merchants.notices import notify
from merchants.services import Refused
from merchants.standing import policy_in_force
from portal.lib import days

logger = logging.getLogger(__name__)

SUBMIT = "campaigns.tasks.submit_links"  # by its name: tasks stand above
Questions = tuple[str, ...]


@transaction.atomic
def put_forward(links: Sequence[Link], *, by: User, note: str = "") -> None:
    """Hand links in, all in a few statements; the policy approves the plain ones at once."""
    policy = policy_in_force(days.today())
    rows = Link.objects.filter(pk__in=[link.pk for link in links]).select_related("note", "store")
    found = list(rows.select_for_update(of=["self"]).order_by("pk"))
    by_question: dict[Questions, list[int]] = defaultdict(list)
    for link, goods in _with_goods(found):
        by_question[_questions(judge(case_of(wish_of(link), link.note, link.store, goods)))].append(
            link.pk
        )
    for questions, pks in by_question.items():
        Link.objects.filter(pk__in=pks).update(
            questions=list(questions),
            policy=policy,
            handed_in_at=days.known_now(),
            rejection="",
            review_state=None,
            review_comment="",
            waits_for="",
            not_before=Now(),
            tries=0,
        )
    Link.objects.move_all([link.pk for link in found], LinkStatus.IN_REVIEW, by=by, note=note)
    _approve_plain(found, set(by_question.get((), [])), policy)
    tell_workers()


def version_of(link: Link) -> int:
    """Return what changes with each hand-in: the number of the link's last move."""
    newest = link.events.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


@transaction.atomic
def approve_link(link: Link, *, by: User, seen: int | None = None) -> None:
    """Approve what waits, unless the rules have come to forbid it meanwhile.

    `seen` is the version that the reviewer looked at; one that was edited since is not approved.
    """
    _hold(link, seen)
    if link.status != LinkStatus.IN_REVIEW:
        raise Refused(_("%(link)s does not wait for a review any more.") % {"link": link})
    if reasons := reasons_against(link, judged_by_a_person=True):
        raise Refused(" ".join(reasons))
    link.move_to(LinkStatus.APPROVED, by=by)
    logger.info("link approved link=%s by=%s", link.pk, by.pk)
    tell_workers()


@transaction.atomic
def resume_link(link: Link, *, by: User) -> None:
    """Resume what the brand paused; not what the platform did, or what the policy forbids."""
    last = link.events.newest_first().first()
    if last and link_reasons.BY_PLATFORM in last.note.split():
        raise IllegalMove(_("The platform paused this link, and only the platform resumes it."))
    policy = policy_in_force(days.today())
    if reasons := objections_of_policy(wish_of(link), link.note.source, policy):
        raise IllegalMove(" ".join(reasons))
    link.take_verb("resume", by=by)


@transaction.atomic
def reject_link(
    link: Link, *, reasons: Iterable[str], words: str = "", by: User, seen: int | None = None
) -> None:
    """Send a link that waits back to its brand, with the reasons that it reads."""
    said = link_reasons.kept(reasons, words)
    _hold(link, seen)
    if link.status != LinkStatus.IN_REVIEW:
        raise Refused(_("%(link)s does not wait for a review any more.") % {"link": link})
    link.move_to(LinkStatus.REJECTED, by=by, note=said)
    Link.objects.filter(pk=link.pk).update(rejection=said)
    link.rejection = said
    tell_rejected(link)
    logger.info("link rejected link=%s by=%s", link.pk, by.pk)
    tell_workers()


def _hold(link: Link, seen: int | None) -> None:
    """Let nobody edit the link until it is decided, and nobody decide what they did not see."""
    Link.objects.select_for_update(of=["self"]).get(pk=link.pk)
    link.refresh_from_db()
    if seen is not None and seen != version_of(link):
        raise Refused(_("The brand edited %(link)s meanwhile. Look at it again.") % {"link": link})


def tell_rejected(link: Link) -> None:
    page = reverse("campaigns:link", args=[link.store.brand.slug, link.pk])
    notify(
        link.store,
        NoticeKind.LINK_REJECTED,
        leads_to=page,
        note=link.note.title,
        link_reason=link.rejection,
    )
    announce_links("link.rejected", link.store, [link])


def reasons_against(link: Link, *, judged_by_a_person: bool = False) -> list[str]:
    """Return what stands against the link today; what only a person can judge is not in it."""
    wish = wish_of(link)
    others = link.note.links.not_ended().exclude(pk=link.pk).exists()
    ground = ground_of(link.store)
    found = objections(wish, link.note, ground, has_open_link=others)
    ((_link, goods),) = _with_goods([link])
    bar = judge(case_of(wish, link.note, link.store, goods))
    if bar.barred and not (judged_by_a_person and bar.contestable):
        found.append(bar.barred)
    return found


def questions_of(link: Link) -> Questions:
    """Return, in the reader's language, why a person has to decide; by today's rules."""
    if link.destination is None:
        return ()
    ((_link, goods),) = _with_goods([link])
    return _questions(judge(case_of(wish_of(link), link.note, link.store, goods)))


def wish_of(link: Link) -> Wish:
    """Return what the row asks for; one whose parts can't be believed is refused."""
    if link.destination is None:
        raise NotAttachable(_("The address kept for this link can't be believed; choose another."))
    return Wish(
        destination=link.destination,
        text=LinkText(link.text),
        is_marked_as_ad=link.is_marked_as_ad,
        vouches_for_domain=True,
        position=LinkPosition(link.position),
        buying_mode=BuyingMode(link.buying_mode),
        shares_health=link.shares_health,
        contest=link.contest,
    )


def tell_workers() -> None:
    """Hurry what the tick would find; one message for any number of links."""
    transaction.on_commit(lambda: current_app.send_task(SUBMIT), robust=True)


def _approve_plain(found: Sequence[Link], plain: set[int], policy: PolicyVersion | None) -> None:
    if policy is None:
        return
    passed = [
        link.pk
        for link in found
        if link.pk in plain and policy.approves_alone(link.target, link.note.source)
    ]
    if passed:
        words = link_reasons.kept([link_reasons.BY_POLICY], str(policy))
        Link.objects.move_all(passed, LinkStatus.APPROVED, note=words)


def _with_goods(links: Sequence[Link]) -> Iterable[tuple[Link, Goods]]:
    """Give each link what its item is known to be: from the catalogue, else by its own title."""
    numbers = {link.item_id for link in links if link.item_id}
    stores = {link.store_id for link in links}
    items = Item.objects.filter(store_id__in=stores, num_iid__in=numbers)
    known = {(item.store_id, item.num_iid): Goods(item.title, item.cid) for item in items}
    for link in links:
        own = Goods(link.item_title) if link.item_title else UNKNOWN_GOODS
        yield link, known.get((link.store_id, link.item_id), own)


def _questions(judgement: Judgement) -> Questions:
    """What bars a link that came here all the same is for a person to see."""
    return tuple(each for each in (judgement.barred, judgement.question) if each)
