from datetime import date

import pytest

from campaigns.reports.base import BadRow
from campaigns.reports.note_day import parse

DAY = date(2025, 6, 18)
ROW = {
    "note_id": "6831c4480000000021017e53",
    "time": "2025-06-18",
    "fee": "1234.56",
    "impression": "12,345",
    "click": "678",
    "like": "9",
    "comment": "0",
    "collect": "1",
    "share": "-",
    "follow": "2",
    "interaction": "12",
    "external_goods_visit_7": "45",
    "external_goods_order_7": "3",
    "external_goods_order_15": "4",
    "external_goods_order_30": "-",
    "external_rgmv_7": "300.00",
    "external_rgmv_15": "400.10",
    "external_rgmv_30": "-",
}


def parsed(**changes):
    return parse(ROW | changes, DAY)


def test_money_becomes_fen_counts_lose_their_commas_and_a_dash_is_null():
    figures = parsed()

    assert (figures["fee_fen"], figures["impression"], figures["gmv_15_fen"]) == (
        123456,
        12345,
        40010,
    )
    assert figures["share"] is None
    assert figures["order_30"] is None
    assert figures["comment"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fee", "NaN"),
        ("fee", "Infinity"),
        ("fee", "-1.00"),
        ("fee", "1.005"),
        ("impression", "1e400"),
        ("impression", "１２"),
        ("impression", str(2**70)),
        ("click", "3.2%"),
        ("external_rgmv_7", "1,23.4"),
        ("note_id", "not-a-note"),
        ("note_id", "6831C4480000000021017E53"),
        ("time", "2025-06-17"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused(field, value):
    with pytest.raises(BadRow):
        parse(ROW | {field: value}, DAY)


def test_a_row_without_a_figure_that_must_be_there_is_refused():
    row = {name: value for name, value in ROW.items() if name != "external_rgmv_15"}

    with pytest.raises(BadRow, match="external_rgmv_15 is missing"):
        parse(row, DAY)
