"""A store's request to join, from its draft to the last word on an appeal."""

from datetime import date, timedelta
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, User
from merchants.models.policy import IllegalMove, PolicyVersion
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib import days
from portal.lib.days import known_now

CLAIM_LEASE = timedelta(minutes=30)


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    NEEDS_INFO = "needs_info", _("Answer needed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    APPEALED = "appealed", _("Appealed")
    UPHELD = "upheld", _("Rejection upheld")
    OVERTURNED = "overturned", _("Approved on appeal")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


Status = ApplicationStatus
MOVES: dict[ApplicationStatus, set[ApplicationStatus]] = {
    Status.DRAFT: {Status.SUBMITTED, Status.WITHDRAWN},
    # to a decision only by the rules: a person claims it first; whatever waits expires with its
    # store's release to another brand
    Status.SUBMITTED: {
        Status.IN_REVIEW,
        Status.APPROVED,
        Status.REJECTED,
        Status.WITHDRAWN,
        Status.EXPIRED,
    },
    Status.IN_REVIEW: {
        Status.NEEDS_INFO,
        Status.APPROVED,
        Status.REJECTED,
        Status.WITHDRAWN,
        Status.EXPIRED,
    },
    Status.NEEDS_INFO: {Status.SUBMITTED, Status.WITHDRAWN, Status.EXPIRED},
    Status.APPROVED: set(),
    Status.REJECTED: {Status.APPEALED, Status.SUBMITTED},
    Status.APPEALED: {Status.UPHELD, Status.OVERTURNED, Status.EXPIRED},
    Status.UPHELD: {Status.SUBMITTED},
    Status.OVERTURNED: set(),
    Status.WITHDRAWN: {Status.SUBMITTED},
    Status.EXPIRED: {Status.SUBMITTED},
}
WITH_THE_PLATFORM = (Status.SUBMITTED, Status.IN_REVIEW, Status.APPEALED)
JOINED = (Status.APPROVED, Status.OVERTURNED)
ONE_TRY = (*WITH_THE_PLATFORM, Status.NEEDS_INFO)
DECISIONS = (Status.APPROVED, Status.REJECTED, Status.UPHELD, Status.OVERTURNED)
BY_THE_BRAND = (Status.SUBMITTED, Status.WITHDRAWN, Status.APPEALED)


class Margin(models.TextChoices):
    """How close to the rules' line an application was when it was handed in."""

    CLEAR = "clear", _("Clearly met")
    NARROW = "narrow", _("Narrowly met")
    NEAR_MISS = "near_miss", _("Near miss")
    SHORT = "short", _("Several rules not met")


class Claimed(Exception):
    """Another reviewer holds the application; the message is shown to whoever came second."""


QUEUE = (F("due_at").asc(nulls_last=True), F("id").desc())


class ApplicationQuerySet(StoreOwnedQuerySet["Application"]):
    def waiting(self) -> Self:
        """Keep those that wait for the platform."""
        return self.filter(status__in=WITH_THE_PLATFORM)

    def for_the_rules(self) -> Self:
        """Keep what waits for no reviewer, and none has claimed."""
        return self.filter(status=Status.SUBMITTED, left_to_rules=True)

    def unanswered(self, day: date) -> Self:
        """Keep those whose question had to be answered before `day`."""
        return self.filter(status=Status.NEEDS_INFO, answer_due__lt=day)

    def claimable(self, by: User) -> Self:
        free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lte=Now())
        return self.waiting().filter(free)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def soonest_due_first(self) -> Self:
        """Put those that wait for the platform first, in the order in which they are promised."""
        return self.order_by(*QUEUE)

    def after(self, other: "Application") -> Self:
        """Keep what comes after `other` in the queue; after a decided one, all of the queue."""
        rows = self.filter(due_at__isnull=False).soonest_due_first()
        if other.due_at is None:
            return rows
        return rows.filter(Q(due_at__gt=other.due_at) | Q(due_at=other.due_at, pk__lt=other.pk))

    def before(self, other: "Application") -> Self:
        """Keep what comes before `other` in the queue, the nearest first."""
        earlier = Q(due_at__lt=other.due_at) | Q(due_at=other.due_at, pk__gt=other.pk)
        return self.filter(earlier).order_by("-due_at", "pk") if other.due_at else self.none()


class Application(models.Model):
    """A store's request to join, with the policy version and the facts it was judged by.

    `draft` holds the brand's form as typed, until it can be stated. What a decision means for
    another try is written with it: a later change of the reasons doesn't reach back.
    `left_to_rules` holds from a submission under rules that decide alone until a reviewer claims
    it, and stays with what they decided.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="applications", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="applications", verbose_name=_("store")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ApplicationStatus, default=ApplicationStatus.DRAFT
    )
    draft = models.JSONField(_("draft"), default=dict, blank=True)
    draft_saved_at = models.DateTimeField(_("draft saved"), null=True, blank=True)
    policy = models.ForeignKey(
        PolicyVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("policy version"),
    )
    facts = models.JSONField(
        _("facts at submission"), default=dict, blank=True, encoder=DjangoJSONEncoder
    )
    verdicts = models.JSONField(_("verdicts at submission"), default=list, blank=True)
    evidence = models.JSONField(_("evidence at submission"), default=list, blank=True)
    margin = models.CharField(_("how close"), max_length=10, choices=Margin, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    due_at = models.DateTimeField(_("decision due"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    claimed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("claimed by"),
    )
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    asked = models.TextField(_("what is asked"), blank=True)
    answer_due = models.DateField(_("answer due"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    reason = models.TextField(_("note on the decision"), blank=True)
    again_from = models.DateField(_("may apply again from"), null=True, blank=True)
    is_final = models.BooleanField(_("may not apply again"), default=False)
    rejected_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rejected by"),
    )
    left_to_rules = models.BooleanField(_("left to the rules alone"), default=False)
    appeal_judged_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("appeal judged by"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        permissions = [("assign_application", "Can assign applications to reviewers")]
        indexes = [
            models.Index(*QUEUE, name="application_queue"),
            models.Index(fields=["margin", "due_at"], name="application_by_margin"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "store"], name="application_once_per_store"),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="application_claim_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(status="needs_info") | (~Q(asked="") & Q(answer_due__isnull=False)),
                name="application_asks_something",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["upheld", "overturned"])
                | Q(appeal_judged_by__isnull=False, rejected_by__isnull=False)
                | Q(appeal_judged_by__isnull=False, left_to_rules=True),
                name="application_appeal_has_its_judge",
            ),
            models.CheckConstraint(
                condition=Q(left_to_rules=False) | Q(rejected_by=None),
                name="application_rejected_by_rules_or_a_person",
            ),
            models.CheckConstraint(
                condition=Q(appeal_judged_by=None)
                | Q(rejected_by=None)
                | ~Q(appeal_judged_by=F("rejected_by")),
                name="application_appeal_judged_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"A-{self.pk:06d}"

    @property
    def is_waiting(self) -> bool:
        return self.status in WITH_THE_PLATFORM

    def claim(self, *, by: User) -> None:
        """Take the application for CLAIM_LEASE, or for longer; raise Claimed if another has it.

        The UPDATE matches only what is free, so of two at once one gets it.
        """
        rows = Application.objects.filter(pk=self.pk).claimable(by)
        taken = rows.update(claimed_by=by, claimed_until=Now() + CLAIM_LEASE)
        self.refresh_from_db()
        if taken:
            return
        if not self.is_waiting or self.claimed_by is None:
            raise IllegalMove(
                _("A %(source)s application is not reviewed.")
                % {"source": Status(self.status).label}
            )
        raise Claimed(
            _("%(who)s is reviewing this application until %(until)s.")
            % {"who": self.claimed_by, "until": _clock(self)}
        )

    def move_to(
        self,
        target: ApplicationStatus,
        *,
        by: User | None = None,
        note: str = "",
        changes: dict[str, Any] | None = None,  # Any: as update() takes them
        details: dict[str, Any] | None = None,  # Any: the event's other columns
    ) -> None:
        """Change the status, and `changes` with it, and record who did it; or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = ApplicationStatus(self.status)
        if target not in MOVES[source]:
            raise IllegalMove(
                _("A %(source)s application cannot become %(target)s.")
                % {"source": source.label, "target": target.label}
            )
        values = {"status": target} | _over_with(target) | (changes or {})
        with transaction.atomic():
            if not Application.objects.filter(pk=self.pk, status=source).update(**values):
                raise IllegalMove(_("Someone else just changed this application."))
            self.events.create(
                brand_id=self.brand_id,
                store_id=self.store_id,
                source=source,
                target=target,
                actor=by,
                note=note,
                at=days.known_now(),
                **(details or {}),
            )
        for name, value in values.items():
            setattr(self, name, value)


class ApplicationEventQuerySet(StoreOwnedQuerySet["ApplicationEvent"]):
    def oldest_first(self) -> Self:
        return self.select_related("actor").order_by("pk")


class ApplicationEvent(models.Model):
    """A move, kept for good; `frozen` is what was handed in with it, `waited` its review's time."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=10, choices=ApplicationStatus)
    target = models.CharField(_("to"), max_length=10, choices=ApplicationStatus)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    frozen = models.JSONField(_("handed in"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    waited = models.DurationField(_("working time until the decision"), null=True, blank=True)
    at = models.DateTimeField(_("at"), default=known_now)

    objects = ApplicationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("application event")
        verbose_name_plural = _("application events")
        indexes = [
            models.Index(
                F("id").desc(),
                condition=Q(waited__isnull=False),
                name="application_decisions_newest",
            ),
            models.Index(
                fields=["at"],
                condition=Q(waited__isnull=False),
                name="application_decisions_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def is_the_brands(self) -> bool:
        return self.target in BY_THE_BRAND

    @property
    def decided_by_version(self) -> str:
        """The policy version whose rules alone took this step, if they did."""
        code: str = self.frozen.get("policy", "") if self.target in DECISIONS else ""
        return code


def _over_with(target: ApplicationStatus) -> dict[str, Any]:  # Any: as update() takes them
    """Return what ends with the move: the claim, the promised day, and who a try is assigned to."""
    if target == Status.IN_REVIEW:
        return {}
    over: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
    if target not in WITH_THE_PLATFORM:
        over["due_at"] = None
    if target not in ONE_TRY:
        over["assigned_to"] = None
    return over


def _clock(application: Application) -> str:
    until = application.claimed_until
    return until.astimezone(days.SHANGHAI).strftime("%H:%M") if until else ""
