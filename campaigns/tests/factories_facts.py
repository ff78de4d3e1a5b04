from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models

from campaigns.models import Fact, Note, StarDay
from merchants.models import Connection, Partner, Store
from portal.lib import days
from portal.lib.ledger_tables import ensure_months
from portal.lib.scope import Hat, scope

Row = TypeVar("Row", bound=Fact)
NOON = timedelta(hours=12)


def make_fact(facts: type[Row], store: Store, day: date, **values: Any) -> Row:
    """Write one row of the ledger, known from the next morning on; what is not said is plain."""
    ledger = facts.ledger()
    told: dict[str, Any] = {"known_from": days.starts_at(day + timedelta(days=1)), "page_id": 1}
    if "connection_id" in ledger.owner:
        told["connection_id"] = _juguang_of(store).pk
    for field in facts._meta.concrete_fields:
        if field.column in {*ledger.columns} - {"day"}:
            told[field.name] = _plain(field, days.starts_at(day) + NOON)
    with scope(Hat.NIGHT):
        ensure_months(ledger, [day])
        return facts.objects.create(
            brand_id=store.brand_id, store_id=store.pk, day=day, **told | values
        )


def make_star_day(store: Store, day: date, object_id: str = "XHX1", **figures: Any) -> StarDay:
    """Write what 种草星河's export told of a task on a day."""
    plain = {"read_uv": 400, "store_visit_uv": 40, "order_uv": 10, "store_gmv_fen": 90_000}
    named = {"level": "task", "object_id": object_id, "window_days": 15, "sampling": 5000}
    return make_fact(StarDay, store, day, **named | plain | figures)


def _juguang_of(store: Store) -> Connection:
    with scope(Hat.NIGHT):
        return Connection.objects.get(store=store, partner=Partner.JUGUANG)


def _plain(field: "models.Field[Any, Any]", moment: datetime) -> Any:
    if field.null:
        return None
    if isinstance(field, models.DateTimeField):
        return moment
    if isinstance(field, models.CharField):
        return field.choices[0][0] if field.choices else ""
    return 0


def sum_month(note: Note, month: date) -> None:
    """Keep the sums of the note's account in the month, as the night does once it has ripened."""
    with scope(Hat.NIGHT), connection.cursor() as cursor:
        cursor.execute("SELECT sum_note_month(%s, %s)", [note.connection_id, month])
