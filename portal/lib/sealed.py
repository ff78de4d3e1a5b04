"""Secrets at rest: AES-GCM, bound to the row they belong to, under keys that can be rotated.

A sealed value is: length of the key's id, the id, a nonce of 12 bytes, ciphertext with its tag.
"""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """The value was sealed under another key, for another row, or has been damaged."""


def seal(plain: str, *, bound_to: str) -> bytes:
    """Encrypt under the newest key; only `unseal` with the same `bound_to` reads it again."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    head = bytes([len(key_id)]) + key_id
    return head + nonce + AESGCM(key).encrypt(nonce, plain.encode(), _context(key_id, bound_to))


def unseal(sealed: bytes | memoryview, *, bound_to: str) -> str:
    """Decrypt under whichever of our keys it was sealed with, or raise Unreadable."""
    sealed = bytes(sealed)
    start = 1 + (sealed[0] if sealed else 0)
    key_id, nonce = sealed[1:start], sealed[start : start + NONCE_BYTES]
    key = _keys().get(key_id)
    if key is None:
        raise Unreadable("It was sealed under a key that is not ours.")
    try:
        plain = AESGCM(key).decrypt(
            nonce, sealed[start + NONCE_BYTES :], _context(key_id, bound_to)
        )
    except (InvalidTag, ValueError):
        raise Unreadable("It belongs to another row or has been damaged.") from None
    return plain.decode()


def is_current(sealed: bytes | memoryview) -> bool:
    """Return whether the newest key sealed it; if not, sealing it again finishes a rotation."""
    newest = next(iter(_keys()))
    return bytes(sealed[: 1 + len(newest)]) == bytes([len(newest)]) + newest


def _keys() -> dict[bytes, bytes]:
    keys = dict(_parse(line) for line in settings.PARTNER_TOKEN_KEYS)
    if not keys:
        raise ImproperlyConfigured("PARTNER_TOKEN_KEYS names no key.")
    return keys


def _parse(line: str) -> tuple[bytes, bytes]:
    key_id, _, encoded = line.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not 0 < len(key_id.encode()) < 256 or len(key) != KEY_BYTES:
        raise ImproperlyConfigured("PARTNER_TOKEN_KEYS: a key reads id:base64-of-32-bytes.")
    return key_id.encode(), key


def _context(key_id: bytes, bound_to: str) -> bytes:
    return key_id + b":" + bound_to.encode()
