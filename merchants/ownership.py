"""Whose store a person has just consented for at Tmall, kept in their session for a while.

It proves that the person acts for the store's owner where the store itself can't be registered.
"""

import time

from django.http import HttpRequest

from merchants.connections import TopConsent
from merchants.models import Brand
from merchants.services import NAME
from merchants.transfers import Seller

KEY = "proved_seller"
VALID = 30 * 60.0  # seconds


def remember(request: HttpRequest, brand: Brand, consent: TopConsent) -> None:
    request.session[KEY] = {
        "brand": brand.pk,
        "until": time.time() + VALID,
        "seller_id": consent.seller.seller_id,
        "nick": consent.seller.nick[:NAME],
        "title": consent.shop.title[:NAME],
    }


def proved(request: HttpRequest, brand: Brand) -> Seller | None:
    kept = request.session.get(KEY)
    if not kept or kept["brand"] != brand.pk or kept["until"] < time.time():
        return None
    return Seller(kept["seller_id"], kept["nick"], kept["title"])


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
