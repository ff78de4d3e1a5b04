import sys
from argparse import ArgumentParser
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.results.recompute import recompute_all
from campaigns.results.recount import Difference, Recount
from merchants.models import Brand
from portal.lib.days import days_between
from portal.lib.scope import Hat, scope

DIFFERS, PARTLY = 1, 2  # exit codes; 0: every row is what the answers say
SHOWN = 20


@dataclass(slots=True)
class Tally:
    """What the days come to: one day's rows at a time are in memory."""

    pages: int = 0
    fitting: int = 0
    rows: int = 0
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, day: Recount) -> None:
        self.pages += day.page_count
        self.fitting += day.fitting
        self.rows += len(day.shown)
        self.compared += day.compared
        self.differences += day.differences


class Command(BaseCommand):
    help = (
        "Reads Juguang's raw answers of a brand's days again and compares every note's figures"
        " with the ledger. Exit code 1: some differ; 2: none does, but a part has no raw answer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--brand", required=True, help="the short name of the brand")
        parser.add_argument("--first", required=True, help="the first business day, YYYY-MM-DD")
        parser.add_argument("--last", required=True, help="the last business day")

    def handle(self, *, brand: str, first: str, last: str, **options: Any) -> None:
        with scope(Hat.NIGHT):
            found = Brand.objects.filter(slug=brand).first()
        if found is None:
            raise CommandError(f"There is no brand {brand!r}.")
        tally = Tally()
        for day in days_between(_date(first), _date(last)):
            with scope(Hat.NIGHT, brand=found.pk):
                tally.add(recompute_all(found, day))
        self._tell(tally)
        if tally.differences:
            sys.exit(DIFFERS)
        if tally.rows > tally.compared or tally.pages > tally.fitting:
            sys.exit(PARTLY)

    def _tell(self, tally: Tally) -> None:
        self.stdout.write(
            f"{tally.pages} pages read, the hashes of {tally.fitting} fit;"
            f" {tally.compared} of {tally.rows} rows compared,"
            f" {len(tally.differences)} differences."
        )
        if missing := tally.rows - tally.compared:
            self.stdout.write(f"{missing} {'row' if missing == 1 else 'rows'} without raw.")
        for each in tally.differences[:SHOWN]:
            self.stdout.write(f"  {_in_words(each)}")
        if len(tally.differences) > SHOWN:
            self.stdout.write(f"  and {len(tally.differences) - SHOWN} more")


def _in_words(each: Difference) -> str:
    shown = _value(each.shown) if each.is_shown else "no row"
    raw = _value(each.raw) if each.is_told else "no row"
    return f"{each.key.day} {each.key.note_id} {each.column}: {shown} shown, {raw} from raw"


def _value(value: int | None) -> str:
    return "none" if value is None else str(value)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not a day such as 2025-06-18.") from error
