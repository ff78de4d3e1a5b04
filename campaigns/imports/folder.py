"""The drop folder: IMPORT_FOLDER/<brand's short name>/<store's number at Tmall>/<file>.

A file that no longer grows is taken in, checked and applied; then it lies in `done` or `refused`
beside the others, with a .txt that says what became of it. Running it twice does nothing twice.
One that can't be worked on is begun a few times, and then lies in `refused` and among the imports;
whoever puts it back, or drops another of that name, has it tried anew.
"""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.imports import tries, work
from campaigns.imports.intake import AlreadyHere, keep_failure, keep_file
from campaigns.imports.tries import Tries
from campaigns.models import FileImport, FileRoad, ImportStatus, NotSure
from merchants.models import IllegalMove, Store
from portal.lib.scope import Hat, scope

logger = logging.getLogger(__name__)

DONE, REFUSED, TAKEN = "done", "refused", ".taken"
PLACES = (DONE, REFUSED, TAKEN, tries.FOLDER)
STILL = 10  # seconds that a file must have been left alone
LOST = 600  # seconds after which a file that was begun is begun again
AT_ONCE = 3  # files of one tick: a worker has other work
ENDINGS = {".csv", ".xls", ".xlsx"}


def take_in() -> int:
    """Take in what lies there, and return how many files that were."""
    if not settings.IMPORT_FOLDER:
        return 0
    taken = 0
    for store, path in _waiting(Path(settings.IMPORT_FOLDER)):
        if taken == AT_ONCE:
            break
        try:
            taken += _take(store, path)
        except Exception:
            logger.exception("drop folder: %r was not taken in", path.name)
    return taken


def _waiting(root: Path) -> Iterator[tuple[Store, Path]]:
    for folder in sorted(root.glob("*/*")):
        if _leads_elsewhere(folder):
            logger.warning("drop folder: %r leads elsewhere", str(folder.relative_to(root)))
            continue
        _put_back(folder)
        files = [each for each in sorted(folder.glob("*")) if _is_whole(each)]
        store = _store(folder) if files else None
        if store:
            yield from ((store, each) for each in files)
        elif files:
            logger.warning("drop folder: no approved store for %s", folder.relative_to(root))


def _leads_elsewhere(folder: Path) -> bool:
    """Whoever drops files may make links, also to the folder of another brand."""
    return any(
        each.is_symlink() for each in (folder.parent, folder, *(folder / place for place in PLACES))
    )


def _put_back(folder: Path) -> None:
    """What a tick that is gone had begun lies where it took it; renaming set the inode's time."""
    for path in folder.glob(f"{TAKEN}/*"):
        if time.time() - path.stat().st_ctime >= LOST:
            path.rename(_free(folder / path.name))


def _is_whole(path: Path) -> bool:
    """A link may lead anywhere; a file may still be on its way."""
    if path.is_symlink() or not path.is_file() or path.suffix.lower() not in ENDINGS:
        return False
    return time.time() - path.stat().st_mtime >= STILL and not Tries.of(path).must_wait


def _store(folder: Path) -> Store | None:
    slug, number = folder.parent.name, folder.name
    if not (number.isascii() and number.isdecimal()):
        return None
    with scope(Hat.NIGHT):
        stores = Store.objects.present().approved().filter(brand__slug=slug)
        return stores.filter(sid=number).first()


def _take(store: Store, path: Path) -> bool:
    """Move the file away first, so that of two ticks one has it."""
    for place in (DONE, REFUSED, TAKEN):
        (path.parent / place).mkdir(exist_ok=True)
    mine = path.parent / TAKEN / path.name
    try:
        begun = Tries.of(path)
        path.rename(mine)
    except FileNotFoundError:
        return False
    if begun.is_over:  # it took its last worker with it
        place, verdict = REFUSED, _give_up(store, mine)
    else:
        place, verdict = _try(store, path, mine, begun.count_one(path))
    tries.forget(path)
    end = _free(path.parent / place / path.name)
    mine.rename(end)
    end.with_name(f"{end.name}.txt").write_text(f"{verdict}\n", encoding="utf-8")
    return True


def _try(store: Store, path: Path, mine: Path, begun: Tries) -> tuple[str, str]:
    try:
        return _apply(store, mine)
    except Exception:
        if begun.is_over:
            logger.exception("drop folder: %r is given up", path.name)
            return REFUSED, _give_up(store, mine)
        mine.rename(path)
        raise
    except BaseException:  # we are told to stop
        mine.rename(path)
        raise


def _give_up(store: Store, path: Path) -> str:
    """Leave what failed among the imports, where people look, and return what to say of it."""
    said = _(
        "The file could not be worked on, though it was tried %(times)s times. Put it back to have"
        " it tried again; if that ends here too, please tell the platform."
    ) % {"times": tries.MOST}
    keep_failure(store, path, name=path.name, error=said)
    return said


def _apply(store: Store, path: Path) -> tuple[str, str]:
    try:
        found = keep_file(store, path, name=path.name, by=None, road=FileRoad.FOLDER)
    except AlreadyHere as same:
        found = same.found
        if found.status == ImportStatus.APPLIED:
            return DONE, _("This file was applied already; nothing was done.")
    if found.status == ImportStatus.REFUSED:
        return REFUSED, found.error
    try:
        apply_now(found)
    except NotSure as doubt:
        return REFUSED, f"{doubt} " + _("It was checked, and waits on the page of imports.")
    with scope(Hat.NIGHT, brand=store.brand_id):
        return DONE, verdict(FileImport.objects.get(pk=found.pk))


def apply_now(found: FileImport, *, is_sure: bool = False) -> None:
    """Check and apply an import that nobody looks at in between, or raise NotSure."""
    work.check(found.pk)
    with scope(Hat.NIGHT, brand=found.brand_id):
        checked = FileImport.objects.get(pk=found.pk)
        try:
            checked.ask_to_apply(by=None, is_sure=is_sure)
        except NotSure:
            raise
        except IllegalMove:
            logger.info("import %s is being applied already", found.pk)
    work.apply(found.pk)


def verdict(found: FileImport) -> str:
    """Say in a line what a check found, or what was applied."""
    told = {
        "kind": found.get_kind_display(),
        "first": found.first_day or "—",
        "last": found.last_day or "—",
        "rows": f"{found.row_count:,}",
        "new": f"{found.new_count:,}",
        "changed": f"{found.changed_count:,}",
        "same": f"{found.same_count:,}",
        "refused": f"{found.refused_count:,}",
    }
    return (
        _(
            "%(kind)s, %(first)s to %(last)s: %(rows)s rows, of which %(new)s new, %(changed)s"
            " changed, %(same)s unchanged, %(refused)s refused."
        )
        % told
    )


def _free(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number, free = number + 1, path.with_stem(f"{path.stem}-{number + 1}")
    return free
