"""What several pages of the admin share."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from merchants.models import SecondReview, User


class ReadOnly:
    """Staff may look; what changes these rows is a service or the brand itself."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Blind(admin.ModelAdmin):  # type: ignore[type-arg]  # as unfold's own
    """Leaves out what would tell a decision to those who may still judge it a second time.

    `blind_by` leads from the row to the field of the second review that it is told by.
    """

    blind_by: tuple[str, str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own, told = self.blind_by
        hidden = SecondReview.objects.kept_from(cast(User, request.user)).values(told)
        return super().get_queryset(request).exclude(**{f"{own}__in": hidden})
