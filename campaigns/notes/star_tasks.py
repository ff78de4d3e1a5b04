"""星任务: the notes of a task, and what is still lacking before its data can join."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Authorisation, Note, StarTask, StarTaskNote
from campaigns.models.star_task import CARRIES_TASK, GRANTED
from merchants.models import User
from portal.lib import money


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the way; `colour` is that of the status chip."""

    colour: str
    word: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is known of the binding: a 蒲公英 order of some kind, and the creator's consent."""

    order_id: str
    order_kind: str
    authorisation: Authorisation


@transaction.atomic
def bind_notes(task: StarTask, notes: Sequence[Note], order: Order, *, by: User) -> int:
    """Bind the notes of the task's store that no task has yet; return how many."""
    free = [note for note in notes if note.store_id == task.store_id]
    before = task.note_rows.count()
    StarTaskNote.objects.bulk_create(
        [
            StarTaskNote(
                brand_id=task.brand_id,
                store_id=task.store_id,
                star_task=task,
                note=note,
                order_id=order.order_id,
                order_kind=order.order_kind,
                authorisation=order.authorisation,
                bound_by=by,
            )
            for note in free
        ],
        ignore_conflicts=True,
    )
    return task.note_rows.count() - before


def checks(task: StarTask, rows: Sequence[StarTaskNote], promoted: set[str]) -> list[Check]:
    """Return the way to returned data, step by step; `promoted` are note ids that 聚光 paid for.

    The steps have one source alone, and how many creators and how much money it takes are
    settings.
    """
    return [
        _check(
            bool(task.task_id),
            _("Task id"),
            _("%(id)s, from the Taobao side") % {"id": task.task_id},
        ),
        _on_orders(rows),
        _creators(rows),
        _floor(task),
        _authorised(rows),
        _published(rows),
        _promoted(rows, promoted),
    ]


def may_return(found: Sequence[Check]) -> bool:
    """Say whether nothing is lacking any more, so that data can join."""
    return all(check.colour == "ok" for check in found)


def _check(is_met: bool, title: str, detail: str) -> Check:
    return Check(
        "ok" if is_met else "warn", _("Step done") if is_met else _("Step lacking"), title, detail
    )


def _on_orders(rows: Sequence[StarTaskNote]) -> Check:
    carrying = [row for row in rows if row.order_kind in CARRIES_TASK]
    detail = _(
        "%(n)s of %(all)s notes have a customised or recruited order. Put the task id on the order"
        " in Pugongying; where that is connected the order arrives by itself, else write its"
        " number here. Other kinds carry no task."
    ) % {"n": len(carrying), "all": len(rows)}
    return _check(bool(rows) and len(carrying) == len(rows), _("On Pugongying orders"), detail)


def _creators(rows: Sequence[StarTaskNote]) -> Check:
    found = {row.note.creator for row in rows if row.note.creator}
    least = settings.STAR_TASK["least_creators"]
    detail = _("%(n)s of at least %(least)s creators.") % {"n": len(found), "least": least}
    return _check(len(found) >= least, _("Enough creators"), detail)


def _floor(task: StarTask) -> Check:
    floor = settings.STAR_TASK["floor_fen"]
    asked = money.full(floor)
    if task.budget_fen is None:
        detail = _("The budget is not stated; at least ¥%(floor)s is asked for.") % {"floor": asked}
        return _check(False, _("Budget"), detail)
    stated = {"budget": money.full(task.budget_fen), "floor": asked}
    detail = _("¥%(budget)s; at least ¥%(floor)s is asked for.") % stated
    return _check(task.budget_fen >= floor, _("Budget"), detail)


def _authorised(rows: Sequence[StarTaskNote]) -> Check:
    granted = [row for row in rows if row.authorisation in GRANTED]
    detail = _(
        "%(n)s of %(all)s notes are authorised. The creator says so in Xiaohongshu; a note that"
        " was rejected or cancelled returns nothing."
    ) % {"n": len(granted), "all": len(rows)}
    return _check(bool(rows) and len(granted) == len(rows), _("Authorised by creators"), detail)


def _published(rows: Sequence[StarTaskNote]) -> Check:
    out = [row for row in rows if row.note.published_at]
    detail = _("%(n)s of %(all)s notes are known to be published.") % {
        "n": len(out),
        "all": len(rows),
    }
    return _check(bool(rows) and len(out) == len(rows), _("Published"), detail)


def _promoted(rows: Sequence[StarTaskNote], promoted: set[str]) -> Check:
    paid = [row for row in rows if row.note.note_id in promoted]
    detail = _("Juguang reports spending on %(n)s of %(all)s notes.") % {
        "n": len(paid),
        "all": len(rows),
    }
    return _check(bool(rows) and len(paid) == len(rows), _("Promoted in Juguang"), detail)
