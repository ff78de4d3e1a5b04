"""What the first request would wait for: a third of a second, in each process."""

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse


def load_pages() -> None:
    """Import the views behind every address, and compile our templates."""
    reverse("home")
    folder = Path(settings.BASE_DIR) / "templates"
    for each in folder.rglob("*.html"):
        get_template(str(each.relative_to(folder)))
