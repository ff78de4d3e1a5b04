"""The files of the data pages: what is missing, what is in quarantine, what an import refused."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.exports.file import File
from campaigns.forms.data import MissingFileForm, MissingLine, QuarantineFilter, RefusedFileForm
from campaigns.imports.refused import refused_lines
from campaigns.models import QuarantinedRow
from campaigns.results.coverage import (
    CampaignCoverage,
    StarCoverage,
    campaign_coverage,
    star_coverage,
)
from campaigns.results.files import Line
from campaigns.sync.quarantine import file_rows
from merchants.models import Membership


def missing(member: Membership, form: MissingFileForm, moment: datetime) -> File:
    """Direct links and star tasks are two files."""
    campaign, window, line = form.campaign_asked, form.chosen_window, form.line_asked
    name = f"{member.brand.slug}-missing-{line}-{campaign.pk}-{window}d"
    if line is MissingLine.NOTES:
        covered = campaign_coverage(campaign, member, window, at=moment)
        return File(name, None, moment, len(covered.missing), _note_lines(covered, window))
    found = [each for each in star_coverage(campaign, member, window, at=moment) if each.is_missing]
    return File(name, None, moment, len(found), _star_lines(found, window))


def quarantine(member: Membership, form: QuarantineFilter, moment: datetime) -> File:
    rows = form.apply(QuarantinedRow.objects.pulled().seen_by(member))
    name = f"{member.brand.slug}-quarantine"
    return File(name, form.chosen_store, moment, rows.count(), file_rows(rows))


def refused(member: Membership, form: RefusedFileForm, moment: datetime) -> File:
    found = form.asked
    rows = found.quarantined.all()
    name = f"{member.brand.slug}-import-{found.pk}-refused"
    return File(name, found.store_id, moment, rows.count(), refused_lines(rows))


def _note_lines(covered: CampaignCoverage, window: int) -> Iterator[Line]:
    heads = [_("Note id"), _("Note"), _("Creator"), _("Store"), _("Attribution window")]
    yield [*heads, _("Missing since"), _("Last returned"), _("Days returned"), _("Days expected")]
    for each in covered.missing:
        note = each.note
        who: Line = [note.note_id, note.title, note.creator, note.store.name_now, window]
        days_told = [each.missing_since, each.last_returned]
        shown = [day.isoformat() if day else None for day in days_told]
        yield [*who, *shown, each.returned, each.expected]


def _star_lines(found: list[StarCoverage], window: int) -> Iterator[Line]:
    heads = [_("Note id"), _("Note"), _("Star task"), _("Store"), _("Attribution window")]
    yield [*heads, _("Missing since"), _("Last in Pugongying"), _("Last in Xinghe")]
    for each in found:
        row = each.row
        who: Line = [row.note.note_id, row.note.title, row.star_task.name, row.store.name_now]
        told = [each.missing_since, each.by_pugongying, each.by_xinghe]
        yield [*who, window, *(day.isoformat() if day else None for day in told)]
