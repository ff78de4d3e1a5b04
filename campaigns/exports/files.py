"""What each file holds: the same lines, whether somebody waits for them or not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.exports import lists
from campaigns.exports.file import File, FileForm, Gone
from campaigns.forms.data import MissingFileForm, QuarantineFilter, RefusedFileForm
from campaigns.forms.period import NOT_OFFERED, PeriodForm
from campaigns.forms.receipt import ReceiptForm, receipt_form
from campaigns.forms.results import QuestionForm, StarForm
from campaigns.forms.saved import question_form
from campaigns.models import Campaign, ExportKind, FileImport, ViewLine
from campaigns.results import queries, table
from campaigns.results.account import account
from campaigns.results.answers import answer
from campaigns.results.choice import offered
from campaigns.results.files import Asked, Line, file_rows
from campaigns.results.groups import Group, rows_of, tie_below
from campaigns.results.in_site import shops_by_note
from campaigns.results.origins import count_holdings, every_origin
from campaigns.results.question import Question
from campaigns.results.receipt_files import receipt_file
from campaigns.results.receipted import NoSuchPlace, receipted
from campaigns.results.reconcile import Bucket
from campaigns.results.reconcile_days import coverage
from campaigns.results.reconcile_files import bucket_file, in_site_file
from campaigns.results.reconcile_orders import count_in, every_order
from campaigns.results.star import star_answer
from campaigns.results.star_files import star_file
from campaigns.results.star_scatter import star_scatter
from merchants.models import Membership, Store
from portal.lib import days

AT_ONCE = 10_000  # rows that somebody waits for; a worker makes the longer files
MOST = 200_000  # rows


class OrdersForm(PeriodForm):
    REMEMBERED = ("bucket",)

    bucket = forms.ChoiceField(
        label=gettext_lazy("Bucket"),
        choices=[(bucket.value, bucket.label) for bucket in Bucket],
        error_messages=NOT_OFFERED,
    )

    def in_words(self) -> list[tuple[str, str]]:
        return [*super().in_words(), (_("Bucket"), str(self.asked_bucket().label))]

    def asked_bucket(self) -> Bucket:
        return Bucket(self.cleaned_data["bucket"])


def form_of(kind: ExportKind, member: Membership, address: Mapping[str, Any]) -> FileForm:
    """Return the form that reads what the file is asked by."""
    if kind is ExportKind.RECEIPT:
        return receipt_form(address, offered(member.brand, member))
    if kind is ExportKind.MISSING:
        campaigns = Campaign.objects.seen_by(member).newest_first()
        return MissingFileForm(address, list(campaigns))
    if kind is ExportKind.REFUSED:
        return RefusedFileForm(address, FileImport.objects.seen_by(member))
    stores = list(Store.objects.seen_by(member).oldest_first())
    if kind is ExportKind.QUARANTINE:
        return QuarantineFilter(address, stores)
    if kind in (ExportKind.RESULTS, ExportKind.STAR):
        line = ViewLine.STAR if kind is ExportKind.STAR else ViewLine.DIRECT
        return question_form(line, address, offered(member.brand, member))
    return FORMS[kind](address, stores)


def file_of(
    kind: ExportKind, member: Membership, form: FileForm, *, known_at: datetime | None = None
) -> File:
    """Return the file that a valid form asks for, as known at `known_at` where that is past.

    Raises Gone where there is nothing of that name.
    """
    then = known_at.astimezone(days.SHANGHAI) if known_at else None
    if not isinstance(form, PeriodForm):
        return LISTS[kind](member, form, then or days.known_now())
    question = form.question()
    return FILES[kind](member, form, replace(question, moment=then) if then else question)


def address_of(form: FileForm) -> dict[str, str]:
    """Return what asks for the same rows on any later day."""
    if not isinstance(form, PeriodForm):
        return form.address()
    question = form.question()
    asked = form.address() | {"from": f"{question.first}", "to": f"{question.last}"}
    asked.pop("latest", None)
    if isinstance(form, QuestionForm):
        asked["group"] = form.grouped_by().value
    return asked


def store_named(member: Membership, question: Question) -> str:
    if question.store is None:
        return _("All stores")
    return Store.objects.seen_by(member).get(pk=question.store).title


def reconciliation_name(member: Membership, question: Question, what: str) -> str:
    span = f"{question.first}-{question.last}-{question.window}d"
    return f"{member.brand.slug}-reconciliation-{what}-{span}"


def _results(member: Membership, form: QuestionForm, question: Question) -> File:
    name = f"{member.brand.slug}-{question.first}-{question.last}-{question.window}d"
    rows = queries.count_notes(member.brand, member, question)
    if rows > AT_ONCE and form.grouped_by() is not Group.NOTE:
        found = answer(member.brand, member, question)
        rows = len(rows_of(found, member, form.grouped_by()))
    return File(name, question.store, question.moment, rows, _results_lines(member, form, question))


def _results_lines(member: Membership, form: QuestionForm, question: Question) -> Iterator[Line]:
    found = answer(member.brand, member, question)
    asked = Asked(
        brand=member.brand.name,
        store=store_named(member, question),
        group=form.grouped_by(),
        metrics=form.metrics_shown(),
        choices=[(each.word, each.value) for each in form.choices_made()],
    )
    beyond = account(member.brand, member, question)
    rows = rows_of(found, member, form.grouped_by(), beyond)
    tie = tie_below(found, member.brand, member, form.grouped_by())
    yield from file_rows(found, table.ordered(rows, form.sorted_by()), asked, beyond, tie)


def _star(member: Membership, form: StarForm, question: Question) -> File:
    found = star_answer(member.brand, member, question, form.asked_task())
    name = f"{member.brand.slug}-star-{question.first}-{question.last}-{question.window}d"
    costs = star_scatter(member.brand, member, found)
    names = {"brand": member.brand.name, "store": store_named(member, question)}
    lines = star_file(found, costs, form.metrics_shown(), **names)
    rows = len(found.tasks) + len(found.contents)
    return File(name, question.store, question.moment, rows, lines)


def _orders(member: Membership, form: OrdersForm, question: Question) -> File:
    bucket = form.asked_bucket()
    asked = member.brand, member, question, bucket
    lines = bucket_file(
        every_order(*asked),
        question,
        coverage(member, question, form.stores),
        bucket,
        form.stores,
        brand=member.brand.name,
        store=store_named(member, question),
    )
    name = reconciliation_name(member, question, bucket)
    return File(name, question.store, question.moment, count_in(*asked), lines)


def _in_site(member: Membership, form: PeriodForm, question: Question) -> File:
    rows = queries.count_notes(member.brand, member, question)
    name = reconciliation_name(member, question, "in-site")
    return File(name, question.store, question.moment, rows, _in_site_lines(member, question))


def _in_site_lines(member: Membership, question: Question) -> Iterator[Line]:
    total, found = shops_by_note(member.brand, member, question)
    keys = [row.key for row in found if row.key]
    names = queries.titles(member.brand, member, keys)
    store = store_named(member, question)
    yield from in_site_file(total, found, names, question, brand=member.brand.name, store=store)


def _receipt(member: Membership, form: ReceiptForm, question: Question) -> File:
    asked = member.brand, member, form.asked_metric(), question, form.asked_place()
    try:
        found = receipted(*asked)
    except NoSuchPlace:
        raise Gone from None
    name = f"{member.brand.slug}-{found.code}-{question.first}-{question.last}-receipt"
    lines = receipt_file(
        found,
        every_origin(member.brand, member, found),
        brand=member.brand.name,
        store=store_named(member, question),
        choices=form.chosen(),
    )
    return File(name, question.store, question.moment, count_holdings(found), lines)


FORMS: Mapping[ExportKind, type[PeriodForm]] = {
    ExportKind.ORDERS: OrdersForm,
    ExportKind.IN_SITE: PeriodForm,
}
FILES: Mapping[ExportKind, Callable[[Membership, Any, Question], File]] = {  # Any: each its form
    ExportKind.RESULTS: _results,
    ExportKind.STAR: _star,
    ExportKind.ORDERS: _orders,
    ExportKind.IN_SITE: _in_site,
    ExportKind.RECEIPT: _receipt,
}
LISTS: Mapping[ExportKind, Callable[[Membership, Any, datetime], File]] = {  # Any: as above
    ExportKind.MISSING: lists.missing,
    ExportKind.QUARANTINE: lists.quarantine,
    ExportKind.REFUSED: lists.refused,
}
