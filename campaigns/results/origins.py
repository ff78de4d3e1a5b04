"""Where a figure comes from: the pulled pages and imported files that hold its rows today."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.models import PulledPage
from campaigns.reports import REPORTS
from campaigns.results.figures import Figures
from campaigns.results.measures import figures_by
from campaigns.results.metrics import Text
from campaigns.results.receipted import Receipted
from campaigns.results.shown import Cell
from merchants.models import Brand, Membership, Store

AT_ONCE = 2_000  # pages


@dataclass(frozen=True, slots=True)
class Holding:
    """The figure's rows of one day that one page holds."""

    day: date
    page_id: int
    figures: Figures
    figure: Cell | None


@dataclass(frozen=True, slots=True)
class Origin:
    """A holding and the page's receipt; None where that is not this brand's to see, or gone."""

    holding: Holding
    page: PulledPage | None

    @property
    def is_file(self) -> bool:
        return self.page is not None and self.page.file_import is not None

    @property
    def title(self) -> Text:
        """Return what was read: the report's name, or the file's."""
        if self.page is None:
            return ""
        if self.page.file_import:
            return self.page.file_import.name
        report = REPORTS.get(self.page.window.report) if self.page.window else None
        return report.label if report else ""

    @property
    def sha256(self) -> str:
        """Return the page's hash, or that of the whole file: its parts are not kept apart."""
        if self.page is None:
            return ""
        return self.page.file_import.sha256 if self.page.file_import else self.page.sha256

    @property
    def person(self) -> str:
        found = self.page.file_import if self.page else None
        return str(found.uploaded_by or "") if found else ""


def holdings(receipted: Receipted) -> list[Holding]:
    """Return what each page holds, the newest day first; their sums are the figure's."""
    found = figures_by(receipted.rows, receipted.question, "day", "page_id")
    held = [
        Holding(day, page, figures, receipted.part(figures, f"page:{page}:{day}"))
        for (day, page), figures in found.items()
    ]
    return sorted(held, key=lambda each: each.day, reverse=True)


def count_holdings(receipted: Receipted) -> int:
    return receipted.rows.values("day", "page_id").distinct().count()


def every_origin(brand: Brand, membership: Membership, receipted: Receipted) -> Iterator[Origin]:
    """Yield all of them, the receipts of some pages at a time."""
    held = holdings(receipted)
    for first in range(0, len(held), AT_ONCE):
        yield from origins(brand, membership, held[first : first + AT_ONCE])


def origins(brand: Brand, membership: Membership, held: Sequence[Holding]) -> list[Origin]:
    """Put each page's receipt beside what it holds; one query."""
    pages = pages_seen(brand, membership, {each.page_id for each in held})
    return [Origin(each, pages.get(each.page_id)) for each in held]


def pages_seen(
    brand: Brand, membership: Membership, page_ids: Collection[int]
) -> dict[int, PulledPage]:
    """Return the receipts of these pages; one that may not be seen, or is gone, is left out."""
    seen = PulledPage.objects.filter(
        brand=brand, store__in=Store.objects.seen_by(membership), pk__in=page_ids
    )
    return {page.pk: page for page in seen.select_related("window", "file_import__uploaded_by")}
