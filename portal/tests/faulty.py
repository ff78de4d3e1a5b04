"""A store whose partners answer badly: the nights that follow, and the truth to compare with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from campaigns.models import NoteDay, QuarantinedRow, SyncAlarm, SyncWindow
from campaigns.reports.note_day import parse
from campaigns.sync import pull
from campaigns.sync.windows import ask_again, open_night
from merchants import seed
from merchants.models import (
    Brand,
    Connection,
    ConnectionStatus,
    Partner,
    PartnerBudget,
    PartnerIncident,
    Store,
)
from merchants.tests.factories import make_connection, make_consent, make_store, make_user
from portal.lib.scope import Hat, scope
from portal.sandbox.accounts import BY_ADVERTISER
from portal.sandbox.tests.calls import report, top_token, xhs_token
from portal.tests.processes import SandboxProcess

DAY = date(2025, 6, 18)
ADVERTISER = 880001
REPORT = "juguang.note_day"
MOST_PULLS = 12
WHEN = ("nth", "times", "chance", "page", "method")

Rule = dict[str, Any]  # Any: as the plan's JSON has it


@dataclass
class Faulty:
    """One store's windows, pulled by hand as often as they are owed."""

    sandbox: SandboxProcess
    store: Store
    joined: Connection

    def window(self, key: str = REPORT, day: date | None = DAY) -> SyncWindow:
        with scope(Hat.NIGHT):
            windows = SyncWindow.objects.filter(brand_id=self.store.brand_id, report=key)
            return windows.filter(day=day).get() if day else windows.newest_day_first()[0]

    def pull(self, *days: date, key: str = REPORT, again: bool = True) -> SyncWindow:
        """Pull the windows once more from their first page, and until nothing is owed of them.

        Whatever a window waits for is over at once.
        """
        for day in days or (DAY,):
            window = self.window(key, day)
            with scope(Hat.NIGHT):
                if again:
                    ask_again(SyncWindow.objects.filter(pk=window.pk))
            window = self.window(key, day)
            for _pull in range(MOST_PULLS):
                if window.status not in {"owed", "leased"} or not self._is_connected():
                    break
                self._wait_no_more(window)
                pull.pull_window(window.pk, owner="test")
                window = self.window(key, day)
        return window

    def pull_once(self, key: str = REPORT, day: date | None = DAY) -> SyncWindow:
        window = self.window(key, day)
        with scope(Hat.NIGHT):
            ask_again(SyncWindow.objects.filter(pk=window.pk))
        self._wait_no_more(window)
        pull.pull_window(window.pk, owner="test")
        return self.window(key, day)

    def _wait_no_more(self, window: SyncWindow) -> None:
        """Let pass what the window and its key wait for, and what an incident has begun."""
        with scope(Hat.NIGHT):
            SyncWindow.objects.filter(pk=window.pk).update(not_before=timezone.now())
            PartnerBudget.objects.update(held_until=None)
            PartnerIncident.objects.open().update(probe_at=timezone.now())

    def plan(self, fault: str, *, path: str = "*/offline/note", seed: int = 0, **more: Any) -> None:
        """Let the fault strike; what is no argument of it says when.

        `each` lists further arguments, for one rule each.
        """
        when = {name: more.pop(name) for name in WHEN if name in more}
        match = {"path": path, **when}
        each = more.pop("each", [more])
        rules = [{"match": match, "fault": fault, "args": args} for args in each]
        self.sandbox.plan(*rules, seed=seed)

    def facts(self, *days: date) -> list[dict[str, Any]]:
        with scope(Hat.NIGHT):
            rows = NoteDay.objects.filter(day__in=days or [DAY], known_to=None)
            own = rows.filter(brand_id=self.store.brand_id).order_by("day", "note_id")
            return list(own.values())

    def history(self) -> int:
        with scope(Hat.NIGHT):
            return NoteDay.objects.exclude(known_to=None).count()

    def truth(self, *days: date) -> list[dict[str, Any]]:
        """Return what the healthy sandbox tells of these days, asked for without our client."""
        self.sandbox.plan()
        advertiser = int(self.joined.subject)
        token = xhs_token(self.sandbox, advertiser)["access_token"]
        asked = days or (DAY,)
        rows = report(self.sandbox, token, min(asked), max(asked), advertiser_id=advertiser)
        return [parse(row, date.fromisoformat(row["time"])) for row in rows]

    def equals_truth(self, *days: date) -> bool:
        """Whether the ledger equals the truth row by row, field by field, and so in its sums."""
        truth = {(row["note_id"], row["day"]): row for row in self.truth(*days)}
        facts = {(row["note_id"], row["day"]): row for row in self.facts(*days)}
        same = truth.keys() == facts.keys() and all(
            facts[key][name] == value for key, row in truth.items() for name, value in row.items()
        )
        return same and self._fen(*days) == sum(row["fee_fen"] for row in truth.values())

    def quarantined(self) -> list[QuarantinedRow]:
        with scope(Hat.NIGHT):
            return list(QuarantinedRow.objects.filter(brand_id=self.store.brand_id))

    def alarms(self) -> list[str]:
        with scope(Hat.NIGHT):
            rows = SyncAlarm.objects.filter(brand_id=self.store.brand_id).order_by("pk")
            return list(rows.values_list("kind", flat=True))

    def unsettled(self) -> int:
        with scope(Hat.NIGHT):
            return SyncAlarm.objects.filter(brand_id=self.store.brand_id).unsettled().count()

    def connection(self) -> Connection:
        with scope(Hat.NIGHT):
            return Connection.objects.get(pk=self.joined.pk)

    def consent_again(self) -> None:
        """Consent anew where a token was refused that had just been renewed."""
        if not self._is_connected():
            joined = self.connection()
            joined.status = ConnectionStatus.CONNECTED
            _put(joined, xhs_token(self.sandbox, int(joined.subject)), "refresh_token")

    def _is_connected(self) -> bool:
        return self.connection().status == "connected"

    def _fen(self, *days: date) -> int:
        with scope(Hat.NIGHT):
            rows = NoteDay.objects.filter(brand_id=self.store.brand_id, known_to=None)
            return rows.filter(day__in=days or [DAY]).aggregate(all=Sum("fee_fen", default=0))[
                "all"
            ]


def join(
    sandbox: SandboxProcess, brand: Brand, number: int = 1, advertiser: int = ADVERTISER
) -> Faulty:
    """Give the brand a store with a real consent at 聚光, and open its first night."""
    store = make_store(brand, number, seller_id=f"{BY_ADVERTISER[advertiser].user_id}")
    joined = make_connection(store, subject=str(advertiser))
    make_consent(store)
    _put(joined, xhs_token(sandbox, advertiser), "refresh_token")
    open_night(brand=brand.pk)
    return Faulty(sandbox, store, joined)


def join_tmall(faulty: Faulty) -> None:
    """Give the store a consent at Tmall, too."""
    seller = BY_ADVERTISER[int(faulty.joined.subject)]
    account = {"subject": f"{seller.user_id}", "subject_name": seller.nick}
    joined = make_connection(faulty.store, Partner.TOP, **account)
    make_consent(faulty.store, Partner.TOP)
    _put(joined, top_token(faulty.sandbox, seller.user_id), "refresh_token")
    open_night(brand=faulty.store.brand_id, again=True)


def join_pugongying(faulty: Faulty) -> None:
    """Give the store a consent at 蒲公英, too."""
    account = BY_ADVERTISER[int(faulty.joined.subject)].pugongying_id
    person = make_user(f"{faulty.store.pk}@example.test")
    seed.consent_pugongying(faulty.store, person, account)
    open_night(brand=faulty.store.brand_id, again=True)


def week_before(day: date = DAY) -> Sequence[date]:
    return [day - timedelta(days=n) for n in range(7, 0, -1)]


def _put(joined: Connection, tokens: dict[str, Any], refresh: str) -> None:
    joined.put_tokens(
        access=tokens["access_token"],
        access_until=timezone.now() + timedelta(hours=20),
        refresh=tokens[refresh],
        refresh_until=timezone.now() + timedelta(days=29),
    )
    with scope(Hat.NIGHT):
        joined.save()
