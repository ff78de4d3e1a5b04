"""What a brand asked for, written in the scope that may."""

from campaigns.models import ReportWish
from campaigns.reports.note_placement_day import NOTE_PLACEMENT_DAY
from merchants.models import Store
from portal.lib.scope import Hat, scope


def ask_for_placements(store: Store) -> ReportWish:
    with scope(Hat.WEB, brand=store.brand_id):
        return ReportWish.objects.create(
            brand_id=store.brand_id, store=store, report=NOTE_PLACEMENT_DAY.key
        )
