"""What needs somebody of the brand now: stores about to lose links, and consents that are gone."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.models import (
    Connection,
    Membership,
    Participation,
    ParticipationStatus,
    Store,
    StoreRelease,
)
from merchants.standing import OPTIONAL
from portal.lib import days


@dataclass(frozen=True, slots=True)
class Alert:
    store: Store
    colour: str
    word: str
    sentence: str


def alerts_for(membership: Membership) -> list[Alert]:
    """Return the worst first; three queries, however many stores there are.

    What is lacking for a store that was released needs nobody any more.
    """
    troubled = Participation.objects.seen_by(membership).troubled().select_related("store")
    troubled = troubled.filter(store__released_at=None)
    found = [_participation(each) for each in troubled.order_by("store_id")]
    lapsed = Connection.objects.seen_by(membership).lapsed(timezone.now())
    lapsed = lapsed.filter(released_at=None)
    needed = lapsed.exclude(partner__in=OPTIONAL).select_related("store")
    found += [_consent(each) for each in needed.order_by("store_id", "partner")]
    asked = StoreRelease.objects.seen_by(membership).unanswered(days.today())
    found += [_request(each) for each in asked.select_related("store").oldest_first()]
    return sorted(found, key=lambda alert: alert.colour != "bad")


def _participation(participation: Participation) -> Alert:
    colour = "warn" if participation.status == ParticipationStatus.AT_RISK else "bad"
    word = participation.get_status_display()
    return Alert(participation.store, colour, word, participation.consequence)


def _consent(connection: Connection) -> Alert:
    word = str(connection.state_at(timezone.now()).label)
    sentence = _(
        "%(partner)s: no new data is pulled until an owner renews the consent; the figures so far"
        " stay."
    ) % {"partner": connection.get_partner_display()}
    return Alert(connection.store, "bad", word, sentence)


def _request(release: StoreRelease) -> Alert:
    sentence = _("%(brand)s asks for this store. Agree or object by %(day)s.")
    said = sentence % {"brand": release.asker, "day": release.answer_by}
    return Alert(release.store, "warn", release.get_status_display(), said)
