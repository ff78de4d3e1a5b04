"""As many brands as asked for, each with a store that joined one advertiser of a generated world.

Runs in the portal that is measured, by its `manage.py shell`.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from campaigns.reports.note_day import NOTE_DAY
from campaigns.sync.windows import open_days
from campaigns.tasks import hand_out_windows
from merchants.models import Connection
from merchants.tests.factories import make_brand, make_connection, make_consent, make_store
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope
from portal.sandbox.generated import FIRST_ADVERTISER
from portal.sandbox.tests.calls import xhs_token

A_DAY, A_MONTH = timedelta(hours=23), timedelta(days=29)


@dataclass(frozen=True, slots=True)
class Place:
    url: str


def join(brands: int, world_days: int) -> None:
    """Let the brands' first night begin: as many days as the world has are owed of each."""
    place = Place(settings.SANDBOX_URL)
    advertisers = range(FIRST_ADVERTISER, FIRST_ADVERTISER + brands)
    tokens = {each: xhs_token(place, each) for each in advertisers}
    last = days.yesterday()
    first = last - timedelta(days=world_days - 1)
    with scope(Hat.NIGHT):
        ensure_months(NOTE_DAY.facts.ledger(), days.days_between(first, last))
    with scope(Hat.NIGHT):  # all at once, so that no brand is ahead
        for advertiser_id in advertisers:
            joined = _joined(advertiser_id, tokens[advertiser_id])
            open_days([joined], NOTE_DAY, first, last)
    hand_out_windows.delay()


def _joined(advertiser_id: int, tokens: dict) -> Connection:
    number = advertiser_id - FIRST_ADVERTISER + 1
    store = make_store(make_brand(f"brand-{number}", f"百货 {number}"))
    make_consent(store, subject=str(advertiser_id))
    joined = make_connection(store, subject=str(advertiser_id))
    joined.put_tokens(
        access=tokens["access_token"],
        access_until=timezone.now() + A_DAY,
        refresh=tokens["refresh_token"],
        refresh_until=timezone.now() + A_MONTH,
    )
    joined.save()
    return joined
