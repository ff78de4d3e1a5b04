"""Notes, links and taps for tests, written in the scope that may."""

from datetime import datetime
from typing import Any

from campaigns.models import Click, ClickSystem, Link, LinkStatus, LinkText, Note
from merchants.models import Connection, Partner, Store
from merchants.tests.factories import make_connection
from portal.lib import days
from portal.lib.scope import Hat, scope


def make_note(store: Store, number: int = 1, **fields: Any) -> Note:
    fields = {
        "note_id": f"{number:024x}",
        "title": f"卸妆膏红黑榜 {number}",
        "creator": "美妆实验室Vivi",
        "source": 2,
        "kind": 1,
        "published_at": datetime(2025, 6, 1, 12, tzinfo=days.SHANGHAI),
    } | fields
    with scope(Hat.NIGHT):
        if "connection" not in fields:
            fields["connection"] = _juguang(store)
        return Note.objects.create(brand_id=store.brand_id, store=store, **fields)


def _juguang(store: Store) -> Connection:
    found = Connection.objects.filter(store=store, partner=Partner.JUGUANG).first()
    return found or make_connection(store)


def make_link(note: Note, status: LinkStatus = LinkStatus.LIVE, **fields: Any) -> Link:
    fields = {
        "target": "item",
        "item_id": "739204418852",
        "item_title": "山茶花卸妆膏 100g",
        "text": LinkText.BUY_THE_SAME,
    } | fields
    with scope(Hat.NIGHT):
        return Link.objects.create(
            brand_id=note.brand_id, store_id=note.store_id, note=note, status=status, **fields
        )


def make_click(link: Link, **fields: Any) -> Click:
    fields = {"system": ClickSystem.IOS, "at": days.known_now()} | fields
    with scope(Hat.NIGHT):
        return Click.objects.create(
            brand_id=link.brand_id, store_id=link.store_id, link=link, **fields
        )
