"""Whose world an advertiser lives in: the hand-written one, or the generated one beside it."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from portal.lib.days import business_day
from portal.sandbox import ads, report
from portal.sandbox.accounts import BY_ADVERTISER, SELLERS, Seller
from portal.sandbox.ads import Ad
from portal.sandbox.generated import Advertiser, generated
from portal.sandbox.report import Cell
from portal.sandbox.truth import Events, Note, world


class AdWorld(Protocol):
    """What 聚光 tells of a world's advertisers, as far as it can be known on `as_of`."""

    def advertiser(self, advertiser_id: int) -> Seller | Advertiser: ...

    def notes(self, advertiser_id: int) -> Sequence[Note]: ...

    def ad_of(self, advertiser_id: int, place: int, note: Note) -> Ad: ...

    def cells(
        self, advertiser_id: int, first: date, last: date, *, as_of: date
    ) -> Sequence[Cell]: ...

    def ads(
        self, advertiser_id: int, first: date, last: date, *, as_of: date
    ) -> Sequence[tuple[Ad, Cell]]: ...

    def events(self, advertiser_id: int, day: date | None) -> Events:
        """Return what truly happened, of ad clicks of one day or of all."""
        ...


class HandWritten:
    def advertiser(self, advertiser_id: int) -> Seller:
        return BY_ADVERTISER[advertiser_id]

    def notes(self, advertiser_id: int) -> Sequence[Note]:
        return world().notes[advertiser_id]

    def ad_of(self, advertiser_id: int, place: int, note: Note) -> Ad:
        return ads.ad_of(advertiser_id, place, note)

    def cells(self, advertiser_id: int, first: date, last: date, *, as_of: date) -> Sequence[Cell]:
        return report.day_rows(advertiser_id, first, last, as_of=as_of)

    def ads(
        self, advertiser_id: int, first: date, last: date, *, as_of: date
    ) -> Sequence[tuple[Ad, Cell]]:
        return ads.delivered(advertiser_id, first, last, as_of=as_of)

    def events(self, advertiser_id: int, day: date | None) -> Events:
        found = Events(
            world().deliveries[advertiser_id],
            world().jumps[advertiser_id],
            world().orders[advertiser_id],
        )
        if day is None:
            return found
        return Events(
            [delivery for delivery in found.deliveries if delivery.day == day],
            [jump for jump in found.jumps if business_day(jump.ad_clicked_at) == day],
            [order for order in found.orders if business_day(order.ad_clicked_at) == day],
        )


def world_of(advertiser_id: int) -> AdWorld:
    """Return the advertiser's world, or raise KeyError where there is no such advertiser."""
    made = generated()
    if made and made.holds(advertiser_id):
        return made
    if advertiser_id not in BY_ADVERTISER:
        raise KeyError(advertiser_id)
    return HandWritten()


def advertisers() -> list[Seller | Advertiser]:
    made = generated()
    return [*SELLERS, *(made.advertisers if made else [])]
