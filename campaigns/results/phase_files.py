"""A campaign's phases as a file of exactly what is shown, below what it answers."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext, ngettext

from campaigns.results import metrics
from campaigns.results.files import Line, about, number, percent
from campaigns.results.phases import PhaseRow, Phases
from campaigns.results.star_files import how_people_are_counted


def phase_file(
    phases: Phases, *, brand: str, store: str, choices: Sequence[tuple[str, str]]
) -> Iterator[Line]:
    """Yield what was asked, a blank line, the heads, the whole campaign, then each phase."""
    yield from about(phases.question, brand=brand, store=store)
    for word, value in choices:
        yield [word, value]
    yield [gettext("Sum or average"), _added_how(phases)]
    if any(cell.is_at_most for row in [phases.whole, *phases.parts] for cell in row.cells):
        yield how_people_are_counted()
    if phases.shared:
        yield [_shared(len(phases.shared)), *(day.isoformat() for day in phases.shared)]
    yield []
    yield _heads(phases)
    for row in [phases.whole, *phases.parts]:
        yield _line(row)


def _added_how(phases: Phases) -> str:
    return gettext("Average per day") if phases.is_per_day else gettext("Sum")


def _shared(count: int) -> str:
    words = ngettext(
        "%(n)s day lies in two phases and counts in both:",
        "%(n)s days lie in two phases and count in both:",
        count,
    )
    return words % {"n": count}


def _heads(phases: Phases) -> Line:
    covered = [gettext("Note days returned"), gettext("Note days")]
    if phases.question.line is metrics.Line.STAR:
        covered = [gettext("Task days returned"), gettext("Task days")]
    return [
        gettext("Phase"),
        gettext("First day"),
        gettext("Last day"),
        gettext("Days"),
        gettext("Days begun"),
        gettext("Days returned"),
        *(f"{title} ({under})" if under else title for title, under in phases.heads),
        *covered,
        gettext("Maturity in percent"),
        gettext("State"),
    ]


def _line(row: PhaseRow) -> Line:
    """Days that are no one stretch have no first and last."""
    span = [row.first.isoformat(), row.last.isoformat()] if row.is_one_stretch else ["", ""]
    days = [len(row.days), len(row.due), row.told if row.due else None]
    covered = [row.returned, row.note_days] if row.note_days else [None, None]
    state = "" if row.note_days else str(row.reason)
    cells = map(number, row.cells)
    return [str(row.name), *span, *days, *cells, *covered, percent(row.maturity), state]
