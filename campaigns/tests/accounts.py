"""What an account and its notes spent on a day, and that the note report of it came in."""

from datetime import date, timedelta

from campaigns.models import AdDay, NoteDay, PulledPage, SyncWindow, WindowStatus
from campaigns.tests.factories import note_id_of
from campaigns.tests.factories_facts import make_fact
from portal.lib.days import starts_at
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)
NOW = starts_at(date(2025, 6, 20)) + timedelta(hours=9)


def spent(store, account=None, notes=(), day=DAY, **known):
    if account is not None:
        make_fact(AdDay, store, day, level="account", object_id="1", fee_fen=account, **known)
    for number, fee_fen in enumerate(notes, 1):
        make_fact(NoteDay, store, day, note_id=note_id_of(number), fee_fen=fee_fen, **known)


def note_report(store, day=DAY, *, refused=0, **fields):
    """Write that the day's note report came in, in one page."""
    with scope(Hat.NIGHT):
        own = {"brand_id": store.brand_id, "store_id": store.pk}
        fields = {"status": WindowStatus.CLOSED, "closed_on": day + timedelta(days=1)} | fields
        window = SyncWindow.objects.create(
            **own,
            connection=store.connections.get(),
            report="juguang.note_day",
            day=day,
            owed_on=day + timedelta(days=1),
            **fields,
        )
        PulledPage.objects.create(
            **own,
            window=window,
            owed_on=window.owed_on,
            pull=1,
            number=1,
            sha256="0" * 64,
            keys=[],
            refused=refused,
            known_at=NOW,
        )
