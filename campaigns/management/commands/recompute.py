import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.results.recompute import recompute_all
from campaigns.results.recount import Difference, Recount, Verdict
from merchants.models import Brand
from portal.lib.scope import Hat, scope

DIFFERS, PARTLY = 1, 2  # exit codes; 0: every row is what the answers say
SHOWN = 20


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
        with scope(Hat.NIGHT, brand=found.pk):
            recount = recompute_all(found, _date(first), _date(last))
        self._tell(recount)
        if recount.verdict is Verdict.DIFFERS:
            sys.exit(DIFFERS)
        if recount.verdict is Verdict.PARTLY:
            sys.exit(PARTLY)

    def _tell(self, recount: Recount) -> None:
        self.stdout.write(
            f"{recount.page_count} pages read, the hashes of {recount.fitting} fit;"
            f" {recount.compared} of {len(recount.shown)} rows compared,"
            f" {len(recount.differences)} differences."
        )
        if missing := len(recount.unproven):
            self.stdout.write(f"{missing} {'row' if missing == 1 else 'rows'} without raw.")
        for each in recount.differences[:SHOWN]:
            self.stdout.write(f"  {_in_words(each)}")
        if len(recount.differences) > SHOWN:
            self.stdout.write(f"  and {len(recount.differences) - SHOWN} more")


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
