"""Windows, nights and facts as tests of the night ask for them."""

from datetime import date

from campaigns.models import NoteDay, SyncWindow
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)


def window(day=DAY, report="juguang.note_day"):
    with scope(Hat.NIGHT):
        return SyncWindow.objects.get(day=day, report=report)


def night(**fields):
    with scope(Hat.NIGHT):
        return SyncWindow.objects.update(**fields)


def facts():
    with scope(Hat.NIGHT):
        return list(NoteDay.objects.order_by("note_id", "known_from").values())
