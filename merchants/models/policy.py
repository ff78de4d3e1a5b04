"""The policy as dated versions, each checked by two people, and the log of what changed outside."""

from datetime import date
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from merchants.models.people import User
from portal.lib.days import known_now


class IllegalMove(Exception):
    """The row cannot go from the status it has to the one asked for; shown to the person."""


class LinkType(models.TextChoices):
    """What a direct link may lead to; the codes are those of a link's target."""

    ITEM = "item", _("Item page")
    STORE = "store", _("Store page")


class NoteOrigin(models.IntegerChoices):
    """Where a note comes from; the codes are Juguang's."""

    OWN = 1, _("Own")
    COOPERATION = 2, _("Cooperation")
    HOST = 4, _("Brand host")
    EMPLOYEE = 6, _("Employee (KOS)")
    AUTHORISED = 11, _("Authorised")
    MATERIAL = 12, _("Material")
    COOPERATION_CODE = 13, _("Cooperation code")


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    PUBLISHED = "published", _("Made public")


GRACE_DAYS = 14  # of a version that says nothing else
LONGEST_GRACE = 365
WITHIN_A_YEAR = [MinValueValidator(1), MaxValueValidator(LONGEST_GRACE)]
POLICY_MOVES: dict[PolicyStatus, set[PolicyStatus]] = {
    PolicyStatus.DRAFT: {PolicyStatus.PROPOSED},
    PolicyStatus.PROPOSED: {PolicyStatus.DRAFT, PolicyStatus.PUBLISHED},
    PolicyStatus.PUBLISHED: set(),
}


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def published(self) -> Self:
        return self.filter(status=PolicyStatus.PUBLISHED)

    def in_force(self, day: date) -> Self:
        return (
            self.published()
            .filter(effective_from__lte=day)
            .filter(Q(effective_until=None) | Q(effective_until__gt=day))
        )

    def since(self, day: date) -> Self:
        """Keep the versions in force on the day, and those still to come."""
        return self.published().filter(Q(effective_until=None) | Q(effective_until__gt=day))

    def oldest_first(self) -> Self:
        return self.order_by("effective_from", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-effective_from", "-pk")


class PolicyVersion(models.Model):
    """The rules of entry from a day on. `rules` is a list of {"id", "kind", ...parameters}.

    The database keeps a version as it was proposed, and as it was published: the one thing that
    still changes is the day it ends, once, when a later one follows.
    """

    code = models.CharField(_("policy version"), max_length=20, unique=True)
    status = models.CharField(
        _("status"), max_length=10, choices=PolicyStatus, default=PolicyStatus.DRAFT
    )
    effective_from = models.DateField(_("in force from"))
    effective_until = models.DateField(_("in force until"), null=True, blank=True)
    source_note = models.TextField(_("source"), blank=True)
    source_note_en = models.TextField(_("source, in English"), blank=True)
    rules = models.JSONField(_("rules"), default=list)
    link_types = models.JSONField(_("link types allowed"), default=list, blank=True)
    note_sources = models.JSONField(_("note sources allowed"), default=list, blank=True)
    auto_link_types = models.JSONField(
        _("link types approved automatically"), default=list, blank=True
    )
    auto_link_sources = models.JSONField(
        _("note sources whose links are approved automatically"),
        default=list,
        blank=True,
        help_text=_(
            "A link of such a type below such a note is approved at once where every check is"
            " passed; one that needs a person's judgement never is. Nothing chosen: a reviewer"
            " decides every link."
        ),
    )
    decides_by_itself = models.BooleanField(
        _("decides by itself"),
        default=False,
        help_text=_(
            "Where every rule of the version is checked automatically, an application is decided"
            " at once, without a reviewer."
        ),
    )
    grace_days_at_risk = models.PositiveSmallIntegerField(
        _("days at risk before a store is restricted"), default=GRACE_DAYS, validators=WITHIN_A_YEAR
    )
    grace_days_restricted = models.PositiveSmallIntegerField(
        _("days restricted before a store is suspended"),
        default=GRACE_DAYS,
        validators=WITHIN_A_YEAR,
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    published_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        permissions = [("publish_policyversion", "Can publish policy version")]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gt=F("effective_from")),
                name="policy_version_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(
                    grace_days_at_risk__range=(1, LONGEST_GRACE),
                    grace_days_restricted__range=(1, LONGEST_GRACE),
                ),
                name="policy_version_gives_grace",
            ),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status=PolicyStatus.PUBLISHED, effective_until=None),
                name="policy_version_one_without_end",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def stands_on(self) -> str:
        """Say what the version stands on, in the reader's language where that was written."""
        if get_language() == "en":
            return self.source_note_en or self.source_note
        return self.source_note or self.source_note_en

    @property
    def link_type_names(self) -> list[str]:
        return [str(LinkType(each).label) for each in self.link_types]

    @property
    def note_source_names(self) -> list[str]:
        return [str(NoteOrigin(each).label) for each in self.note_sources]

    @property
    def auto_link_names(self) -> list[str]:
        """Name what is approved automatically; both a type and a source are needed for that."""
        if not (self.auto_link_types and self.auto_link_sources):
            return []
        return [
            *(str(LinkType(each).label) for each in self.auto_link_types),
            *(str(NoteOrigin(each).label) for each in self.auto_link_sources),
        ]

    def approves_alone(self, target: str, source: int | None) -> bool:
        """Whether a plain link of this type below such a note needs no reviewer."""
        return target in self.auto_link_types and source in self.auto_link_sources

    @property
    def who_decides(self) -> str:
        if self.decides_by_itself:
            return gettext("The rules, at once, where each is checked automatically")
        return gettext("A reviewer of the platform")

    @property
    def grace_periods(self) -> list[str]:
        return [
            str(_("%(days)s days at risk") % {"days": self.grace_days_at_risk}),
            str(_("then %(days)s days restricted") % {"days": self.grace_days_restricted}),
        ]

    def move_to(self, target: PolicyStatus, *, by: User) -> None:
        """Change the status and record who did it, or raise IllegalMove.

        The UPDATE matches only the status we read, so of two concurrent moves one fails.
        """
        source = PolicyStatus(self.status)
        if target not in POLICY_MOVES[source]:
            raise IllegalMove(
                _("A version that is %(source)s cannot become %(target)s.")
                % {"source": source.label, "target": target.label}
            )
        who = _who(target, by)
        with transaction.atomic():
            rows = PolicyVersion.objects.filter(pk=self.pk, status=source)
            if not rows.update(status=target, **who):
                raise IllegalMove(_("Someone else just changed this version."))
            self.events.create(source=source, target=target, actor=by, at=known_now())
        self.refresh_from_db()


def _who(target: PolicyStatus, by: User) -> dict[str, Any]:  # Any: as update() takes them
    """A version that goes back is proposed by nobody any more."""
    if target == PolicyStatus.PUBLISHED:
        return {"published_by": by}
    return {"proposed_by": by if target == PolicyStatus.PROPOSED else None}


class PolicyEventQuerySet(models.QuerySet["PolicyEvent"]):
    def newest_first(self) -> Self:
        return self.select_related("actor").order_by("-pk")


class PolicyEvent(models.Model):
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(_("from"), max_length=10, choices=PolicyStatus)
    target = models.CharField(_("to"), max_length=10, choices=PolicyStatus)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=known_now)

    objects = PolicyEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy event")
        verbose_name_plural = _("policy events")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class PolicyLogEntryQuerySet(models.QuerySet["PolicyLogEntry"]):
    def until(self, day: date) -> Self:
        return self.filter(day__lte=day)

    def newest_first(self) -> Self:
        return self.order_by("-day", "-pk")


class PolicyLogEntry(models.Model):
    """What the two platforms changed, and how well it is attested; a month's entry is its first."""

    day = models.DateField(_("day"))
    only_month = models.BooleanField(_("only the month is known"), default=False)
    what_zh = models.CharField(_("what, in Chinese"), max_length=200)
    what_en = models.CharField(_("what, in English"), max_length=200)
    sources = models.PositiveSmallIntegerField(
        _("independent sources"),
        null=True,
        blank=True,
        help_text=_("Empty: nobody has counted them."),
    )

    objects = PolicyLogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy log entry")
        verbose_name_plural = _("policy log")
        constraints = [
            models.UniqueConstraint(fields=["day", "what_en"], name="policy_log_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.what}"

    @property
    def what(self) -> str:
        return self.what_en if get_language() == "en" else self.what_zh
