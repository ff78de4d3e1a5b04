"""Asking for a file that is too long to wait for."""

from zlib import crc32

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.exports.file import FileForm
from campaigns.exports.files import MOST, address_of, file_of
from campaigns.models import Export, ExportKind
from campaigns.models.export import KEPT
from merchants.models import Membership
from merchants.services import Refused
from portal.lib import days
from portal.lib.scope import Hat, scope

MOST_WAITING = 5  # of a brand


def ask_for(member: Membership, kind: ExportKind, form: FileForm, ending: str) -> Export:
    """Owe the member the file of a valid form; raises Refused or Gone. The same twice is one file.

    Within the member's own scope.
    """
    file = file_of(kind, member, form)
    if file.rows > MOST:
        raise Refused(too_long())
    asked = {
        "brand_id": member.brand_id,
        "asked_by_id": member.user_id,
        "kind": kind,
        "asked": address_of(form),
        "ending": ending,
        "language": get_language() or "",
        "reach": list(member.narrowed_to),
    }
    with scope(Hat.NIGHT, brand=member.brand_id):
        _alone(member.brand_id)
        owed = Export.objects.filter(brand=member.brand_id).owed()
        if same := owed.filter(**asked).first():
            return same
        if owed.count() >= MOST_WAITING:
            raise Refused(
                _("The brand has %(n)s exports that wait already. Ask again when one is ready.")
                % {"n": MOST_WAITING}
            )
    return Export.objects.create(
        **asked,
        store_id=file.store,
        name=f"{file.name}.{ending}",
        known_at=file.moment,
        rows=file.rows,
        expires_at=days.known_now() + KEPT,
    )


def too_long() -> str:
    return _("The file would have more than %(n)s rows: choose fewer days.") % {"n": f"{MOST:,}"}


def _alone(brand: int) -> None:
    """Let no two of a brand count at once what waits."""
    with connection.cursor() as cursor:
        table = crc32(Export._meta.db_table.encode()) % 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [table, brand % 2**31])
