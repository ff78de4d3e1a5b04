"""What a page of ours may load, and where its forms may lead."""

from collections.abc import Sequence
from typing import Any

from csp.constants import NONCE, NONE, SELF


def content_policy(pictures: Sequence[str], consents: Sequence[object]) -> dict[str, Any]:
    """Allow our own files alone, beside the hosts of pictures and those where consent is given."""
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF, NONCE],
            "style-src": [SELF, NONCE],
            "img-src": [SELF, "data:", *pictures],
            "font-src": [SELF],
            "connect-src": [SELF],
            "form-action": [SELF, *consents],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
        }
    }
