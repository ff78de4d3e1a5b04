"""聚光 as tests make it answer: whole bodies, through the real client, night after night."""

import json
from datetime import date, datetime, timedelta

from django.utils import timezone

from campaigns.models import NoteDay, SyncWindow
from campaigns.sync.pull import pull_window
from campaigns.sync.windows import ask_again
from campaigns.tests.test_note_day_rows import ROW
from portal.lib import days, http
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope

DAY = date(2025, 6, 18)
FIRST_NIGHT = datetime(2025, 6, 19, 6, 0, tzinfo=days.SHANGHAI)


def note_id(number):
    return f"{number:024x}"


def told(number, fee="10.00", gmv="100.00", day=DAY, **fields):
    own = {"note_id": note_id(number), "time": day.isoformat(), "fee": fee}
    return ROW | own | {"external_rgmv_15": gmv} | fields


def body_of(rows, total):
    data = {"data_list": rows, "total_count": total}
    return json.dumps({"code": 0, "success": True, "msg": "", "data": data}).encode()


class Answering:
    """Pull the windows of a brand's accounts with what the partner is made to answer.

    Each night is a day later than the one before, from the morning after DAY on.
    """

    def __init__(self, monkeypatch):
        self.pages = []
        self.nights = 0
        monkeypatch.setattr(http, "send", self._answer)

    def night(self, window, *pages):
        """Let the window be pulled, anew where it was before, and answered with these pages."""
        days.set_demo_clock(FIRST_NIGHT + timedelta(days=self.nights))
        self.nights += 1
        self.pages = pages
        with scope(Hat.NIGHT):
            ensure_months(NoteDay.ledger(), [window.day])
            ask_again(SyncWindow.objects.filter(pk=window.pk))
        self.pull(window)

    def pull(self, window):
        """Pull once, at once, whatever it was put off to; return the window."""
        with scope(Hat.NIGHT):
            SyncWindow.objects.filter(pk=window.pk).update(not_before=timezone.now())
        pull_window(window.pk, owner="w1")
        with scope(Hat.NIGHT):
            window.refresh_from_db()
        return window

    def _answer(self, method, url, **asked):
        total = len({row["note_id"] for page in self.pages for row in page})
        rows = self.pages[asked["json"]["page_num"] - 1]
        return http.Answer(200, {}, body_of(rows, total), timezone.now())
