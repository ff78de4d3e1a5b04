"""Exports, as tests need them."""

from datetime import timedelta
from typing import Any

from campaigns.models import Export, ExportKind, ExportPart, StoreOrder
from merchants.models import Brand, User
from portal.lib import days
from portal.lib.scope import Hat, scope


def make_export(brand: Brand, user: User, **fields: Any) -> Export:
    """Owe a file of the direct links' results; what is not said is plain."""
    told = {
        "kind": ExportKind.RESULTS,
        "asked": {"from": "2025-06-18", "to": "2025-06-18", "window": "15", "group": "note"},
        "ending": "csv",
        "name": "shancha-2025-06-18-2025-06-18-15d.csv",
        "language": "en",
        "rows": 1,
        "expires_at": days.known_now() + timedelta(days=7),
    }
    with scope(Hat.WEB, brand=brand.pk, user=user.pk):
        return Export.objects.create(brand=brand, asked_by=user, **told | fields)


def make_ready(export: Export, *parts: bytes) -> Export:
    """Say that the file was made, of these packed parts."""
    with scope(Hat.NIGHT):
        Export.objects.filter(pk=export.pk).update(status="ready", part_count=len(parts))
        for number, packed in enumerate(parts, 1):
            own = {"brand_id": export.brand_id, "export": export}
            ExportPart.objects.create(**own, number=number, packed=packed)
        export.refresh_from_db()
    return export


def many(order: StoreOrder, count: int) -> None:
    """Write so many orders more, as the first but for their numbers."""
    told = {field.attname: getattr(order, field.attname) for field in order._meta.concrete_fields}
    told.pop("pk", None)
    with scope(Hat.NIGHT):
        StoreOrder.objects.bulk_create(
            [StoreOrder(**told | {"sub_order_id": f"{10**6 + n}"}) for n in range(count)],
            batch_size=2_000,
        )
