"""Files as the sandbox's consoles export them, and the way of each into the ledger."""

from datetime import date
from pathlib import Path
from typing import Any

from campaigns.imports import work
from campaigns.imports.intake import keep_file
from campaigns.models import FileImport, FileRoad, QuarantinedRow
from merchants.models import Store
from portal.lib.days import known_now
from portal.lib.scope import Hat, scope
from portal.sandbox.accounts import SELLERS
from portal.sandbox.file_quirks import WRITERS, written
from portal.sandbox.file_rows import ROWS, Line, Span

SELLER = SELLERS[0]
AS_OF = date(2025, 6, 23)
SPAN = Span(date(2025, 6, 10), date(2025, 6, 20), AS_OF, 30)


def lines_of(name: str, span: Span = SPAN) -> list[Line]:
    return list(ROWS[name](SELLER, span))


def export(folder: Path, name: str, *quirks: str, span: Span = SPAN, kind: str = "csv") -> Path:
    write, _type = WRITERS[kind]
    sheet = written(lines_of(name, span), set(quirks), seed=name)
    return put(folder, write(sheet, set(quirks)), kind)


def put(folder: Path, content: bytes, kind: str = "csv") -> Path:
    path = folder / f"export-{len(list(folder.iterdir()))}.{kind}"
    path.write_bytes(content)
    return path


def kept(store: Store, path: Path, **fields: object) -> FileImport:
    return keep_file(store, path, name=path.name, by=None, road=FileRoad.COMMAND)


def checked(store: Store, path: Path) -> FileImport:
    found = kept(store, path)
    work.check(found.pk)
    return fresh(found)


def applied(store: Store, path: Path, *, is_sure: bool = False) -> FileImport:
    found = checked(store, path)
    with scope(Hat.NIGHT, brand=store.brand_id):
        found.ask_to_apply(by=None, is_sure=is_sure)
    work.apply(found.pk)
    return fresh(found)


def make_import(store: Store, **fields: Any) -> FileImport:
    """Leave an import that was checked, as an upload and a worker leave it."""
    fields = {"name": "聚光.csv", "sha256": "0" * 64, "kind": "console", "road": "page"} | fields
    fields = {"status": "checked", "row_count": 1, "new_count": 1, "part_count": 1} | fields
    own = {"brand_id": store.brand_id, "store_id": store.pk}
    with scope(Hat.NIGHT, brand=store.brand_id):
        found = FileImport.objects.create(**own, **fields)
        found.events.create(**own, source="reading", target="checked")
        return found


def told(*days: str, window: int = 0, refused: int = 0) -> dict[str, Any]:
    """Return what an import that was applied keeps of the days that it tells, in order."""
    counts = {day: [1, refused] for day in days}
    span = {"first_day": days[0], "last_day": days[-1], "windows": [window] if window else []}
    return span | {"by_day": {f"{window}": counts}, "applied_at": known_now()}


def fresh(found: FileImport) -> FileImport:
    with scope(Hat.NIGHT):
        return FileImport.objects.get(pk=found.pk)


def refusals(found: FileImport) -> list[tuple[int | None, str]]:
    with scope(Hat.NIGHT):
        rows = QuarantinedRow.objects.filter(file_import=found).order_by("number")
        return [(row.number, row.reason) for row in rows]
