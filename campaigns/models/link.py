"""The link below a note: one tap to the Tmall store."""

import re
import secrets
from collections.abc import Sequence
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.models.component import BuyingMode, LinkPosition, ReviewState, WaitsFor
from campaigns.models.note import Note
from campaigns.models.trouble import trouble_in_words
from merchants.link_reasons import in_words
from merchants.models import (
    Brand,
    IllegalMove,
    Participation,
    PolicyVersion,
    Store,
    StoreOwnedQuerySet,
    User,
)
from portal.lib.days import known_now
from portal.lib.destinations import BadDestination, Destination

CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 8
CODE = re.compile(f"[{CODE_LETTERS}]{{{CODE_LENGTH}}}")


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


class LinkTarget(models.TextChoices):
    ITEM = "item", _("Item page")
    STORE = "store", _("Store page")


class LinkText(models.TextChoices):
    LEARN_MORE = "learn_more", _("Learn more")
    BUY_THE_SAME = "buy_the_same", _("Buy the same")
    GET_SUBSIDY = "get_subsidy", _("Get the subsidy")
    ORDER_NOW = "order_now", _("Order at a discount")


class LinkStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    SUBMITTED = "submitted", _("Submitted to Juguang")
    REJECTED = "rejected", _("Rejected")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")
    BROKEN = "broken", _("Broken")
    ENDED = "ended", _("Ended")


MOVES = {
    LinkStatus.DRAFT: {LinkStatus.IN_REVIEW, LinkStatus.ENDED},
    LinkStatus.IN_REVIEW: {
        LinkStatus.APPROVED,
        LinkStatus.REJECTED,
        LinkStatus.DRAFT,
        LinkStatus.ENDED,
    },
    LinkStatus.APPROVED: {
        LinkStatus.SUBMITTED,
        LinkStatus.REJECTED,
        LinkStatus.IN_REVIEW,
        LinkStatus.ENDED,
    },
    LinkStatus.SUBMITTED: {
        LinkStatus.LIVE,
        LinkStatus.REJECTED,
        LinkStatus.IN_REVIEW,
        LinkStatus.ENDED,
    },
    LinkStatus.REJECTED: {LinkStatus.IN_REVIEW, LinkStatus.ENDED},
    LinkStatus.LIVE: {
        LinkStatus.PAUSED,
        LinkStatus.BROKEN,
        LinkStatus.IN_REVIEW,
        LinkStatus.ENDED,
    },
    LinkStatus.PAUSED: {
        LinkStatus.LIVE,
        LinkStatus.BROKEN,
        LinkStatus.IN_REVIEW,
        LinkStatus.ENDED,
    },
    LinkStatus.BROKEN: {
        LinkStatus.LIVE,
        LinkStatus.PAUSED,
        LinkStatus.IN_REVIEW,
        LinkStatus.ENDED,
    },
    LinkStatus.ENDED: set(),
}


# What a person may ask for, by the word in the address: from which states, and to which.
OPEN = frozenset(LinkStatus) - {LinkStatus.ENDED}
VERBS: dict[str, tuple[frozenset[LinkStatus], LinkStatus]] = {
    "pause": (frozenset({LinkStatus.LIVE}), LinkStatus.PAUSED),
    "resume": (frozenset({LinkStatus.PAUSED}), LinkStatus.LIVE),
    "withdraw": (frozenset({LinkStatus.IN_REVIEW}), LinkStatus.DRAFT),
    "end": (OPEN, LinkStatus.ENDED),
}
# Where no component may stand below the note; one that does is taken away.
WITHOUT_COMPONENT = frozenset(
    {LinkStatus.DRAFT, LinkStatus.IN_REVIEW, LinkStatus.REJECTED, LinkStatus.ENDED}
)


class LinkQuerySet(StoreOwnedQuerySet["Link"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def not_ended(self) -> Self:
        return self.exclude(status=LinkStatus.ENDED)

    def in_review(self) -> Self:
        return self.filter(status=LinkStatus.IN_REVIEW)

    def longest_waiting_first(self) -> Self:
        return self.order_by("handed_in_at", "pk")

    def sensitive(self) -> Self:
        return self.exclude(questions=[])

    def owed_to_juguang(self) -> Self:
        """Keep those that have yet to be created there, or to be taken away."""
        gone = Q(status__in=WITHOUT_COMPONENT) & ~Q(direct_link_id="")
        return self.filter(Q(status=LinkStatus.APPROVED) | gone)

    def due(self) -> Self:
        """Keep what no worker has in hand and may be tried now, by the database's clock."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        return self.filter(free, not_before__lte=Now())

    def move_all(
        self, pks: Sequence[int], target: LinkStatus, *, by: User | None = None, note: str = ""
    ) -> int:
        """Move those of the links that may go there, with an event each; return how many did.

        What `move_to` is for one link, in three statements for any number.
        """
        sources = [source for source, targets in MOVES.items() if target in targets]
        with transaction.atomic():
            ready = self.filter(pk__in=pks, status__in=sources).order_by("pk")
            found = list(ready.select_for_update(of=["self"]))
            self.filter(pk__in=[link.pk for link in found]).update(status=target)
            LinkEvent.objects.bulk_create(
                [
                    LinkEvent(
                        brand_id=link.brand_id,
                        store_id=link.store_id,
                        link=link,
                        source=link.status,
                        target=target,
                        actor=by,
                        note=note,
                    )
                    for link in found
                ]
            )
        return len(found)

    def with_suspension(self) -> Self:
        """Add `is_suspended`: the link's store takes no part at present, so it leads nowhere.

        A store that was released to another brand takes no part in this one any more.
        """
        suspended = Participation.objects.suspended()
        return self.annotate(
            is_suspended=Q(store__released_at__isnull=False)
            | models.Exists(
                suspended.filter(
                    brand_id=models.OuterRef("brand_id"), store_id=models.OuterRef("store_id")
                )
            )
        )

    def with_newest_event(self) -> Self:
        """Add `newest_event`: the id of the link's last move, None before the first."""
        return self.annotate(newest_event=models.Max("events__pk"))

    def with_taps(self) -> Self:
        """Add `tap_count`: people whom our own `/j/<code>` sent on."""
        tapped = Q(clicks__kind="person") & ~Q(clicks__went="stop_page")
        return self.annotate(tap_count=models.Count("clicks", filter=tapped))


class Link(models.Model):
    """What stands below a note. The address is rebuilt from the parts kept here."""

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="links", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="links", verbose_name=_("store")
    )
    note = models.ForeignKey(
        Note, on_delete=models.PROTECT, related_name="links", verbose_name=_("note")
    )
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code)
    status = models.CharField(
        _("status"), max_length=10, choices=LinkStatus, default=LinkStatus.DRAFT
    )
    target = models.CharField(_("target"), max_length=5, choices=LinkTarget)
    item_id = models.CharField(_("item id"), max_length=15, blank=True)
    item_title = models.CharField(_("item"), max_length=120, blank=True)
    shop = models.CharField(_("shop domain"), max_length=63, blank=True)
    text = models.CharField(_("button text"), max_length=15, choices=LinkText)
    position = models.CharField(
        _("position"), max_length=8, choices=LinkPosition, default=LinkPosition.CAPSULE
    )
    buying_mode = models.CharField(
        _("buying mode"), max_length=3, choices=BuyingMode, default=BuyingMode.CID
    )
    marked_as_ad_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed the mark 广告"),
    )
    marked_as_ad_at = models.DateTimeField(_("mark 广告 confirmed"), null=True, blank=True)
    shares_health = models.BooleanField(_("note shares health knowledge"), default=False)
    contest = models.CharField(_("objection to the health rule"), max_length=300, blank=True)
    questions = models.JSONField(_("questions for a person"), default=list, blank=True)
    policy = models.ForeignKey(
        PolicyVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked against policy version"),
    )
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    rejection = models.TextField(_("reason for the rejection"), blank=True)
    direct_link_id = models.CharField(_("direct link at Juguang"), max_length=64, blank=True)
    review_state = models.PositiveSmallIntegerField(
        _("review state at Juguang"), choices=ReviewState, null=True, blank=True
    )
    review_comment = models.CharField(_("Juguang's comment"), max_length=300, blank=True)
    submitted_at = models.DateTimeField(_("submitted to Juguang"), null=True, blank=True)
    # the work owed at Juguang: `attempts` says whose lease it is
    not_before = models.DateTimeField(_("not before"), db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    waits_for = models.CharField(_("waits for"), max_length=8, choices=WaitsFor, blank=True)
    created_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), default=known_now)

    is_suspended: bool  # only on rows of `with_suspension()`
    newest_event: int | None  # only on rows of `with_newest_event()`

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "note"],
                condition=~Q(status="ended"),
                name="link_one_open_per_note",
            ),
            models.CheckConstraint(
                condition=Q(target="item", item_id__regex=r"^[0-9]{6,15}$", shop="")
                | Q(target="store", item_id="", shop__regex=r"^[a-z0-9][a-z0-9-]{0,62}$"),
                name="link_target_has_its_parts",
            ),
        ]
        permissions = [("review_link", "Can review links")]
        indexes = [
            models.Index(
                fields=["handed_in_at"], condition=Q(status="in_review"), name="link_waiting"
            ),
            models.Index(
                fields=["not_before"],
                condition=Q(status="approved")
                | Q(status__in=sorted(WITHOUT_COMPONENT)) & ~Q(direct_link_id=""),
                name="link_owed_to_juguang",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def short_url(self) -> str:
        return f"{settings.JUMP_URL}/j/{self.code}"

    @property
    def destination(self) -> Destination | None:
        """The address, checked again each time; None when the row's parts can't be believed."""
        try:
            return Destination(kind=self.target, item_id=self.item_id, shop=self.shop)
        except BadDestination:
            return None

    @property
    def is_marked_as_ad(self) -> bool:
        return self.marked_as_ad_at is not None

    @property
    def rejected_because(self) -> str:
        """The reason in the reader's language, whoever rejected."""
        return in_words(self.rejection)

    def take_verb(self, verb: str, *, by: User) -> None:
        """Do what a person may ask for, from the states in which they may."""
        sources, target = VERBS[verb]
        if self.status not in sources:
            raise IllegalMove(
                _("A %(source)s link cannot become %(target)s.")
                % {"source": LinkStatus(self.status).label, "target": target.label}
            )
        self.move_to(target, by=by)

    def move_to(self, target: LinkStatus, *, by: User | None = None, note: str = "") -> None:
        """Change the status and record who did it, or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = LinkStatus(self.status)
        if target not in MOVES[source]:
            raise IllegalMove(
                _("A %(source)s link cannot become %(target)s.")
                % {"source": source.label, "target": target.label}
            )
        with transaction.atomic():
            moved = Link.objects.filter(pk=self.pk, status=source).update(status=target)
            if not moved:
                raise IllegalMove(_("Someone else just changed this link."))
            self.events.create(
                brand_id=self.brand_id,
                store_id=self.store_id,
                source=source,
                target=target,
                actor=by,
                note=note,
            )
        self.status = target


class LinkEventQuerySet(models.QuerySet["LinkEvent"]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class LinkEvent(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=10, choices=LinkStatus)
    target = models.CharField(_("to"), max_length=10, choices=LinkStatus)
    actor = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by whom"),
    )
    note = models.TextField(_("remark"), blank=True)
    at = models.DateTimeField(_("at"), default=known_now)

    objects = LinkEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("link event")
        verbose_name_plural = _("link events")

    def __str__(self) -> str:
        return f"{LinkStatus(self.source).label} → {LinkStatus(self.target).label}"

    @property
    def said(self) -> str:
        return in_words(trouble_in_words(self.note))
