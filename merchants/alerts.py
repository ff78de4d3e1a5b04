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
    """Return the worst first; one query where nothing is wrong, four at most.

    What is lacking for a store that was released needs nobody any more.
    """
    troubled = Participation.objects.seen_by(membership).troubled().filter(store__released_at=None)
    lapsed = Connection.objects.seen_by(membership).lapsed(timezone.now())
    needed = lapsed.filter(released_at=None).exclude(partner__in=OPTIONAL)
    asked = StoreRelease.objects.seen_by(membership).unanswered(days.today())
    if not troubled.values("pk").union(needed.values("pk"), asked.values("pk")).exists():
        return []
    found = [_participation(each) for each in troubled.select_related("store").order_by("store_id")]
    needed = needed.select_related("store").order_by("store_id", "partner")
    found += [_consent(each) for each in needed]
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
