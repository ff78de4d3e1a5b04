from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.results import months, steps

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Proves that the sums kept beside the ledger are what its rows say; --rebuild makes them"
        " anew first, while nothing is merged. Exit code 1: some are not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            self.stdout.write(f"{steps.rebuild()} steps were made anew.")
            self.stdout.write(f"{months.rebuild()} months were summed anew.")
        wrong = [(brand, f"{day}") for brand, day in steps.differences()]
        wrong += [(brand, f"{day:%Y-%m}") for brand, day in months.differences()]
        for brand, span in wrong[:SHOWN]:
            self.stdout.write(f"brand {brand}, {span}: the sums are not what the rows say")
        if wrong:
            raise CommandError(
                f"{len(wrong)} days and months of brands differ; --rebuild mends them."
            )
        self.stdout.write("Every sum is what the rows say.")
