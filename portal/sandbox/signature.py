"""TOP's request signature, written from its specification alone."""

import hashlib
import hmac
from collections.abc import Callable, Mapping

ALGORITHMS: dict[str, Callable[[bytes, bytes], str]] = {
    # md5 is what the protocol prescribes.
    "md5": lambda secret, text: hashlib.md5(secret + text + secret).hexdigest(),  # noqa: S324
    "hmac": lambda secret, text: hmac.digest(secret, text, "md5").hex(),
    "hmac-sha256": lambda secret, text: hmac.digest(secret, text, "sha256").hex(),
}


def signature(parameters: Mapping[str, str], *, secret: str, method: str) -> str:
    signed = sorted((k, v) for k, v in parameters.items() if k and v and k != "sign")
    text = "".join(name + value for name, value in signed)
    return ALGORITHMS[method](secret.encode(), text.encode()).upper()


def is_signed(parameters: Mapping[str, str], *, secret: str, method: str) -> bool:
    return parameters["sign"] == signature(parameters, secret=secret, method=method)
