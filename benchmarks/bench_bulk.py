"""A sheet of 5,000 links against attaching them one by one, and reading 200,000 rows.

One by one the links lead to the store's page, which Tmall is not asked about: the time of its
answers would flatter us.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.ground import Cost, cost_of, database, say, say_head
from campaigns.links import bulk
from campaigns.links.rules import Wish
from campaigns.links.services import attach_link
from campaigns.models import Link, LinkSheet, LinkText, Note
from campaigns.tests.factories import make_item, make_sheet, note_id_of
from merchants.models import Store, User
from merchants.tests.factories import make_brand, make_connection, make_store, make_user
from portal.lib import days
from portal.lib.destinations import STORE, Destination
from portal.lib.scope import Hat, scope
from portal.lib.sheets import csv_file, read_sheet, xlsx_file

ROWS, ONE_BY_ONE, LONG, LIMIT = 5_000, 250, 200_000, 10
ITEM = "710500318001"


def make_notes(store: Store) -> list[Note]:
    connection = make_connection(store, "juguang", subject=str(store.pk))
    with scope(Hat.NIGHT):
        return Note.objects.bulk_create(
            Note(
                brand_id=store.brand_id,
                store=store,
                connection=connection,
                note_id=note_id_of(number),
                title=f"note {number}",
                creator="creator",
                source=2,
                kind=1,
                published_at=days.DEMO_NOW,
            )
            for number in range(ROWS)
        )


def whole_sheet(store: Store, user: User) -> LinkSheet:
    rows = [
        {"note": note_id_of(number), "target": ITEM, "text": "buy the same", "ad": "yes"}
        for number in range(ROWS)
    ]
    return make_sheet(store, *rows, uploaded_by=user)


def attach_all(sheet: LinkSheet) -> None:
    with scope(Hat.WEB, brand=sheet.brand_id):
        sheet.refresh_from_db()
        sheet.ask_to_attach(by=sheet.uploaded_by)
    bulk.attach_sheet(sheet.pk)


def one_by_one(store: Store, notes: list[Note]) -> Cost:
    """Return what all rows would cost at the pace of the first."""
    wish = Wish(
        destination=Destination(STORE, shop="shancha"),
        text=LinkText.BUY_THE_SAME,
        is_marked_as_ad=True,
    )
    user = make_user("hand@example.test")
    cost = cost_of(lambda: [attach_link(note, wish, by=user) for note in notes[:ONE_BY_ONE]])
    return Cost(cost.wall * ROWS / ONE_BY_ONE, cost.cpu * ROWS / ONE_BY_ONE)


def reading(content: bytes) -> Callable[[], int]:
    file = Path(tempfile.mkdtemp()) / "sheet"
    file.write_bytes(content)
    return lambda: sum(1 for _row in read_sheet(file, most=LONG))


def main() -> None:
    brand = make_brand()
    ours, theirs = make_store(brand, 1), make_store(brand, 2, domain="shancha")
    make_item(ours)
    make_notes(ours)
    slow = one_by_one(theirs, make_notes(theirs))
    user = make_user("bench@example.test")
    sheet = whole_sheet(ours, user)
    say_head(f"sheet of {ROWS:,} links; limit {LIMIT} s a step")
    say("dry run", cost_of(lambda: bulk.check_sheet(sheet.pk)), slow)
    say("attach", cost_of(lambda: attach_all(sheet)), slow)
    again = whole_sheet(ours, user)
    say("the same sheet again", cost_of(lambda: bulk.check_sheet(again.pk)), slow)
    with scope(Hat.NIGHT):
        print(f"{Link.objects.filter(store=ours).count():,} links")
    rows = [[note_id_of(number), ITEM, "buy the same", "yes"] for number in range(LONG)]
    for name, content in [("CSV", csv_file(rows)), ("XLSX", xlsx_file(rows))]:
        print(f"reading {LONG:,} rows of {name}: {cost_of(reading(content)).wall:.2f} s")


if __name__ == "__main__":
    with database():
        main()
