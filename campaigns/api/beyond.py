"""What no row holds, told beside the rows, so that a program's sums tie as the page's do."""

from collections.abc import Sequence

from campaigns.api.figures import Told, figure
from campaigns.results.account import Account, SpendRow, left_out
from campaigns.results.groups import GroupRow
from campaigns.results.metrics import Metric
from campaigns.results.placements import Tie, TieRow
from campaigns.results.question import Question


def beyond_told(
    question: Question, account: Account | None, tie: Tie | None, metrics: Sequence[Metric]
) -> Told:
    """Tell what no placement and no note has, and the account's total, in the page's order."""
    beside = [each for each in (tie, account) if each]
    return {
        "beyond": [_row(row, row.place) for each in beside for row in each.rows(metrics)],
        "beyond_reason": None if account else str(left_out(question)),
        "untied_days": [
            {"reason": str(meaning), "days": days}
            for each in beside
            for meaning, days in each.unknown
        ],
    }


def beyond_on_day(row: GroupRow, account: Account | None, metrics: Sequence[Metric]) -> list[Told]:
    """Tell the same of one day; nothing is told of any other group."""
    if account is None or not row.beside:
        return []
    day = row.named.title
    own = Account(account.window, [each for each in account.days if f"{each.day}" == day])
    return [_row(each, f"{each.place}:{day}") for each in own.rows(metrics)]


def _row(row: SpendRow | TieRow, key: str) -> Told:
    return {
        "key": key,
        "name": str(row.title),
        "figures": {cell.metric.key: figure(cell, None) for cell in row.cells},
        "days_known": row.known,
        "days_owed": row.owed,
    }
