"""What waits for the platform's staff here, for their first page."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Link
from merchants.landing import Waiting
from merchants.models import User
from portal.lib import days

LATE = timedelta(days=1)


def links_waiting(user: User) -> Waiting:
    rows = Link.objects.in_review()
    late = rows.filter(handed_in_at__lt=days.known_now() - LATE).count()
    address = reverse("admin:campaigns_link_changelist")
    return Waiting(
        _("Links to review"),
        rows.count(),
        _("handed in, and not approved by the policy alone"),
        f"{address}?queue=waiting",
        _("%(count)d for more than a day") % {"count": late} if late else "",
    )
