"""What every benchmark stands on: a database of its own, and one way to measure."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import django
from django.test.utils import setup_databases, teardown_databases

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, and of the CPU of this process and those that it has waited for."""

    wall: float
    cpu: float


@contextmanager
def database() -> Iterator[None]:
    from django.db import connections  # noqa: PLC0415  after setup

    made = setup_databases(0, interactive=False, aliases={"default", "owner"})
    try:
        yield
    finally:
        connections.close_all()
        teardown_databases(made, 0)


def cost_of(work: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    work()
    return Cost(time.perf_counter() - wall, sum(os.times()[:4]) - cpu)


def say_head(what: str) -> None:
    print(f"{what:<44}{'ours':>9}{'CPU':>8}{'naive':>9}{'CPU':>8}{'ratio':>8}")


def say(name: str, ours: Cost, naive: Cost) -> None:
    print(
        f"{name:<44}{ours.wall:>8.2f}s{ours.cpu:>7.2f}s{naive.wall:>8.2f}s{naive.cpu:>7.2f}s"
        f"{naive.wall / ours.wall:>7.1f}×"
    )
