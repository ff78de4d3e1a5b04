"""What needs somebody of the brand today: from links, consents, data, files and applications."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.links.broken import broken_by_store
from campaigns.models import (
    FileImport,
    ImportStatus,
    Link,
    LinkStatus,
    QuarantinedRow,
    SyncWindow,
)
from campaigns.results.answers import Answer
from campaigns.sync.windows import NEVER_CAME
from campaigns.views.pace import off_pace
from merchants.access import BrandRequest
from merchants.alerts import alerts_for
from merchants.models import Application, ApplicationStatus, Connection, ConnectionState
from portal.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

COLOURS = ("bad", "warn", "info")


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: what happened, what follows from it, and where it is mended."""

    colour: str
    word: "StrOrPromise"
    title: str
    consequence: str
    url: str
    button: "StrOrPromise"
    due: str = ""


def todos(request: BrandRequest, answer: Answer) -> list[Todo]:
    """Return the worst first; a fixed number of queries."""
    found = [
        *_stores(request),
        *_links(request),
        *_consents(request),
        *_data(request, answer),
        *_budgets(request),
        *_files(request),
        *_applications(request),
    ]
    return sorted(found, key=lambda todo: COLOURS.index(todo.colour))


def _address(request: BrandRequest, name: str, *args: object) -> str:
    return reverse(name, args=[request.brand.slug, *args])


def _stores(request: BrandRequest) -> Iterator[Todo]:
    for alert in alerts_for(request.membership):
        yield Todo(
            alert.colour,
            alert.word,
            alert.store.name_now,
            alert.sentence,
            _address(request, "merchants:store", alert.store.pk),
            _("Go to the store"),
        )


def _links(request: BrandRequest) -> Iterator[Todo]:
    links = Link.objects.filter(brand=request.brand).seen_by(request.membership)
    for broken in broken_by_store(links):
        one = broken.number == 1
        yield Todo(
            "bad",
            _("Broken links"),
            broken.store,
            ngettext(
                "%(n)s link leads to an item that can't be bought.",
                "%(n)s links lead to items that can't be bought.",
                broken.number,
            )
            % {"n": broken.number},
            _address(request, "campaigns:link", broken.link)
            if one
            else f"{_address(request, 'campaigns:notes')}?link=broken",
            _("Choose another item"),
        )
    rejected = links.filter(status=LinkStatus.REJECTED)
    told = rejected.aggregate(n=Count("pk"), first=Min("pk"))
    if told["n"]:
        url = f"{_address(request, 'campaigns:notes')}?link=rejected"
        if told["n"] == 1:
            url = _address(request, "campaigns:link", told["first"])
        title = ngettext("%(n)s link was rejected", "%(n)s links were rejected", told["n"])
        yield Todo(
            "bad",
            LinkStatus.REJECTED.label,
            title % {"n": told["n"]},
            _("Its note has no link until it is mended and handed in again; the reason is there."),
            url,
            _("Mend it"),
        )


def _consents(request: BrandRequest) -> Iterator[Todo]:
    joined = Connection.objects.seen_by(request.membership).filter(released_at=None)
    expiring = joined.in_state(ConnectionState.EXPIRING, timezone.now()).select_related("store")
    for each in expiring.order_by("refresh_expires_at"):
        day = days.business_day(each.refresh_expires_at)
        partner = each.get_partner_display()
        yield Todo(
            "warn",
            ConnectionState.EXPIRING.label,
            _("The consent of %(store)s at %(partner)s ends on %(day)s")
            % {"store": each.store, "partner": partner, "day": day},
            _("After that day nothing new is pulled from there; the figures so far stay."),
            _address(request, "merchants:store", each.store_id),
            _("Renew"),
            day.isoformat(),
        )


def _data(request: BrandRequest, answer: Answer) -> Iterator[Todo]:
    windows = SyncWindow.objects.seen_by(request.membership)
    owed = windows.filter(NEVER_CAME, closed_on=None, connection__released_at=None)
    given_up = owed.count()
    data = _address(request, "campaigns:data")
    if given_up:
        title = ngettext("%(n)s day did not come", "%(n)s days did not come", given_up)
        yield Todo(
            "warn",
            _("missing"),
            title % {"n": given_up},
            _("They are asked for again each night and show as —, not as 0."),
            data,
            _("See the calendar"),
        )
    refused = QuarantinedRow.objects.seen_by(request.membership).unsettled().count()
    if refused:
        title = ngettext("%(n)s row in quarantine", "%(n)s rows in quarantine", refused)
        yield Todo(
            "warn",
            _("Quarantine"),
            title % {"n": refused},
            _("These rows can't be believed and are in no total."),
            _address(request, "campaigns:data_quarantine"),
            _("See why"),
        )
    if missing := answer.coverage.missing:
        n = len(missing)
        title = ngettext("%(n)s note returned no orders", "%(n)s notes returned no orders", n)
        yield Todo(
            "warn",
            _("not returned"),
            title % {"n": n},
            _("Their spend is left out of the ROI; the total names it."),
            _address(request, "campaigns:data_missing"),
            _("See which"),
        )


def _budgets(request: BrandRequest) -> Iterator[Todo]:
    for each in off_pace(request):
        button = _("See the pace")
        yield Todo("warn", each.word, each.title, each.consequence, each.url, button)


def _files(request: BrandRequest) -> Iterator[Todo]:
    waiting = FileImport.objects.seen_by(request.membership).filter(status=ImportStatus.CHECKED)
    if n := waiting.count():
        title = ngettext(
            "%(n)s file is checked and not applied", "%(n)s files are checked and not applied", n
        )
        yield Todo(
            "info",
            _("Import"),
            title % {"n": n},
            _("Nothing of it is in the figures until somebody applies it."),
            _address(request, "campaigns:imports"),
            _("Look at it"),
        )


def _applications(request: BrandRequest) -> Iterator[Todo]:
    asked = Application.objects.filter(brand=request.brand).seen_by(request.membership)
    for each in asked.filter(status=ApplicationStatus.NEEDS_INFO).select_related("store"):
        yield Todo(
            "info",
            ApplicationStatus.NEEDS_INFO.label,
            _("The reviewer of %(store)s has a question") % {"store": each.store},
            _("The application waits for the brand's answer."),
            _address(request, "merchants:store", each.store_id),
            _("Answer"),
        )
