"""A device as a keyed hash: the same within one brand, and nobody's outside it."""

import hmac
from functools import lru_cache

from django.conf import settings

from campaigns.models import ClickDevice

# What devices send that have no id, or whose owner took it back.
NOBODY = {
    "",
    "d41d8cd98f00b204e9800998ecf8427e",  # MD5 of nothing
    "9f89c84a559f573636a47ff8daed0d33",  # MD5 of an OAID of zeros
    "cd9e459ea708a948d5c2f5a6ca8838cf",  # MD5 of 32 zeros
    "00000000000000000000000000000000",
    "00000000-0000-0000-0000-000000000000",
}


@lru_cache(maxsize=4096)
def _key_of(brand_id: int, secret: str) -> bytes:
    return hmac.digest(secret.encode(), f"jump-device:{brand_id}".encode(), "sha256")


def device_of(
    brand_id: int, said: dict[str, str], *, address: str, agent: str
) -> tuple[str, ClickDevice]:
    """Hash the device's id, or without one the address and the browser, which many may share."""
    key = _key_of(brand_id, settings.SECRET_KEY)
    for name, kind in (("oaid_md5", ClickDevice.OAID), ("caid", ClickDevice.CAID)):
        value = said.get(name, "").lower()
        if value not in NOBODY:
            return _hash(key, f"{name}:{value}"), kind
    # what the partner says of the reader, where its own server asks
    where, browser = said.get("ip") or address, said.get("ua") or agent
    return _hash(key, f"coarse:{where}\n{browser}"), ClickDevice.COARSE


def _hash(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode(errors="backslashreplace"), "sha256")
    return digest[:16].hex()
