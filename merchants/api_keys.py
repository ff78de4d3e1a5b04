"""API keys made, revoked, found by what a program sends, and counted by the minute."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.models import ApiCall, ApiKey, ApiScope, Membership, Role
from merchants.models.api_keys import WINDOW
from merchants.models.invitations import hash_token
from merchants.services import Refused
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

MOST = 20  # keys in use of one member
KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=10)  # longer than any request takes
KEY = re.compile(r"\Arc_([0-9a-f]{8})_([A-Za-z0-9_-]{43})\Z")


class CallUnderWay(Exception):
    """Another request with the same Idempotency-Key is being done."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many calls a key has in this minute, how many are left, and in how many seconds."""

    limit: int
    used: int
    resets_in: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    @property
    def is_spent(self) -> bool:
        return self.used > self.limit


@transaction.atomic
def create_key(
    member: Membership, name: str, scopes: Sequence[str], *, valid: timedelta
) -> tuple[ApiKey, str]:
    """Write the key and return it with what the program sends, which is kept nowhere else."""
    if member.pk is None:
        raise Refused(_("You are here through an agency: only the brand's own members have keys."))
    row = Membership.objects.select_for_update(of=("self",)).get(pk=member.pk)  # of two one waits
    now = timezone.now()
    if row.api_keys.live_at(now).count() >= MOST:
        raise Refused(_("You have 20 keys in use. Revoke one first."))
    if ApiScope.LINKS in scopes and not member.allows(Role.MARKETER):
        raise Refused(_("You may not change links, so no key of yours may."))
    key = ApiKey(brand_id=member.brand_id, membership=row, name=name, scopes=list(scopes))
    key.expires_at = now + valid
    secret = key.new_secret()
    key.save()
    logger.info("api key made key=%s brand=%s", key.pk, key.brand_id)
    return key, secret


def revoke_key(key: ApiKey) -> None:
    """End the key at once; one that has ended stays as it was."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    logger.info("api key revoked key=%s brand=%s", key.pk, key.brand_id)


def use_key(sent: str) -> tuple[ApiKey, Allowance] | None:
    """Find the live key that was sent and count the call; None where there is none.

    The key bears its membership, which bears its stores, its brand and its user.
    """
    parts = KEY.match(sent)
    if not parts:
        return None
    now = timezone.now()
    seconds = int(WINDOW.total_seconds())
    number, gone = divmod(int(now.timestamp()), seconds)
    with scope(Hat.WEB):
        found = _found(parts[1], hash_token(parts[2]))
    if found is None:
        return None
    pk, brand, user = found
    with scope(Hat.WEB, brand=brand, user=user):
        in_window = Case(When(window_number=number, then=F("window_calls")), default=Value(0))
        live = ApiKey.objects.live_at(now).filter(pk=pk, membership__suspended_at=None)
        used = live.filter(membership__user__is_active=True).update(
            window_calls=in_window + 1, window_number=number, last_used_at=now
        )
        if not used:
            return None
        key = ApiKey.objects.select_related("brand", "membership__brand", "membership__user").get(
            pk=pk
        )
        key.membership.load_stores()
    limit = settings.API_CALLS_PER_MINUTE
    return key, Allowance(limit, key.window_calls, seconds - gone)


def begin_call(key: ApiKey, name: str, asked: str) -> ApiCall:
    """Claim the name for this request, or return the call that has it already.

    `status` is null on a call that is ours to do. Raises CallUnderWay where another request is at
    it, and Refused where the name was used for something else; in the scope of the key's brand.
    """
    sha256, now = hash_token(asked), timezone.now()
    own = {"brand_id": key.brand_id, "key": key, "name": name}
    call, is_ours = ApiCall.objects.get_or_create(**own, defaults={"asked_sha256": sha256})
    if call.asked_sha256 != sha256:
        raise Refused(_("This Idempotency-Key was used for another request."))
    if is_ours or call.status is not None:
        return call
    # of those who come after one that died, one takes over
    abandoned = ApiCall.objects.filter(pk=call.pk, status=None, at=call.at).older_than(ABANDONED)
    if not abandoned.update(at=now):
        raise CallUnderWay
    return call


def settle_call(call: ApiCall, status: int, body: object) -> None:
    """Keep what was answered, for a day."""
    ApiCall.objects.filter(pk=call.pk).update(status=status, body=body)


def forget_call(call: ApiCall) -> None:
    """Let the request be sent again: it came to nothing that can be told."""
    ApiCall.objects.filter(pk=call.pk, status=None).delete()


def purge_calls() -> int:
    """Forget answers after a day. In the night's scope."""
    gone, _by_model = ApiCall.objects.older_than(KEPT).delete()
    logger.info("api calls purged=%s", gone)
    return gone


def _found(prefix: str, secret_hash: str) -> tuple[int, int, int] | None:
    """Ask across brands, as no brand is known yet; the answer names ids alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_key_by_secret(%s, %s)", [prefix, secret_hash])
        row: tuple[int, int, int] | None = cursor.fetchone()
    return row
