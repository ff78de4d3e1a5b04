"""The faults that meet a consent: lost, renewed by ten at once, answered by who was not asked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from urllib.parse import urlsplit

import httpx
import time_machine
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.fault_table import Run
from campaigns.models import SyncWindow
from campaigns.sync import pull
from campaigns.sync.windows import ask_again
from merchants import consent_texts
from merchants.models import Connection, ConsentRecord, Partner, Role
from merchants.tests.factories import make_brand, make_membership, make_user
from portal.lib.days import days_between
from portal.lib.scope import Hat, scope
from portal.tests.faulty import DAY, Faulty, join

WORKERS = 10
NOT_ELSEWHERE = 880003  # the advertiser of the one store that stays


def lose_the_consent(faulty: Faulty, seed: int) -> Run:
    """A token dies and is not renewed: asked once, the figures stay, and a person heals it."""
    faulty.pull()
    faulty.sandbox.plan(
        {"match": {"path": "*/offline/note"}, "fault": "token_expired"},
        {"match": {"path": "*/refresh_token"}, "fault": "refresh_refused"},
        seed=seed,
    )
    for _night in range(3):
        faulty.pull_once()
    waits = faulty.connection().status == "needs_consent" and faulty.sandbox.hits() == [1, 1]
    stayed = len(faulty.facts()) == len(faulty.truth())
    faulty.consent_again()
    healed = faulty.pull().status == "closed" and faulty.equals_truth()
    return Run(2, len(faulty.quarantined()), len(faulty.alarms()), waits and stayed and healed)


def join_for_good(sandbox) -> Faulty:
    """Give a brand a store in a transaction of its own, for workers that share none."""
    return join(sandbox, make_brand("ten", "十"), 9, NOT_ELSEWHERE)


def meet_a_dead_token_together(faulty: Faulty, seed: int) -> Run:
    """Ten workers bear a token that is dead, on ten days at once; one may renew it."""
    days = list(days_between(DAY - timedelta(days=WORKERS - 1), DAY))
    windows = [faulty.window(day=day).pk for day in days]
    with scope(Hat.NIGHT):
        ask_again(SyncWindow.objects.filter(pk__in=windows))
    version, together = faulty.connection().version, Barrier(WORKERS)
    faulty.plan("old_token", seed=seed)

    def work(window: int) -> None:
        together.wait()
        try:
            pull.pull_window(window, owner=f"w{window}")
        finally:
            database.close()

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(work, windows))
    closed = faulty.pull(*days, again=False).status == "closed"
    once = faulty.connection().version == version + 1
    true = once and closed and faulty.equals_truth(*days)
    return Run(1, len(faulty.quarantined()), len(faulty.alarms()), true)


@dataclass
class Person:
    """An owner on the way to the partner's consent page and back, by the portal's own pages."""

    faulty: Faulty

    def __post_init__(self) -> None:
        store = self.faulty.store
        user = make_user("owner@example.test")
        make_membership(store.brand, user, Role.OWNER)
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(user)
        self.path = reverse("merchants:juguang_connect", args=[store.brand.slug, store.pk])

    def callback(self) -> str:
        """Agree to the text and to the partner's page; return where that sends the person."""
        text = consent_texts.newest(Partner.JUGUANG).version
        page = self.client.post(self.path, {"text": text})["Location"]
        form = {"decision": "allow", "advertiser": self.faulty.joined.subject}
        target = urlsplit(httpx.post(page, data=form).headers["Location"])
        return f"{target.path}?{target.query}"

    def stored(self) -> tuple[object, ...]:
        with scope(Hat.ADMIN):
            kept = Connection.objects.values_list("version", "access_sealed").get()
            return *kept, ConsentRecord.objects.count()


def forge(person: Person) -> None:
    person.faulty.plan("forged_callback", path="/auth", name="state", value="forged")
    person.client.get(person.callback())


def alter(person: Person) -> None:
    person.client.get(person.callback().replace("state=", "state=A"))


def invent_a_code(person: Person) -> None:
    person.faulty.plan("forged_callback", path="/auth", name="auth_code", value="never-issued")
    person.client.get(person.callback())


def age(person: Person) -> None:
    callback = person.callback()
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=True):
        person.client.get(callback)


def send_another(person: Person) -> None:
    """The callback of one person is opened by another of the same brand."""
    callback, other = person.callback(), Client(SERVER_NAME="localhost")
    user = make_user("second@example.test")
    make_membership(person.faulty.store.brand, user, Role.OWNER)
    other.force_login(user)
    other.get(callback)


def replay(person: Person) -> None:
    """A callback that was taken comes again; what it stored the first time stays."""
    callback = person.callback()
    before = person.stored()
    person.client.get(callback)
    taken = person.stored()
    person.client.get(callback)
    if before == taken or person.stored() != taken:
        raise AssertionError("a consent was not taken once")


BAD_CALLBACKS: tuple[Callable[[Person], None], ...] = (
    forge,
    alter,
    invent_a_code,
    age,
    send_another,
)


def answer_badly(faulty: Faulty, seed: int) -> Run:
    """Forged, altered, invented, aged and foreign callbacks store nothing, and one counts once."""
    person = Person(faulty)
    before = person.stored()
    for bad in BAD_CALLBACKS:
        bad(person)
        faulty.sandbox.plan(seed=seed)
    stayed = person.stored() == before
    replay(person)
    true = stayed and faulty.pull().status == "closed" and faulty.equals_truth()
    return Run(len(BAD_CALLBACKS) + 1, len(faulty.quarantined()), len(faulty.alarms()), true)
