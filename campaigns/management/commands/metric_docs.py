from typing import Any

from django.core.management.base import BaseCommand

from campaigns.results.catalogue import as_markdown


class Command(BaseCommand):
    help = "Print docs/metrics.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(as_markdown(), ending="")
