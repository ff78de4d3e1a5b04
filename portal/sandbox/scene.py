"""An answer that is about to go wrong, and the ways to write it anew."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from django.http import HttpResponse

from portal.sandbox.plan import Call, Row
from portal.sandbox.questions import Question

LISTS = ("data_list", "notes", "list", "item", "trade", "refund", "publisher_order_dto")
RAW = re.compile(r'"@raw:([^"@]*)@"')


@dataclass(frozen=True, slots=True)
class Scene:
    call: Call
    answer: HttpResponse
    args: Mapping[str, Any]  # Any: as the plan's JSON has it
    rng: Random
    earlier: Mapping[int, list[Row]]  # the rows of this list's pages before
    question: Question
    since: float  # when the plan was put in force

    def with_rows(self, change: Callable[[list[Row]], list[Row]], *, more: int = 0) -> HttpResponse:
        """Write the answer with other rows, declaring `more` of them than it did."""
        content = json.loads(self.answer.content)
        rows = rows_of(content)
        if rows is None:
            return self.answer
        rows[:] = change(rows)
        if more:
            declare(content, more)
        return written(content, self.answer)

    def with_each(self, change: Callable[[Row], Row]) -> HttpResponse:
        """Write the answer with each row changed, or those that `rows` numbers, from 0."""
        only = self.args.get("rows")
        return self.with_rows(
            lambda rows: [
                change(row) if only is None or place in only else row
                for place, row in enumerate(rows)
            ]
        )


def rows_of(content: object) -> list[Row] | None:
    """Return the list in a partner's answer, to be changed in place; None where there is none."""
    if not isinstance(content, dict):
        return None
    for name in LISTS:
        if isinstance(content.get(name), list):
            found: list[Row] = content[name]
            return found
    inner = [rows_of(value) for value in content.values() if isinstance(value, dict)]
    return next((rows for rows in inner if rows is not None), None)


def declare(content: object, more: int) -> None:
    """Change the total that an answer declares."""
    if not isinstance(content, dict):
        return
    for name, value in content.items():
        if name in ("total_count", "total_results"):
            content[name] = max(value + more, 0)
        declare(value, more)


def written(content: object, like: HttpResponse) -> HttpResponse:
    """Write JSON, with `@raw:…@` as it stands: some numbers are not JSON that Python writes."""
    text = RAW.sub(r"\1", json.dumps(content))
    answer = HttpResponse(text, content_type="application/json", status=like.status_code)
    for name, value in like.headers.items():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer
