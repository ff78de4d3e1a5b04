"""Room on Python's own stack for what runs deep in it.

Until 3.13 Python keeps frames in chunks of 16 kB, and gives one back the moment that its last frame
ends. A loop whose calls cross the edge of a chunk then asks the kernel for memory at every call: of
a page of results that was up to half of the time (https://github.com/python/cpython/issues/142183).
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ROOM = 16_000  # words of a frame that needs a chunk of 256 kB: the other half is for what it calls


def with_room(call: Callable[P, R]) -> Callable[P, R]:
    """Return the same call, on a chunk of which a hundred kilobytes are left to it."""

    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        return call(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=ROOM)
    return wraps(call)(roomy)
