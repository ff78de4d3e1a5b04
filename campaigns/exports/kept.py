"""The bytes of a file that was made, a part at a time."""

import zlib
from collections.abc import Iterator
from functools import partial

from campaigns.models import Export, ExportPart
from merchants.models import Membership
from portal.lib.scope import Hat, scope


def bytes_of(export: Export, member: Membership) -> Iterator[bytes]:
    """Yield the parts, each read in a scope of its own: an answer is sent when none is open."""
    own = partial(
        scope, Hat.WEB, brand=member.brand_id, user=member.user_id, stores=member.narrowed_to
    )
    for number in range(1, export.part_count + 1):
        with own():
            part = ExportPart.objects.get(brand=member.brand_id, export=export, number=number)
        yield zlib.decompress(part.packed)
