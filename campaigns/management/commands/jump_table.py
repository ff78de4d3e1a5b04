"""Writes the jump's table into docs/jump.md."""

import re

from django.conf import settings
from django.core.management.base import BaseCommand

from campaigns.jump.behaviour import as_markdown


class Command(BaseCommand):
    help = "Writes the jump's table into docs/jump.md."

    def handle(self, **options: object) -> None:
        page = settings.BASE_DIR / "docs" / "jump.md"
        table = f"<!-- table -->\n{as_markdown()}\n<!-- end -->"
        text = re.sub("<!-- table -->.*<!-- end -->", lambda _: table, page.read_text(), flags=re.S)
        page.write_text(text)
