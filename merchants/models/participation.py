"""How a joined store takes part: in good standing, on its way out, or on its way back."""

from datetime import date
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models.people import Brand, User
from merchants.models.policy import IllegalMove, PolicyVersion
from merchants.models.stores import Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class ParticipationStatus(models.TextChoices):
    GOOD = "good", _("In good standing")
    AT_RISK = "at_risk", _("At risk")
    RESTRICTED = "restricted", _("Restricted")
    SUSPENDED = "suspended", _("Participation suspended")


Status = ParticipationStatus
# A status that moves to itself begins a new period of grace; a suspension by the rules is joined
# by one of staff, and outlives it.
MOVES: dict[ParticipationStatus, set[ParticipationStatus]] = {
    Status.GOOD: {Status.AT_RISK, Status.SUSPENDED},
    Status.AT_RISK: {Status.GOOD, Status.AT_RISK, Status.RESTRICTED, Status.SUSPENDED},
    Status.RESTRICTED: {Status.GOOD, Status.AT_RISK, Status.RESTRICTED, Status.SUSPENDED},
    Status.SUSPENDED: set(Status),
}
NO_NEW_LINKS = (Status.RESTRICTED, Status.SUSPENDED)
MEANINGS = {
    Status.GOOD: _("Every rule is met; links work and new ones can be attached."),
    Status.AT_RISK: _("Links work and new ones can be attached, but a rule is not met."),
    Status.RESTRICTED: _("Existing links work and can be edited; no new ones can be attached."),
    Status.SUSPENDED: _("Its links are paused; readers get to the store's own page."),
}
FOLLOWING = {
    Status.AT_RISK: _("Unless it is fixed, the store is restricted from %(day)s on."),
    Status.RESTRICTED: _("Unless it is fixed, the links are paused from %(day)s on."),
}
NEXT = {
    Status.AT_RISK: _("restricted from %(day)s on"),
    Status.RESTRICTED: _("links paused from %(day)s on"),
}


class ParticipationQuerySet(StoreOwnedQuerySet["Participation"]):
    def troubled(self) -> Self:
        return self.exclude(status=Status.GOOD)

    def suspended(self) -> Self:
        return self.filter(status=Status.SUSPENDED)

    def without_new_links(self) -> Self:
        return self.filter(status__in=NO_NEW_LINKS)

    def status_of(self, store: Store) -> ParticipationStatus:
        """Return how the store takes part; one that was never judged is in good standing."""
        own = self.filter(brand_id=store.brand_id, store=store)
        return Status(next(iter(own.values_list("status", flat=True)), Status.GOOD))


class Participation(models.Model):
    """A joined store's standing since it joined; a store without a row is in good standing.

    `until` is the day on which the next worse step comes, and `failing` are the rules for which
    that clock runs: those named in the notice that started it. `lacking` are the verdicts of the
    last judgement, frozen. While staff hold the store suspended, `held_from` is the status that
    it had before, and no judgement moves it.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="participations", verbose_name=_("brand")
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="participations", verbose_name=_("store")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ParticipationStatus, default=ParticipationStatus.GOOD
    )
    since = models.DateTimeField(_("since when"), default=known_now)
    until = models.DateField(_("next step on"), null=True, blank=True)
    lacking = models.JSONField(_("lacking"), default=list, blank=True)
    failing = models.JSONField(_("rules whose clock runs"), default=list, blank=True)
    policy = models.ForeignKey(
        PolicyVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("policy version"),
    )
    judged_on = models.DateField(_("judged on"), null=True, blank=True)
    held_because = models.TextField(_("reason of the suspension"), blank=True)
    held_from = models.CharField(
        _("status before the suspension"), max_length=10, choices=ParticipationStatus, blank=True
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        permissions = [("hold_participation", "Can suspend a store and lift the suspension")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "store"], name="participation_once_per_store"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(status__in=["at_risk", "restricted"]),
                name="participation_clock_leads_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(held_because="", held_from="")
                | (Q(status="suspended") & ~Q(held_because="") & ~Q(held_from="")),
                name="participation_held_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()

    @property
    def is_held(self) -> bool:
        """Whether staff, and not the rules, keep the store suspended."""
        return bool(self.held_from)

    @property
    def consequence(self) -> str:
        """Say what the status means for the store's links, and what comes when."""
        meaning = MEANINGS[ParticipationStatus(self.status)]
        if self.is_held:
            meaning = _("The platform has paused its links; readers get to the store's own page.")
        if self.until is None:
            return str(meaning)
        following = FOLLOWING[ParticipationStatus(self.status)] % {"day": self.until.isoformat()}
        return _("%(meaning)s %(following)s") % {"meaning": meaning, "following": following}

    @property
    def what_follows(self) -> str:
        return _what_follows(self.status, self.until)

    def move_to(
        self,
        target: ParticipationStatus,
        *,
        by: User | None = None,
        note: str = "",
        changes: dict[str, Any] | None = None,  # Any: as update() takes them
    ) -> None:
        """Change the status, and `changes` with it, and record it; or raise IllegalMove.

        Nobody moves it but the nightly judgement and staff. The UPDATE matches only what we
        read, so of two concurrent moves one fails.
        """
        source = ParticipationStatus(self.status)
        if target not in MOVES[source]:
            raise IllegalMove(
                _("A store that is “%(source)s” cannot become “%(target)s”.")
                % {"source": source.label, "target": target.label}
            )
        since = {} if target == source else {"since": known_now()}
        values = {"status": target} | since | (changes or {})
        with transaction.atomic():
            read = {"pk": self.pk, "status": source, "until": self.until}
            if not Participation.objects.filter(**read).update(**values):
                raise IllegalMove(_("Someone else just changed this store's participation."))
            for name, value in values.items():
                setattr(self, name, value)
            self._record(source, by=by, note=note)

    def keep_judgement(self, **judgement: Any) -> None:  # Any: as update() takes them
        """Write what a judgement found that moves nothing."""
        Participation.objects.filter(pk=self.pk).update(**judgement)
        for name, value in judgement.items():
            setattr(self, name, value)

    def _record(self, source: ParticipationStatus, *, by: User | None, note: str) -> None:
        self.events.create(
            brand_id=self.brand_id,
            store_id=self.store_id,
            source=source,
            target=self.status,
            until=self.until,
            lacking=self.lacking,
            policy=self.policy,
            actor=by,
            note=note,
        )


class ParticipationEventQuerySet(StoreOwnedQuerySet["ParticipationEvent"]):
    def newest_first(self) -> Self:
        return self.select_related("policy", "actor").order_by("-pk")


class ParticipationEvent(models.Model):
    """A move, kept for good; without an actor the nightly judgement made it."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="events"
    )
    source = models.CharField(_("from"), max_length=10, choices=ParticipationStatus)
    target = models.CharField(_("to"), max_length=10, choices=ParticipationStatus)
    until = models.DateField(_("next step on"), null=True, blank=True)
    lacking = models.JSONField(_("lacking"), default=list, blank=True)
    policy = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"), default=known_now)

    objects = ParticipationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation event")
        verbose_name_plural = _("participation events")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def what_follows(self) -> str:
        return _what_follows(self.target, self.until)


def _what_follows(status: str, until: date | None) -> str:
    return NEXT[ParticipationStatus(status)] % {"day": until.isoformat()} if until else ""
