"""Links for people without an account: made, found by their token, read as who made them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.utils import timezone

from campaigns.models import SavedView, ShareLink
from merchants.models import Membership, Role, User
from merchants.models.invitations import hash_token
from merchants.readers import active_member
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

MOST_DAYS, USUAL_DAYS = 90, 14
KEPT = timedelta(days=90)


class Closed(Exception):
    """The link opens nothing: unknown, expired, revoked, or whoever made it may no longer."""


@dataclass(frozen=True, slots=True)
class Opened:
    link: ShareLink
    membership: Membership


def share(view: SavedView, *, days: int, password: str, by: User) -> tuple[ShareLink, str]:
    """Return the link and its token, which nobody reads again."""
    link = ShareLink(
        brand=view.brand,
        made_by=by,
        line=view.line,
        name=view.name,
        asked=view.asked,
        expires_at=timezone.now() + timedelta(days=days),
        password=make_password(password) if password else "",
    )
    token = link.new_token()
    link.save()
    logger.info("share made share=%s brand=%s", link.pk, link.brand_id)
    return link, token


@contextmanager
def opened_by(token: str) -> Iterator[Opened]:
    """Open the scope of who made the link, as narrow as they are now; or raise Closed."""
    with scope(Hat.WEB), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM share_by_token(%s)", [hash_token(token)])
        row = cursor.fetchone()
    if row is None:
        raise Closed
    pk, brand, user = row
    membership = active_member(brand, user)
    if membership is None or not membership.allows(Role.MARKETER):
        raise Closed
    with scope(Hat.WEB, brand=brand, user=user, stores=membership.narrowed_to):
        link = ShareLink.objects.open_at(timezone.now()).filter(pk=pk).first()
        if link is None or membership.joined_at > link.made_at:  # they left, and came again
            raise Closed
        yield Opened(link, membership)


def is_right(link: ShareLink, password: str) -> bool:
    """Say whether the password opens the link; beyond ten tries an hour none does."""
    return link.take_a_try() and check_password(password, link.password)


def purge() -> int:
    """Forget links 90 days after they expired; return how many. In the night's scope."""
    gone, _by_model = ShareLink.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()
    logger.info("shares purged=%s", gone)
    return gone
