"""200,000 rows of a console CSV: taken in, checked, applied; against bulk_create's upsert."""

import resource
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.ground import cost_of, database, say, say_head
from campaigns.imports import work
from campaigns.imports.formats import CONSOLE
from campaigns.imports.intake import keep_file, unpack
from campaigns.imports.rows import Seen, parse_part
from campaigns.models import ConsoleDay, FileImport, FilePart, FileRoad
from merchants.models import Store
from merchants.tests.factories import make_brand, make_store
from portal.lib import days
from portal.lib.days import days_between
from portal.lib.scope import Hat, scope

NOTES, FIRST = 8_000, date(2025, 5, 25)
LAST = FIRST + timedelta(days=24)
RESTATED = 20  # one row in so many
LABELS = [column.labels[0] for column in CONSOLE.columns]


def write_file(path: Path, *, restated: bool = False) -> Path:
    with path.open("w", encoding="utf-8-sig") as file:
        file.write(",".join(LABELS) + "\r\n")
        for day in days_between(FIRST, LAST):
            for note in range(NOTES):
                more = 1 if restated and (note + day.day) % RESTATED == 0 else 0
                file.write(",".join(cells_of(note, day, more)) + "\r\n")
    return path


def cells_of(note: int, day: date, more: int) -> Iterator[str]:
    told = {"day": f"{day}", "account": "山茶", "placement": "信息流", "note_id": f"{note:024x}"}
    for place, column in enumerate(CONSOLE.columns):
        is_name = column.name.endswith(("_id", "_name"))
        figure = f"{note % 1000}" if is_name else f"{note * 7 + place * day.day + more}"
        yield told.get(column.name, figure)


def take_in(store: Store, path: Path) -> FileImport:
    return keep_file(store, path, name=path.name, by=None, road=FileRoad.COMMAND)


def apply(found: FileImport) -> None:
    with scope(Hat.NIGHT, brand=found.brand_id):
        FileImport.objects.get(pk=found.pk).ask_to_apply(by=None)
    work.apply(found.pk)


def upsert(found: FileImport, store: Store) -> None:
    """The naive way with the same rows and the same reading: history lost."""
    names = [name for name, _type in ConsoleDay.ledger().values]
    keys = ["brand", "store", *ConsoleDay.KEY, "known_from"]
    for number in range(1, found.part_count + 1):
        with scope(Hat.NIGHT, brand=store.brand_id):
            part = unpack(FilePart.objects.get(file_import=found, number=number))
            rows = parse_part(CONSOLE, part, Seen(CONSOLE)).rows
            ConsoleDay.objects.bulk_create(
                [_row(store, row) for row in rows],
                update_conflicts=True,
                unique_fields=keys,
                update_fields=names,
            )


def _row(store: Store, row: dict[str, Any]) -> ConsoleDay:
    own = {"brand_id": store.brand_id, "store_id": store.pk, "page_id": 1}
    return ConsoleDay(**own, **row, known_from=days.DEMO_NOW)


def main() -> None:
    brand = make_brand()
    ours, naive = make_store(brand, 1), make_store(brand, 2)
    folder = Path(tempfile.mkdtemp())
    for name, restated in (("new rows", False), (f"one row in {RESTATED} restated", True)):
        path = write_file(folder / f"{name}.csv", restated=restated)
        taken = cost_of(partial(take_in, ours, path))
        with scope(Hat.NIGHT):
            found = FileImport.objects.latest("pk")
        checked = cost_of(partial(work.check, found.pk))
        say_head(f"apply a file, {NOTES * 25:,} rows: {name}")
        say(
            "applied",
            cost_of(partial(apply, found)),
            cost_of(partial(upsert, found, naive)),
        )
        print(f"taken in {taken.wall:.1f} s, checked {checked.wall:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"most memory of the process, the naive way included: {peak} MB")


if __name__ == "__main__":
    with database():
        main()
