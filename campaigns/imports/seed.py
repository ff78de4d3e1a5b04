"""Imported files for the demo, taken from the sandbox's consoles and applied as by a person."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from django.conf import settings

from campaigns.imports import work
from campaigns.imports.intake import AlreadyHere, keep_file
from campaigns.models import FileImport, FileRoad, ImportStatus
from merchants.models import Store, User
from portal.lib import http
from portal.lib.days import DEMO_NOW
from portal.lib.scope import Hat, scope

# What the console calls the file, and which of the sandbox's exports it is, with what oddities.
# The contents' file tells nothing new of some: these stand on the page of missing notes.
FILES = {
    "种草星河_星任务明细_15天.csv": ("star_task", "total_first,brackets", 15),
    "种草星河_星任务明细_30天.csv": ("star_task", "gb18030,percent", 30),
    "种草星河_内容明细_15天.csv": ("star_content", "gb18030,total_first,late_contents", 15),
    "聚光_笔记报表_30天.csv": ("console", "above,total_last,percent", 30),
}


class NoFile(Exception):
    """The sandbox has no such export, or a file of it could not be believed; the message says."""


def seed_imports(store: Store, user: User) -> None:
    """Import the files as known on the demo's day; safe to run again."""
    for name, (export, quirks, window) in FILES.items():
        with scope(Hat.WEB, brand=store.brand_id, user=user.pk):
            if store.file_imports.filter(name=name, status=ImportStatus.APPLIED).exists():
                continue
        _apply(_taken_in(store, user, name, _download(store, export, quirks, window)), user)


def _download(store: Store, export: str, quirks: str, window: int) -> bytes:
    asked = {"seller_id": store.seller_id, "as_of": f"{DEMO_NOW.date()}", "quirks": quirks}
    asked["window"] = f"{window}"
    url = f"{settings.SANDBOX_URL}/world/files/{export}.csv?{urlencode(asked)}"
    answer = http.send("GET", url, repeatable=True)
    if answer.status != 200:
        raise NoFile(f"{url} answers {answer.status}")
    return answer.body


def _taken_in(store: Store, user: User, name: str, body: bytes) -> FileImport:
    with TemporaryDirectory(prefix="redcat-seed-") as folder:
        path = Path(folder) / name
        path.write_bytes(body)
        try:
            return keep_file(store, path, name=name, by=user, road=FileRoad.PAGE)
        except AlreadyHere as same:
            return same.found


def _apply(found: FileImport, user: User) -> None:
    """Check it and apply it, from wherever an earlier run was cut off."""
    work.check(found.pk)
    with scope(Hat.WEB, brand=found.brand_id, user=user.pk):
        checked = FileImport.objects.get(pk=found.pk)
        if checked.status == ImportStatus.REFUSED:
            raise NoFile(checked.error)
        if checked.status == ImportStatus.CHECKED:
            checked.ask_to_apply(by=user)
    work.apply(found.pk)
