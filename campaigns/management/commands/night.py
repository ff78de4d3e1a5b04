import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.sync import night
from campaigns.sync.estimate import estimate as estimate_night
from campaigns.sync.windows import UnknownDay, open_night
from campaigns.tasks import pull_window
from merchants.models import Brand
from portal.lib.scope import Hat, scope


class Command(BaseCommand):
    help = (
        "Asks the partners for everything that the night after a business day owes. Running it"
        " twice changes nothing. The workers do the pulling."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--day", help="the business day, YYYY-MM-DD")
        what.add_argument(
            "--estimate", action="store_true", help="only say what a whole night costs"
        )
        parser.add_argument("--brand", help="the short name of one brand")
        parser.add_argument("--wait", action="store_true", help="until it is done")

    def handle(
        self, *, day: str | None, brand: str | None, wait: bool, estimate: bool, **options: Any
    ) -> None:
        if day is None or estimate:
            self._tell_costs()
            return
        brand_id = _brand_id(brand) if brand else None
        try:
            owed = open_night(_date(day), brand=brand_id, again=True)
        except UnknownDay as error:
            raise CommandError(str(error)) from error
        night.hand_out(pull_window.delay, brand=brand_id)
        self.stdout.write(f"{owed} windows asked for.")
        if not wait:
            return
        done = night.wait(send=pull_window.delay, brand=brand_id, tell=self._tell)
        self.stdout.write(
            f"{done.closed} complete, {done.waiting} waiting for consent,"
            f" {done.failed} refused, {done.dead} given up."
        )
        if not done.is_good:
            sys.exit(1)

    def _tell_costs(self) -> None:
        with scope(Hat.NIGHT):
            costs = estimate_night()
        for each in costs:
            quota = f" of {each.a_day} a day" if each.a_day else ""
            verdict = "fits" if each.fits else "DOES NOT FIT"
            self.stdout.write(
                f"{each.partner.value}: {each.windows} windows, {each.calls} calls{quota},"
                f" {each.minutes} minutes: {verdict}"
            )
        if not all(each.fits for each in costs):
            sys.exit(1)

    def _tell(self, now: night.Progress) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{now.still_open} to go ", ending="")
            self.stdout.flush()


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not a day such as 2025-06-18.") from error


def _brand_id(slug: str) -> int:
    with scope(Hat.NIGHT):
        brand = Brand.objects.filter(slug=slug).first()
    if brand is None:
        raise CommandError(f"There is no brand {slug!r}.")
    return brand.pk
