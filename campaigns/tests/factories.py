"""Notes, what is said of them, links and taps, written in the scope that may."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection as database

from campaigns.models import (
    Click,
    ClickApp,
    ClickKind,
    ClickSystem,
    ClickWent,
    Comment,
    CommentLink,
    Item,
    ItemStatus,
    Link,
    LinkSheet,
    LinkStatus,
    LinkText,
    MailReport,
    Note,
    NoteDay,
    NoteKind,
    NoteSource,
    QuarantinedRow,
    SavedView,
    ShareLink,
    SyncWindow,
)
from campaigns.results import shares
from merchants.models import Brand, Connection, Membership, Partner, Store, User
from merchants.tests.factories import make_connection
from portal.lib import days
from portal.lib.scope import Hat, scope

PLAIN = {
    "fee_fen": 10_000,
    "impression": 5000,
    "click": 400,
    "interaction": 60,
    "jump_click": 50,
    "order_7": 4,
    "order_15": 5,
    "order_30": 6,
    "gmv_7_fen": 12_000,
    "gmv_15_fen": 20_000,
    "gmv_30_fen": 26_000,
}


def note_id_of(number: int) -> str:
    return f"68{number:022x}"


def make_note(connection: Connection, number: int = 1, **fields: Any) -> Note:
    fields = {
        "note_id": note_id_of(number),
        "title": f"山茶花精华油 {number}",
        "creator": "林小鹿",
        "source": NoteSource.COOPERATION,
        "kind": NoteKind.IMAGE,
        "published_at": days.DEMO_NOW - timedelta(days=40),
    } | fields
    with scope(Hat.NIGHT):
        return Note.objects.create(
            brand_id=connection.brand_id,
            store_id=connection.store_id,
            connection=connection,
            **fields,
        )


def note_of(store: Store, number: int = 1, **fields: Any) -> Note:
    """Make a note in the store's 聚光 account, which is connected if it wasn't."""
    with scope(Hat.NIGHT):
        found = Connection.objects.filter(store=store, partner=Partner.JUGUANG).first()
    return make_note(found or make_connection(store), number, **fields)


def make_link(note: Note, status: LinkStatus = LinkStatus.LIVE, **fields: Any) -> Link:
    fields = {
        "target": "item",
        "item_id": "739204418852",
        "item_title": "山茶花卸妆膏 100g",
        "text": LinkText.BUY_THE_SAME,
        "marked_as_ad_at": days.known_now(),
    } | fields
    with scope(Hat.NIGHT):
        return Link.objects.create(
            brand_id=note.brand_id, store_id=note.store_id, note=note, status=status, **fields
        )


def make_item(store: Store, number: int = 1, **fields: Any) -> Item:
    fields = {
        "num_iid": f"{710_500_318_000 + number}",
        "title": f"山茶花修护精华油 {number}",
        "price_fen": 29_800,
        "status": ItemStatus.ON_SALE,
    } | fields
    with scope(Hat.NIGHT):
        return Item.objects.create(brand_id=store.brand_id, store=store, **fields)


def make_click(link: Link, **fields: Any) -> Click:
    fields = {
        "at": days.known_now(),
        "kind": ClickKind.PERSON,
        "system": ClickSystem.IOS,
        "app": ClickApp.XIAOHONGSHU,
        "went": ClickWent.H5,
    } | fields
    with scope(Hat.NIGHT):
        return Click.objects.create(
            brand_id=link.brand_id, store_id=link.store_id, link=link, **fields
        )


def make_note_day(
    note: Note,
    day: date,
    *,
    known_from: datetime | None = None,
    known_to: datetime | None = None,
    **figures: int | None,
) -> NoteDay:
    """Write what 聚光 said of the day, known from the next morning on."""
    with scope(Hat.NIGHT):
        with database.cursor() as cursor:
            cursor.execute("SELECT ensure_fact_month('campaigns_noteday', %s)", [day])
        return NoteDay.objects.create(
            brand_id=note.brand_id,
            store_id=note.store_id,
            connection_id=note.connection_id,
            note_id=note.note_id,
            day=day,
            known_from=known_from or days.starts_at(day + timedelta(days=1)),
            known_to=known_to,
            **{"page_id": 1} | PLAIN | figures,
        )


def make_sheet(store: Store, *cells: dict[str, str], **fields: Any) -> LinkSheet:
    """Keep a sheet as an upload does; it is not checked yet."""
    blank = dict.fromkeys(["note", "target", "text", "ad"], "")
    rows = [(number, blank | each) for number, each in enumerate(cells, 2)]
    fields = {"name": "links.xlsx", "sha256": "0" * 64, "cells": rows} | fields
    fields = {"row_count": len(rows)} | fields
    with scope(Hat.WEB, brand=store.brand_id):
        return LinkSheet.objects.create(brand_id=store.brand_id, store=store, **fields)


def make_comment(note: Note, number: int = 1, **fields: Any) -> Comment:
    fields = {
        "comment_id": f"c{number}",
        "words": "求链接",
        "written_at": days.known_now() - timedelta(days=3),
        "asks_for_link": True,
    } | fields
    with scope(Hat.WEB, brand=note.brand_id):
        return Comment.objects.create(
            brand_id=note.brand_id, store_id=note.store_id, note=note, **fields
        )


def make_comment_link(note: Note, number: int = 1, **fields: Any) -> CommentLink:
    fields = {
        "comment_id": f"l{number}",
        "item_title": "山茶花护手霜",
        "posted_at": days.known_now() - timedelta(days=3),
    } | fields
    with scope(Hat.WEB, brand=note.brand_id):
        return CommentLink.objects.create(
            brand_id=note.brand_id, store_id=note.store_id, note=note, **fields
        )


def make_window(store: Store, day: date | None = None, **fields: Any) -> SyncWindow:
    """Make a window of the note report by the store's 聚光 account, which it must have."""
    fields = {"report": "juguang.note_day", "status": "closed", "owed_on": days.today()} | fields
    if fields["status"] == "closed":
        fields = {"closed_on": days.today(), "closed_at": days.known_now()} | fields
    with scope(Hat.NIGHT):
        joined = Connection.objects.get(store=store, partner=Partner.JUGUANG)
        return SyncWindow.objects.create(
            brand_id=store.brand_id,
            store=store,
            connection=joined,
            day=day or days.yesterday(),
            **fields,
        )


def make_quarantined(
    window: SyncWindow, raw: str = "{'fee': '-14'}", **fields: Any
) -> QuarantinedRow:
    fields = {"row_hash": raw[:64], "reason": "fee is negative.", "last_pull": window.pull} | fields
    own = {"brand_id": window.brand_id, "store_id": window.store_id}
    with scope(Hat.NIGHT):
        return QuarantinedRow.objects.create(**own, window=window, raw=raw, **fields)


def make_saved_view(brand: Brand, user: User, name: str = "复盘", **fields: Any) -> SavedView:
    fields = {"line": "direct", "asked": {"latest": "30", "window": "7"}} | fields
    with scope(Hat.WEB, brand=brand.pk, user=user.pk):
        return SavedView.objects.create(brand=brand, made_by=user, name=name, **fields)


def make_mail_report(view: SavedView, member: Membership, **fields: Any) -> MailReport:
    """Have the view sent daily at nine, since yesterday."""
    fields = {"since": days.known_now() - timedelta(days=1)} | fields
    with scope(Hat.WEB, brand=view.brand_id, user=member.user_id):
        return MailReport.objects.create(
            brand_id=view.brand_id, view=view, membership=member, **fields
        )


def make_share_link(
    brand: Brand, user: User, *, password: str = "", **fields: Any
) -> tuple[Any, str]:
    """Return the link and its token."""
    view = SavedView(brand=brand, line="direct", name="分享", asked={"latest": "30"})
    for name in set(fields) & {"line", "name", "asked"}:
        setattr(view, name, fields.pop(name))
    with scope(Hat.WEB, brand=brand.pk, user=user.pk):
        link, token = shares.share(view, days=14, password=password, by=user)
        ShareLink.objects.filter(pk=link.pk).update(**{"opened": 0} | fields)
        link.refresh_from_db()
    return link, token
