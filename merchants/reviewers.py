"""Who of the platform's staff reviews applications."""

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from merchants.models import User

REVIEWS = "change_application"


def reviewers() -> QuerySet[User]:
    """Return the active staff who may decide, by name; an administrator may everything."""
    right = Permission.objects.filter(codename=REVIEWS, content_type__app_label="merchants")
    may = Q(is_superuser=True) | Q(groups__permissions__in=right) | Q(user_permissions__in=right)
    return User.objects.filter(may, is_staff=True, is_active=True).order_by("name", "pk").distinct()
