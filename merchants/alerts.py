"""What needs somebody of the brand now: consents that are gone, and stores about to lose links."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.models import (
    Connection,
    Membership,
    Participation,
    ParticipationStatus,
    Store,
)


@dataclass(frozen=True, slots=True)
class Alert:
    store: Store
    colour: str
    title: str
    sentence: str


def alerts_for(membership: Membership) -> list[Alert]:
    """Return the worst first; two queries, however many stores there are."""
    troubled = Participation.objects.seen_by(membership).troubled().select_related("store")
    found = [_participation(each) for each in troubled.order_by("store_id")]
    lost = Connection.objects.seen_by(membership).lost(timezone.now()).select_related("store")
    found += [_consent(each) for each in lost.order_by("store_id", "partner")]
    return sorted(found, key=lambda alert: alert.colour != "bad")


def _participation(participation: Participation) -> Alert:
    store = participation.store
    colour = "warn" if participation.status == ParticipationStatus.AT_RISK else "bad"
    title = _("%(store)s: %(status)s") % {"store": store, "status": participation}
    return Alert(store, colour, title, participation.consequence)


def _consent(connection: Connection) -> Alert:
    names = {"partner": connection.get_partner_display(), "store": connection.store}
    title = _("%(partner)s needs the consent of %(store)s again") % names
    sentence = _(
        "No new data is pulled until an owner renews the consent; the figures so far stay."
    )
    return Alert(connection.store, "bad", title, sentence)
