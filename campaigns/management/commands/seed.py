"""Builds the demo: people, stores by real consent, forty nights by the real workers, live links."""

import time
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaigns.imports.seed import seed_imports
from campaigns.links.health import check_store
from campaigns.links.seed import GIFT_DAY, links_under_way, seed_gift_link, seed_links
from campaigns.models import ReportWish, SyncWindow
from campaigns.notes.seed import seed_plans
from campaigns.reports.note_placement_day import NOTE_PLACEMENT_DAY
from campaigns.sync import night
from campaigns.sync.windows import open_night
from campaigns.tasks import follow_links, pull_window, submit_links
from merchants import seed
from merchants.models import Store
from portal.lib import days
from portal.lib.days import DEMO_NOW
from portal.lib.scope import Hat, scope

FIRST_NIGHT = date(2025, 5, 14)
PATIENCE = 120  # seconds without a window closed, or until the links are live
LOOK_EVERY = 1.0


class Command(BaseCommand):
    help = "Fills a demo: may be repeated, and goes on where it was cut off. Needs DEMO=1."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The seed is for the demo only: set DEMO=1.")
        last = _last_night()
        if last is None:
            days.set_demo_clock(_at_dawn(FIRST_NIGHT))
        seed.seed_policy()
        seed.seed_people()
        flagship = seed.seed_flagship()
        seed.seed_agency(flagship)
        for morning in _mornings_from(last or FIRST_NIGHT):
            _go_on_to(_at_dawn(morning))
            if morning == DEMO_NOW.date():
                seed.seed_newer_consent(flagship)
                _ask_for_placements(flagship)
            self._play()
            if morning == GIFT_DAY:
                seed_gift_link(flagship, seed.member("marketer"))
            if morning >= GIFT_DAY:
                check_store(flagship.pk)  # its hour is real time, and the demo's days are short
        _go_on_to(DEMO_NOW)
        seed.seed_other_stores()
        self._play()
        seed_links(flagship, seed.member("marketer"))
        seed_plans(flagship, seed.member("marketer"))
        seed_imports(flagship, seed.member("marketer"))
        self._go_live(flagship)
        check_store(flagship.pk)
        self.stdout.write(f"The demo is ready: it is {days.known_now():%Y-%m-%d %H:%M}.")

    def _play(self) -> None:
        """Ask for what this morning owes, and wait until the workers have pulled it."""
        open_night()
        self._seen: night.Progress | None = None
        self._since = time.monotonic()
        done = night.wait(send=pull_window.delay, tell=self._watch)
        if not done.is_good:
            raise CommandError(f"The night of {days.today()} did not end well: {done}")

    def _go_live(self, store: Store) -> None:
        """Wait until the workers have handed the links to Juguang and heard of its review."""
        until = time.monotonic() + PATIENCE
        while links_under_way(store):
            if time.monotonic() > until:
                raise CommandError("The links do not go live: is everything running?")
            submit_links.delay()
            follow_links.delay()
            time.sleep(LOOK_EVERY)

    def _watch(self, now: night.Progress) -> None:
        if now != self._seen:
            self._seen, self._since = now, time.monotonic()
        elif time.monotonic() - self._since > PATIENCE:
            raise CommandError("No worker pulls: is everything that `make run` starts running?")


def _ask_for_placements(store: Store) -> None:
    with scope(Hat.WEB, brand=store.brand_id):
        ReportWish.objects.ask(store, NOTE_PLACEMENT_DAY.key, by=seed.member("marketer"))


def _mornings_from(first: date) -> list[date]:
    """Return the nights to play; the one that was begun last may have been cut off."""
    return list(days.days_between(first, DEMO_NOW.date()))


def _go_on_to(moment: datetime) -> None:
    if days.known_now() < moment:
        days.set_demo_clock(moment)


def _last_night() -> date | None:
    with scope(Hat.NIGHT):
        return SyncWindow.objects.order_by("-owed_on").values_list("owed_on", flat=True).first()


def _at_dawn(day: date) -> datetime:
    return days.starts_at(day) + timedelta(hours=6, minutes=10)
