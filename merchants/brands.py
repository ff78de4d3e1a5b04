"""A new brand: the address it gets, and its first owner."""

import logging
import re
import secrets

from django.db import IntegrityError, connection
from django.utils.text import slugify
from django.utils.translation import gettext as _

from merchants.models import Brand, User
from merchants.services import Refused
from portal.lib import days
from portal.lib.constraints import broken_rule
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SHORTEST, LONGEST = 2, 40
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
# Words that would pass for the platform itself, its partners or a page of its own.
RESERVED = frozenset(
    """
    about account accounts admin alipay alimama api app apps assets auth billing blog brand
    brands dashboard data demo dev docs download finance help home hongmao invitation
    invitations juguang legal login logout mail me merchant merchants new notes null official
    partner partners policy portal privacy pugongying red redcat register results root security
    settings signup staff static status stores support sys system taobao terms test tmall
    undefined user users web www xhs xiaohongshu
    """.split()  # noqa: SIM905 - sixty quoted words would hide the list
)


class SlugTaken(Refused):
    """Another brand has the address already; the message is the address."""


def propose_slug(name: str) -> str:
    """Make an address from what of the name can stand in one; a Chinese name gives none."""
    plain = slugify(name).replace("_", "-")[:LONGEST].strip("-")
    known = len(plain) >= SHORTEST and SLUG.fullmatch(plain) and plain not in RESERVED
    return plain if known else with_ending("brand")


def with_ending(slug: str) -> str:
    ending = "".join(secrets.choice(LETTERS) for _n in range(4))
    return f"{slug[: LONGEST - 5].rstrip('-')}-{ending}"


def create_brand(name: str, slug: str, *, by: User) -> Brand:
    """Create the brand with `by` as its owner, both or neither; or raise Refused."""
    try:
        with scope(Hat.WEB, user=by.pk):
            brand = Brand.objects.get(pk=_insert(name, slug))
    except IntegrityError as clash:
        if broken_rule(clash) == "brand_limit":
            refusal = _("You own 20 brands already. Ask the platform's staff for more.")
            raise Refused(refusal) from None
        if "slug" in broken_rule(clash):
            raise SlugTaken(slug) from None
        raise
    logger.info("brand created brand=%s by=%s", brand.pk, by.pk)
    return brand


def _insert(name: str, slug: str) -> int:
    with connection.cursor() as cursor:
        # as a SELECT it would pass for a read, and the history would not know whose brand it is
        cursor.execute("VALUES (create_brand(%s, %s, %s))", [name, slug, days.known_now()])
        (made,) = cursor.fetchone()
    return int(made)
