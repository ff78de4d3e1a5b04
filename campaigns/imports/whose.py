"""Whose figures a file holds: those of another store of the brand must not be applied to this one.

An account and an item are one store's alone, so a file that names another store's is refused.
Two stores may promote the same note, and equal bytes may be a coincidence: there a person is
asked once.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from campaigns.imports.cells import BadCell
from campaigns.imports.formats import FileFormat
from campaigns.imports.rows import Numbered
from campaigns.models import FileImport, FileKind, Item, Note, StoreDoubt
from merchants.models import Connection, Partner, Store
from portal.lib.sheets import BadSheet

MOST_NAMES = 2_000
OF_NOTE = {
    FileKind.CONSOLE: "note_id",
    FileKind.STAR_CONTENT: "object_id",
    FileKind.CREATOR_NOTE: "note_id",
}


class Named:
    """What the rows that pass name: the accounts, the items and the notes."""

    def __init__(self, format_: FileFormat) -> None:
        told = {"account": "account", "num_iid": "item", OF_NOTE.get(format_.kind): "note"}
        self.found: dict[str, set[str]] = {"account": set(), "item": set(), "note": set()}
        seen: dict[str, set[str]] = {name: set() for name in self.found}
        self._places = [
            (place, column.read, self.found[told[column.name]], seen[told[column.name]])
            for place, column in enumerate(format_.columns)
            if column.name in told
        ]

    def passing(self, rows: Iterable[Numbered]) -> Iterator[Numbered]:
        for number, cells in rows:
            for place, read, names, seen in self._places:
                cell = cells[place]
                if cell not in seen and len(seen) < MOST_NAMES:
                    seen.add(cell)
                    with suppress(BadCell):
                        names.add(read(cell) or "")
            yield number, cells


def doubt_about(store: Store, named: Mapping[str, set[str]], sha256: str) -> str:
    """Return what a person must answer for, if anything; raise BadSheet for another's file.

    At most four queries, in the scope of the brand.
    """
    accounts = Connection.objects.filter(partner=Partner.JUGUANG)
    if strange := _of_others(accounts, store, "subject_name", named["account"])[0]:
        raise BadSheet(
            _(
                "The file holds figures of the account “%(account)s”, which is of another store"
                " of the brand. Upload it for that store."
            )
            % {"account": min(strange)}
        )
    if strange := _of_others(Item.objects.all(), store, "num_iid", named["item"])[0]:
        raise BadSheet(
            _(
                "The file holds orders of item %(item)s, which is of another store of the brand."
                " Upload it for that store."
            )
            % {"item": min(strange)}
        )
    if FileImport.objects.same_for_another(store, sha256).exists():
        return StoreDoubt.SAME_FILE
    strange, own = _of_others(Note.objects.all(), store, "note_id", named["note"])
    return StoreDoubt.OTHER_NOTES if strange and not own else ""


def _of_others(
    rows: QuerySet[Any], store: Store, column: str, names: set[str]
) -> tuple[set[str], set[str]]:
    """Return the names that are another store's and not this one's, and those of this one.

    (Any: rows of any model that has a store.) A shop that the brand registered anew is the same.
    """
    if not names - {""}:
        return set(), set()
    of_brand = rows.filter(brand_id=store.brand_id, **{f"{column}__in": names})
    told = set(of_brand.values_list(column, "store__seller_id"))
    own = {name for name, seller in told if seller == store.seller_id}
    return {name for name, _seller in told} - own, own
