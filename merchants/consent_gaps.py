"""What a consent that still holds does not cover, since its text does not tell of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from merchants import consent_texts
from merchants.consent_records import agreed_since
from merchants.models import Connection, Partner

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# By partner, oldest text first: the text that first told of it, and what is missing without it.
GAPS: Mapping[str, tuple[tuple[str, "StrPromise"], ...]] = {
    Partner.TOP: (
        (
            consent_texts.WITH_STORE_ORDERS,
            _(
                "The store's orders and refunds are not read before an owner consents again, to"
                " the text that tells of them."
            ),
        ),
    ),
    Partner.JUGUANG: (
        (
            consent_texts.WITH_AD_LEVELS,
            _(
                "The reports of the account, its ad campaigns, units and creatives are not read"
                " before an owner consents again, to the text that tells of them."
            ),
        ),
    ),
    Partner.PUGONGYING: (
        (
            consent_texts.WITH_CREATOR_ORDERS,
            _(
                "Creator orders are not read before an owner consents again, to the text that"
                " tells of them."
            ),
        ),
        (
            consent_texts.WITH_NOTE_FIGURES,
            _(
                "What ordered notes reached is not read before an owner consents again, to the"
                " text that tells of it."
            ),
        ),
    ),
}


def gap_of(connection: Connection | None) -> "StrPromise | str":
    """Return a sentence for the brand on the first thing that waits; nothing when all is read."""
    if connection is None:
        return ""
    gaps = GAPS.get(connection.partner, ())
    return next((told for version, told in gaps if not agreed_since(connection, version)), "")
