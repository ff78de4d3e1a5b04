"""Which metrics are the columns of a table of results: the usual ones, or those a reader chose."""

from collections.abc import Mapping, Sequence

from campaigns.results.metrics import METRICS, Line, Metric

USUAL: Mapping[Line, Sequence[str]] = {
    Line.DIRECT: (
        "spend",
        "impression",
        "ad_click",
        "reads",
        "interaction",
        "jump_click",
        "order",
        "gmv",
        "roi",
    ),
    Line.STAR: (
        "read_uv",
        "engage_uv",
        "search_visit_uv",
        "store_visit_uv",
        "item_favourite_uv",
        "add_to_cart_uv",
        "order_uv",
        "new_customer_uv",
        "store_gmv",
    ),
}


def usual(line: Line) -> list[Metric]:
    return [METRICS[key] for key in USUAL[line]]


def offered(line: Line) -> list[Metric]:
    """Return all metrics of the line: the usual ones first, then the others."""
    others = [
        each for each in METRICS.values() if each.line is line and each.key not in USUAL[line]
    ]
    return [*usual(line), *others]


def chosen(line: Line, keys: Sequence[str]) -> list[Metric]:
    """Return what the keys name, in their order; without any, the usual ones."""
    return [METRICS[key] for key in keys or USUAL[line]]
