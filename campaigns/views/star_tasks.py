"""星任务: list, detail with what is lacking, the form, and the notes that are bound."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.star_tasks import BindForm, OrderForm, StarTaskForm
from campaigns.models import CreatorOrder, NoteDay, NoteFound, StarTask, StarTaskNote
from campaigns.notes import services
from campaigns.notes.star_tasks import bind_notes, checks, may_return
from merchants.access import BrandRequest, brand_view
from merchants.models import Role, Store
from portal.lib import days
from portal.lib.htmx import render_page

TASKS_A_PAGE = 50


@require_safe
@brand_view(Role.VIEWER)
def star_task_list(request: BrandRequest) -> HttpResponse:
    mine = request.brand.star_tasks.seen_by(request.membership).newest_first()
    creators = Count("note_rows__note__creator", distinct=True)
    rows = mine.annotate(bound=Count("note_rows"), creators=creators).select_related("store")
    orders = request.brand.creator_orders.seen_by(request.membership).without_star_task()
    named = orders.values("task_id", "store_id").annotate(notes=Count("note", distinct=True))
    context = {
        "named": named.order_by("task_id"),
        "page": Paginator(rows, TASKS_A_PAGE).get_page(request.GET.get("page")),
        "may_edit": request.membership.allows(Role.MARKETER),
        "has_stores": _stores(request).exists(),
    }
    return render_page(request, "campaigns/star_task_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def star_task_create(request: BrandRequest) -> HttpResponse:
    return _form_page(request, StarTask(brand=request.brand, created_by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def star_task_edit(request: BrandRequest, task_pk: int) -> HttpResponse:
    return _form_page(request, _task(request, task_pk))


@require_safe
@brand_view(Role.VIEWER)
def star_task_detail(request: BrandRequest, task_pk: int) -> HttpResponse:
    return _detail_page(request, _task(request, task_pk), BindForm())


@require_POST
@brand_view(Role.MARKETER)
def star_task_bind(request: BrandRequest, task_pk: int) -> HttpResponse:
    task = _task(request, task_pk)
    form = BindForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, task, form, status=422)
    named = services.name_notes(task.store, form.cleaned_data["text"].ids, NoteFound.PASTED)
    bound = bind_notes(task, named.notes, form.order(), by=request.user)
    _tell_bound(request, bound, of=len(named.notes))
    return redirect("campaigns:star_task", request.brand.slug, task.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(Role.MARKETER)
def star_task_note(request: BrandRequest, task_pk: int, row_pk: int) -> HttpResponse:
    """Change a note's order and state; the button `unbind` takes it from the task."""
    task = _task(request, task_pk)
    row = get_object_or_404(task.note_rows.select_related("note"), pk=row_pk)
    form = OrderForm(request.POST if request.method == "POST" else None, instance=row)
    if "unbind" in request.POST:
        row.delete()
        return redirect("campaigns:star_task", request.brand.slug, task.pk)
    if form.is_valid():
        form.save()
        return redirect("campaigns:star_task", request.brand.slug, task.pk)
    context = {"task": task, "row": row, "form": form}
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/star_task_note.html", context, status=status)


def _task(request: BrandRequest, pk: int) -> StarTask:
    tasks = request.brand.star_tasks.seen_by(request.membership).select_related("store")
    return get_object_or_404(tasks, pk=pk)


def _stores(request: BrandRequest) -> QuerySet[Store]:
    return Store.objects.seen_by(request.membership).present().oldest_first()


def _tell_bound(request: BrandRequest, bound: int, *, of: int) -> None:
    if bound:
        said = ngettext("%(n)d note is bound.", "%(n)d notes are bound.", bound) % {"n": bound}
        messages.success(request, said)
    if bound < of:
        messages.warning(
            request,
            _("%(n)s were left out: they belong to a star task already, or to another store.")
            % {"n": of - bound},
        )


def _form_page(request: BrandRequest, task: StarTask) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    named = {name: request.GET[name] for name in ("task_id", "store") if name in request.GET}
    form = StarTaskForm(
        sent, instance=task, initial=named, brand=request.brand, stores=_stores(request)
    )
    if sent is not None and form.is_valid() and _is_saved(form):
        CreatorOrder.objects.bind_star_tasks(request.brand.pk)
        return redirect("campaigns:star_task", request.brand.slug, task.pk)
    context = {"form": form, "task": task if task.pk else None}
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/star_task_form.html", context, status=status)


def _is_saved(form: StarTaskForm) -> bool:
    """Save the task; an id that one has which the person doesn't see is told on the form."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError as clash:
        if "star_task_once" not in str(clash):
            raise
        form.add_error("task_id", _("The brand has this star task already."))
        return False
    return True


def _detail_page(
    request: BrandRequest, task: StarTask, form: BindForm, *, status: int = 200
) -> HttpResponse:
    rows = list(task.note_rows.select_related("note").order_by("-bound_at", "-pk"))
    found = checks(task, rows, _promoted(request, rows))
    context = {
        "task": task,
        "rows": rows,
        "checks": found,
        "may_return": may_return(found),
        "creators": len({row.note.creator for row in rows if row.note.creator}),
        "form": form,
        "may_edit": request.membership.allows(Role.MARKETER),
    }
    return render_page(request, "campaigns/star_task_detail.html", context, status=status)


def _promoted(request: BrandRequest, rows: list[StarTaskNote]) -> set[str]:
    """Return the ids of the notes that 聚光 reports spending for, as known now."""
    facts = NoteDay.objects.filter(brand=request.brand).seen_by(request.membership)
    paid = facts.as_of(days.known_now()).filter(
        note_id__in=[row.note.note_id for row in rows], fee_fen__gt=0
    )
    return set(paid.values_list("note_id", flat=True).distinct())
