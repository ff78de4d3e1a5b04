"""A store whose Tmall answers badly: its orders and refunds, compared with what was sold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from campaigns.models import Fact, StoreOrder, StoreRefund
from portal.lib import days
from portal.lib.scope import Hat, scope
from portal.sandbox.accounts import BY_ADVERTISER
from portal.tests import truths
from portal.tests.fault_cases import ONCE
from portal.tests.faulty import Faulty

CHANGED, TODAY = date(2025, 6, 22), date(2025, 6, 23)
TRADES, REFUNDS = "top.trades", "top.refunds"
METHODS = {TRADES: "taobao.trades.sold.increment.get", REFUNDS: "taobao.refunds.receive.get"}


@dataclass(frozen=True)
class OrderCase:
    """`first` is the status of the report's window of the day after the pull that meets it.

    `waiting` refunds have no order then, `refused` rows are in quarantine: whether there are any.
    """

    number: int
    fault: str
    report: str
    plan: dict[str, Any] = field(default_factory=dict)  # Any: as the plan's JSON has it
    first: str = "closed"
    waiting: bool = False
    refused: bool = False
    known: bool = False  # the orders were pulled before

    def __str__(self) -> str:
        said = [f"{name}={value}" for name, value in self.plan.items()]
        return "-".join([str(self.number), self.fault, self.report.removeprefix("top."), *said])


CASES = [
    OrderCase(3, "top_limited", TRADES, ONCE | {"seconds": 60}, first="owed"),
    OrderCase(3, "isp_error", REFUNDS, ONCE, first="owed"),
    OrderCase(4, "isv_error", TRADES, first="failed", waiting=True),
    OrderCase(19, "orders_late", TRADES, {"hours": 12}, waiting=True),
    OrderCase(19, "orders_late", TRADES, {"hours": 24}, waiting=True),
    OrderCase(20, "same_id", REFUNDS, {"fields": []}, known=True),
    OrderCase(20, "same_id", REFUNDS, {"fields": ["refund_fee"]}, known=True, refused=True),
    OrderCase(20, "over_refunded", REFUNDS, {"rows": [0, 1, 2]}, known=True, refused=True),
]


@dataclass
class Shop:
    """The store's orders and refunds of two days, pulled as often as they are owed."""

    faulty: Faulty

    def pull(self, *reports: str) -> None:
        for report in reports or (TRADES, REFUNDS):
            self.faulty.pull(CHANGED, TODAY, key=report)

    def plan(self, case: OrderCase, *, seed: int = 0) -> None:
        match = {"path": "/router/rest", "method": METHODS[case.report]}
        self.faulty.plan(case.fault, **match | case.plan, seed=seed)

    def waiting(self) -> int:
        """Count the refunds that wait for their order."""
        with scope(Hat.NIGHT):
            own = StoreRefund.objects.filter(store=self.faulty.store)
            return own.without_order(days.known_now()).count()

    def doubled(self) -> int:
        """Count what stands under two days at once: of one number there may be one."""
        return sum(
            len(rows) - len({key[0] for key in rows})
            for rows in (self._held(StoreOrder), self._held(StoreRefund))
        )

    def equals_truth(self) -> bool:
        """Whether orders and refunds equal what was sold, field by field, and so in their sums."""
        now = datetime.fromisoformat(f"{TODAY}T09:40:00+08:00")
        seller = BY_ADVERTISER[int(self.faulty.joined.subject)].user_id
        sales = self.faulty.sandbox.sales(seller, now.isoformat())
        sold, back = truths.orders(sales, CHANGED), truths.refunds(sales, CHANGED)
        return _same(self._held(StoreOrder), sold) and _same(self._held(StoreRefund), back)

    def _held(self, facts: type[Fact]) -> dict[tuple[Any, ...], dict[str, Any]]:
        with scope(Hat.NIGHT):
            rows = facts._default_manager.filter(store=self.faulty.store, known_to=None).values()
            return {tuple(row[name] for name in facts.KEY): row for row in rows}


def _same(held: Mapping[Any, Mapping[str, Any]], truth: Mapping[Any, Mapping[str, Any]]) -> bool:
    return held.keys() == truth.keys() and all(
        held[key][name] == value for key, row in truth.items() for name, value in row.items()
    )
