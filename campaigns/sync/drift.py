"""What a partner's rows have that they did not use to have: taken as it is, and counted."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from campaigns.models import FieldDrift
from campaigns.reports import Report
from portal.partners.base import UNSTORABLE

logger = logging.getLogger(__name__)

MOST_OF_A_PAGE = 50  # rows with names at random must not fill the table


def count_drift(report: Report, rows: Sequence[Any]) -> None:
    """Count the fields that the report does not know, and the values that it has no word for."""
    found = [(name, "") for name in _unknown_fields(report, rows)]
    if report.unknown:
        found += sorted({each for row in rows for each in report.unknown(row)})
    if not found:
        return
    for field, value in found[:MOST_OF_A_PAGE]:
        _count(report, _storable(field), _storable(value))
    logger.warning("report %s has news: %s", report.key, found[:MOST_OF_A_PAGE])


def _unknown_fields(report: Report, rows: Sequence[Any]) -> list[str]:
    if not report.fields:
        return []
    shapes = {tuple(row) for row in rows if isinstance(row, Mapping)}  # most rows have the same
    return sorted({name for shape in shapes for name in shape} - report.fields)


def _count(report: Report, field: str, value: str) -> None:
    same = FieldDrift.objects.filter(report=report.key, field=field, value=value)
    if not same.update(times=F("times") + 1, last_seen_at=Now()):
        row = FieldDrift(report=report.key, field=field, value=value)
        FieldDrift.objects.bulk_create([row], ignore_conflicts=True)


def _storable(text: str) -> str:
    return text.translate(UNSTORABLE)[:60]
