"""What holds for every link of a store, and the refusal that a person reads."""

from campaigns.links.rules import Ground
from merchants import consent_texts
from merchants.consent_records import agreed_since
from merchants.models import Connection, Participation, Partner, Store
from merchants.standing import policy_in_force
from portal.lib import days


class NotAttachable(Exception):
    """The link was not attached; `reasons` are shown to the person."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


def ground_of(store: Store) -> Ground:
    """Read what holds for every link of the store; within a scope of its brand."""
    return Ground(
        store=store,
        participation=Participation.objects.status_of(store),
        policy=policy_in_force(days.today()),
    )


def agreed_to_direct_links(connection: Connection) -> bool:
    """Whether the consent was given to a text that tells of direct links."""
    return agreed_since(connection, consent_texts.WITH_DIRECT_LINKS)


def has_consents(store: Store, juguang: Connection | None) -> bool:
    """Whether Tmall can be asked for the store's items and Juguang given its links."""
    if juguang is None:  # a note that Juguang has not listed
        return False
    there = store.connections.connected()
    return (
        there.filter(partner=Partner.TOP).exists()
        and there.filter(pk=juguang.pk).exists()
        and agreed_to_direct_links(juguang)
    )
