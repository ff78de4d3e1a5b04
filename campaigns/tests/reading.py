"""Reading a result page as its reader does: every figure stands in its own element."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from typing import Any


class _Figures(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, str], set[str]] = {}

    def handle_starttag(self, tag, attrs) -> None:
        attributes = dict(attrs)
        if "data-metric" in attributes:
            key = (attributes["data-metric"], attributes["data-note"])
            self.found.setdefault(key, set()).add(attributes["data-value"] or "")


def figures_on(page: str) -> dict[tuple[str, str], str]:
    """Return {(metric, place): value}; the same figure shown twice must be the same."""
    parser = _Figures()
    parser.feed(page)
    assert all(len(values) == 1 for values in parser.found.values()), parser.found
    return {key: next(iter(values)) for key, values in parser.found.items()}


def chart_in(page: str, kind: str) -> dict[str, Any]:
    """Return what the chart of that kind is drawn from."""
    box = re.search(rf'data-chart="{kind}".*?<script[^>]*>(.*?)</script>', page, re.S)
    assert box
    figures: dict[str, Any] = json.loads(box[1])
    return figures


def table_in(content: bytes) -> list[dict[str, str]]:
    """Return the lines of the file below its head: first the totals, then the notes."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    start = lines.index([]) + 1
    return [dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :]]
