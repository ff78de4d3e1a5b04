"""Comments below the brand's notes, by the sheet: what asks for a link, and comment links.

Sheets overlap: a comment is known by its id, and one that has not changed is not written again.
Who wrote it is kept as a keyed hash alone, so that it can be counted and never be read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from campaigns.links.asking import asks_for_link
from campaigns.links.columns import Column, lines_of
from campaigns.models import Comment, CommentLink, Note
from merchants.models import Store, User
from portal.lib.days import SHANGHAI, known_now
from portal.lib.note_ids import BadNoteId, parse_note_id
from portal.lib.scope import Hat, scope
from portal.lib.sheets import REASONS, BadSheet, read_sheet

MOST = 50_000
WORDS = 300
ID = 64
TITLE = 120
BATCH = 1000
LAYOUT = {
    "note": Column(("note", "笔记", "note id", "笔记id")),
    "comment": Column(("comment id", "评论id", "comment")),
    "words": Column(("words", "评论内容", "text", "内容")),
    "time": Column(("time", "时间", "评论时间", "written")),
    "writer": Column(("writer", "评论人", "author", "作者"), is_needed=False),
    "kind": Column(("kind", "类型", "type"), is_needed=False),
    "item": Column(("item", "商品", "商品名称"), is_needed=False),
    "clicks": Column(("clicks", "点击数", "点击"), is_needed=False),
    "orders": Column(("orders", "订单数", "成交"), is_needed=False),
}
EXAMPLE = {
    "note": "680a1b2c000000001203e4f5",
    "comment": "68f0c1d2000000000501a7b3",
    "words": "求链接",
    "time": "2025-06-18 12:30",
}
# What tells who a person is and where to reach them: telephones and mail addresses.
PERSONAL = re.compile(
    r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|[\w.+-]+@[\w-]+\.[\w.-]+", re.ASCII
)
LINK_KINDS = {"comment link", "评论区蓝链", "蓝链"}

Row = Comment | CommentLink


class BadLine(Exception):
    """A row can't be taken over; the message is shown beside its number."""


@dataclass(slots=True)
class Outcome:
    """What a sheet brings: counts of rows, and those that were refused, with the reason."""

    new: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    same: int = 0
    requests: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_comments(store: Store, path: Path, *, by: User, is_trial: bool) -> Outcome:
    """Read the sheet and, unless it is a trial, write what is new or changed.

    Raises BadSheet, and then nothing is written. Call outside any transaction.
    """
    lines = list(lines_of(read_sheet(path, most=MOST + 1), LAYOUT))
    if not lines:
        raise BadSheet(str(REASONS["empty"]))
    with scope(Hat.WEB, brand=store.brand_id, user=by.pk):
        outcome = _compared(store, *_rows_of(store, lines))
        if not is_trial:
            _write(outcome.new, outcome.changed)
    return outcome


def _rows_of(
    store: Store, lines: Sequence[tuple[int, dict[str, str]]]
) -> tuple[list[Row], list[tuple[int, str]]]:
    """Return what each line says; of two with the same id the later one counts."""
    notes = {note.note_id: note for note in store.notes.order_by("-pk")}
    rows: dict[tuple[type[Row], str], Row] = {}
    refused = []
    for number, cells in lines:
        try:
            row = _row(store, notes, cells)
        except BadLine as problem:
            refused.append((number, str(problem)))
        else:
            rows[type(row), row.comment_id] = row
    return list(rows.values()), refused


def _row(store: Store, notes: Mapping[str, Note], cells: Mapping[str, str]) -> Row:
    own: dict[str, Any] = {  # the fields that both kinds have
        "brand_id": store.brand_id,
        "store_id": store.pk,
        "note": _note(notes, cells["note"]),
        "comment_id": _comment_id(cells["comment"]),
    }
    written = _moment(cells["time"])
    if cells["kind"].strip().casefold() in LINK_KINDS:
        return CommentLink(
            **own,
            item_title=(cells["item"] or cells["words"])[:TITLE],
            posted_at=written,
            clicks=_count(cells["clicks"]),
            orders=_count(cells["orders"]),
        )
    words = PERSONAL.sub("***", " ".join(cells["words"].split()))
    if not words:
        raise BadLine(_("The comment has no words."))
    return Comment(
        **own,
        words=words[:WORDS],
        written_at=written,
        writer_hash=_hashed(store, cells["writer"]),
        asks_for_link=asks_for_link(words),
    )


def _note(notes: Mapping[str, Note], text: str) -> Note:
    try:
        return notes[parse_note_id(text)]
    except BadNoteId as problem:
        raise BadLine(str(problem)) from problem
    except KeyError as problem:
        raise BadLine(_("The store has no such note.")) from problem


def _comment_id(text: str) -> str:
    if not text or len(text) > ID or not text.isascii():
        raise BadLine(_("The comment's id is missing, or is none."))
    return text


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError as problem:
        raise BadLine(_("The time must be like 2025-06-18 12:30.")) from problem
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    if not moment.year >= 2013 or moment > known_now():
        raise BadLine(_("The time lies in the future, or before there were notes."))
    return moment


def _count(text: str) -> int | None:
    plain = text.replace(",", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise BadLine(_("Clicks and orders must be whole numbers."))
    return int(plain)


def _hashed(store: Store, writer: str) -> str:
    if not writer:
        return ""
    return salted_hmac(f"comment/{store.brand_id}", writer, algorithm="sha256").hexdigest()


FIELDS: dict[type[Row], tuple[str, ...]] = {
    Comment: ("note_id", "words", "written_at", "writer_hash", "asks_for_link"),
    CommentLink: ("note_id", "item_title", "posted_at", "clicks", "orders"),
}


def _compared(store: Store, rows: Iterable[Row], refused: list[tuple[int, str]]) -> Outcome:
    outcome = Outcome(refused=refused)
    known = {
        (type(row), row.comment_id): row
        for model in (Comment, CommentLink)
        for row in model._default_manager.filter(store=store)
    }
    for row in rows:
        outcome.requests += isinstance(row, Comment) and row.asks_for_link
        there = known.get((type(row), row.comment_id))
        if there is None:
            outcome.new.append(row)
        elif any(getattr(row, name) != getattr(there, name) for name in FIELDS[type(row)]):
            row.pk = there.pk
            outcome.changed.append(row)
        else:
            outcome.same += 1
    return outcome


def _write(new: Sequence[Row], changed: Sequence[Row]) -> None:
    """Write each kind in a few statements; what another sheet has just brought stays."""
    for model, fields in FIELDS.items():
        kept: models.Manager[Any] = model._default_manager  # of one kind or the other
        made = [row for row in new if isinstance(row, model)]
        kept.bulk_create(made, ignore_conflicts=True, batch_size=BATCH)
        edited = [row for row in changed if isinstance(row, model)]
        kept.bulk_update(edited, fields, batch_size=BATCH)
