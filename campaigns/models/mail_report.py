"""A saved view that somebody has sent to them by mail, and the mails that this owes them."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from campaigns.models.saved_view import SavedView
from merchants.models import Brand, MailStatus, Membership, OwedMail, OwedMailQuerySet
from portal.lib.days import SHANGHAI, known_now, starts_at

LAST_HOUR = 23
WEEK = 7


class MailReportQuerySet(models.QuerySet["MailReport"]):
    def seen_by(self, membership: Membership) -> Self:
        """Keep the person's own; who is here by an agency's grant has none."""
        return self.filter(brand_id=membership.brand_id, membership_id=membership.pk)

    def due_at(self, moment: datetime) -> Self:
        """Keep those whose hour has come today, and for which no mail of today is written down."""
        today = moment.astimezone(SHANGHAI)
        written = ReportMail.objects.filter(report=OuterRef("pk"), day=today.date())
        return self.filter(
            ~Exists(written.filter(is_asked=False)),
            Q(weekday=None) | Q(weekday=today.weekday()),
            paused_at=None,
            hour__lte=today.hour,
            membership__suspended_at=None,
            membership__user__is_active=True,
        )

    def with_last_mail(self) -> Self:
        """Add `last_status`, `last_sent_at` and `last_error` of the newest mail."""
        newest = ReportMail.objects.filter(report=OuterRef("pk")).order_by("-pk")
        sent = newest.filter(status=MailStatus.SENT).order_by("-sent_at")
        return self.annotate(
            last_status=Subquery(newest.values("status")[:1]),
            last_error=Subquery(newest.values("error")[:1]),
            last_sent_at=Subquery(sent.values("sent_at")[:1]),
        )

    def by_name(self) -> Self:
        return self.select_related("view").order_by("view__name", "pk")


class MailReport(models.Model):
    """It ends with the membership. `weekday` is 0 for Monday and null for every day.

    `hour` is one of Asia/Shanghai. Nothing is owed for a moment before `since`, which is when it
    was ordered or resumed.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="mail_reports")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True)
    hour = models.PositiveSmallIntegerField(_("hour"), default=9)
    since = models.DateTimeField(_("since"), default=known_now)
    paused_at = models.DateTimeField(_("paused"), null=True)

    objects = MailReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail report")
        verbose_name_plural = _("mail reports")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "view", "membership"], name="mail_report_once"
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=LAST_HOUR) & (Q(weekday=None) | Q(weekday__lt=WEEK)),
                name="mail_report_at_an_hour",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view_id} · {self.membership_id}"

    def due_on(self, day: date) -> datetime:
        return starts_at(day) + timedelta(hours=self.hour)

    def pause(self) -> None:
        MailReport.objects.filter(pk=self.pk, paused_at=None).update(paused_at=known_now())

    def resume(self) -> None:
        """Send it again from the next due hour on."""
        paused = MailReport.objects.filter(pk=self.pk, paused_at__isnull=False)
        paused.update(paused_at=None, since=known_now())


class ReportMail(OwedMail):
    """The mail of a report's due day, or one that the reader asked for besides (`is_asked`)."""

    READ_WITH = ("report__membership__user",)

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(MailReport, on_delete=models.CASCADE, related_name="mails")
    day = models.DateField(_("due day"))
    is_asked = models.BooleanField(_("asked for"), default=False)

    objects = OwedMailQuerySet["ReportMail"].as_manager()

    class Meta:
        verbose_name = _("report mail")
        verbose_name_plural = _("report mails")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "report", "day"],
                condition=Q(is_asked=False),
                name="report_mail_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["brand", "report"],
                condition=Q(is_asked=True, status__in=[MailStatus.OWED, MailStatus.CLAIMED]),
                name="report_mail_asked_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status__in=[MailStatus.OWED, MailStatus.CLAIMED]),
                name="report_mail_open",
            )
        ]
