"""What no row holds, told beside the rows, so that a program's sums tie as the page's do."""

from collections.abc import Iterator, Sequence

from campaigns.api.figures import Told, figure
from campaigns.results.account import SPEND_ALONE, Account, SpendRow, left_out
from campaigns.results.groups import GroupRow
from campaigns.results.metrics import Metric
from campaigns.results.placements import Tie, TieRow
from campaigns.results.question import Question
from campaigns.results.shown import Cell, unknown


def beyond_told(
    question: Question, account: Account | None, tie: Tie | None, metrics: Sequence[Metric]
) -> Told:
    """Tell what no placement and no note has, and the account's total, in the page's order."""
    beside = [each for each in (tie, account) if each]
    return {
        "beyond": [
            _row(row, metrics, question.window, row.place) for each in beside for row in each.rows
        ],
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
    return [_row(each, metrics, account.window, f"{each.place}:{day}") for each in own.rows]


def _row(row: SpendRow | TieRow, metrics: Sequence[Metric], window: int, key: str) -> Told:
    return {
        "key": key,
        "name": str(row.title),
        "figures": {cell.metric.key: figure(cell, None) for cell in _cells(row, metrics, window)},
        "days_known": row.known,
        "days_owed": row.owed,
    }


def _cells(row: SpendRow | TieRow, metrics: Sequence[Metric], window: int) -> Iterator[Cell]:
    """Yield the figures asked for; those that the page's table has no column of are not told."""
    shown = {cell.metric.key: cell for cell in row.cells}
    for metric in metrics:
        yield shown.get(metric.key) or unknown(metric, row.place, window, SPEND_ALONE)
