"""How the night went, for the first page of the staff."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import SyncWindow
from campaigns.sync.windows import NEVER_CAME
from merchants.landing import Waiting
from merchants.models import PartnerIncident, User


def windows_lost(user: User) -> Waiting:
    down = PartnerIncident.objects.open().count()
    late = ngettext("%(count)d partner down", "%(count)d partners down", down) % {"count": down}
    return Waiting(
        _("Sync monitor"),
        SyncWindow.objects.filter(NEVER_CAME).count(),
        _("windows refused by the partner, or given up"),
        reverse("admin:campaigns_syncwindow_monitor"),
        late if down else "",
    )
