"""The rows of a file that were refused, as a file."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaigns.models.window import QuarantinedRowQuerySet
from portal.lib.sheets import Cell

AT_ONCE = 2_000  # rows


def refused_lines(rows: QuarantinedRowQuerySet) -> Iterator[list[Cell]]:
    """Yield the heads and a line for each, some read at a time."""
    yield [_("Row"), _("Reason"), _("What the row says")]
    after = -1
    while page := list(rows.filter(number__gt=after).order_by("number")[:AT_ONCE]):
        for row in page:
            yield [row.number, row.reason, row.raw]
        after = page[-1].number or 0
