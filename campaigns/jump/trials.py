"""A tap made to try the link out: led on like any other, recorded apart, counted nowhere.

The mark in the address is keyed, so that nobody turns readers' taps into trials by guessing it.
It holds for one link for ever: whoever is shown the link's page may try it again tomorrow.
"""

import hashlib
import hmac

from django.conf import settings

TRY = "try"  # the parameter
LENGTH = 12


def trial_mark(code: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"trial of {code}".encode(), hashlib.sha256).hexdigest()[:LENGTH]


def is_trial(code: str, mark: str) -> bool:
    given = mark.encode("utf-8", "replace")
    return bool(given) and hmac.compare_digest(given, trial_mark(code).encode())
