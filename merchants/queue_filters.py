"""How reviewers narrow the queue: by the promise, by how close it is, and by whose it is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from merchants.models import Application, User
from merchants.review_clock import DAY, before_working_time
from portal.lib import days

Rows = QuerySet[Application]


def tomorrow(now: datetime) -> datetime:
    return days.starts_at(days.business_day(now) + timedelta(days=1))


def overdue_for(now: datetime, working_days: int) -> Q:
    return Q(due_at__lte=before_working_time(now, working_days * DAY))


class ChosenFilter(admin.SimpleListFilter):
    """A filter whose choices each name their condition."""

    choices_of: Callable[[User, datetime], dict[str, tuple[Any, Q]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _rows) in self._choices(request).items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self._choices(request).get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset

    def _choices(self, request: HttpRequest) -> dict[str, tuple[Any, Q]]:  # Any: lazy text
        return type(self).choices_of(cast(User, request.user), days.known_now())


class PromiseFilter(ChosenFilter):
    title = _("promised day")
    parameter_name = "promise"

    @staticmethod
    def choices_of(user: User, now: datetime) -> dict[str, tuple[Any, Q]]:
        return {
            "waiting": (_("every one that waits"), Q(due_at__isnull=False)),
            "kept": (_("in time"), Q(due_at__gte=tomorrow(now))),
            "today": (_("due today"), Q(due_at__gt=now, due_at__lt=tomorrow(now))),
            "overdue": (_("overdue"), overdue_for(now, 0)),
            "overdue_1": (_("overdue by a working day and more"), overdue_for(now, 1)),
            "overdue_3": (_("overdue by three working days and more"), overdue_for(now, 3)),
        }


class ScoreFilter(ChosenFilter):
    title = _("overall score")
    parameter_name = "score"

    @staticmethod
    def choices_of(user: User, now: datetime) -> dict[str, tuple[Any, Q]]:
        high, floor = Decimal("4.8"), Decimal("4.5")
        score = "store__overall_score"
        return {
            "high": (_("4.8 and more"), Q(**{f"{score}__gte": high})),
            "middle": (_("4.5 to 4.7"), Q(**{f"{score}__gte": floor, f"{score}__lt": high})),
            "low": (_("below 4.5"), Q(**{f"{score}__lt": floor})),
            "unknown": (_("score not stated"), Q(**{score: None})),
        }


class HandsFilter(ChosenFilter):
    title = _("in whose hands")
    parameter_name = "hands"

    @staticmethod
    def choices_of(user: User, now: datetime) -> dict[str, tuple[Any, Q]]:
        nobody = Q(claimed_by=None) | Q(claimed_until__lte=Now())
        return {
            "mine": (_("mine"), Q(claimed_by=user)),
            "free": (_("nobody's"), Q(nobody, due_at__isnull=False)),
        }


class AssignedFilter(ChosenFilter):
    title = _("assignment")
    parameter_name = "assigned"

    @staticmethod
    def choices_of(user: User, now: datetime) -> dict[str, tuple[Any, Q]]:
        return {
            "me": (_("assigned to me"), Q(assigned_to=user)),
            "nobody": (_("assigned to nobody"), Q(assigned_to=None, due_at__isnull=False)),
        }
