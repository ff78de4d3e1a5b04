"""Lists of what the key's member sees: stores, applications, campaigns, notes and links."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.described import described, page_shape
from campaigns.api.endpoint import Endpoint, member_of, needs
from campaigns.api.errors import require_valid
from campaigns.api.paging import PageForm, page_of
from campaigns.api.shapes import (
    ApplicationShape,
    CampaignShape,
    NoteShape,
    StoreShape,
)
from campaigns.forms.period import NOT_OFFERED, NumberChoice
from campaigns.models import Campaign, CampaignStore, Link, LinkStatus, Note, NoteSource
from campaigns.models.link import LinkQuerySet
from merchants.models import ApiScope, Application, Membership, Store


class StoreFilter(forms.Form):
    """Keeps the rows of one store; `columns` are what else may be asked for, by its column."""

    columns: Mapping[str, str] = {}
    store = NumberChoice(_("Store"))

    def __init__(self, request: Request) -> None:
        super().__init__(request.query_params)
        stores = Store.objects.seen_by(member_of(request)).oldest_first()
        field: Any = self.fields["store"]  # as declared above
        field.choices = [(store.pk, store.title) for store in stores]
        require_valid(self)

    @property
    def wanted(self) -> dict[str, Any]:  # Any: as filter() takes them
        columns = {"store": "store", **self.columns}
        asked = self.cleaned_data
        return {column: asked[name] for name, column in columns.items() if asked[name]}


class NoteFilter(StoreFilter):
    columns = {"creator": "creator", "source": "source", "tag": "tags__word", "note_id": "note_id"}
    creator = forms.CharField(label=_("Creator"), max_length=80, required=False)
    source = NumberChoice(_("Source"), NoteSource.choices)
    tag = forms.CharField(label=_("Tag"), max_length=30, required=False)
    note_id = forms.RegexField(r"\A[0-9a-f]{24}\Z", label=_("Note id"), required=False)


class LinkFilter(StoreFilter):
    columns = {"status": "status", "note_id": "note__note_id"}
    status = forms.ChoiceField(
        label=_("Status"),
        choices=LinkStatus.choices,
        required=False,
        error_messages=NOT_OFFERED,
    )
    note_id = forms.RegexField(r"\A[0-9a-f]{24}\Z", label=_("Note id"), required=False)


class Stores(Endpoint):
    @described(_("Stores of the brand"), page_shape(StoreShape), asks=[PageForm])
    @needs(ApiScope.READ)
    def get(self, request: Request) -> Response:
        return page_of(request, Store.objects.seen_by(member_of(request)), StoreShape)


class Applications(Endpoint):
    @described(
        _("Applications to join"), page_shape(ApplicationShape), asks=[PageForm, StoreFilter]
    )
    @needs(ApiScope.READ)
    def get(self, request: Request) -> Response:
        asked = StoreFilter(request)
        rows = Application.objects.seen_by(member_of(request)).filter(**asked.wanted)
        return page_of(request, rows, ApplicationShape, asked)


class Campaigns(Endpoint):
    @described(_("Campaigns"), page_shape(CampaignShape), asks=[PageForm])
    @needs(ApiScope.READ)
    def get(self, request: Request) -> Response:
        member = member_of(request)
        stores = CampaignStore.objects.seen_by(member).order_by("store_id")
        rows = Campaign.objects.seen_by(member).prefetch_related(
            Prefetch("store_rows", stores, to_attr="stores_seen")
        )
        return page_of(request, rows, CampaignShape)


class Notes(Endpoint):
    @described(_("Notes"), page_shape(NoteShape), asks=[PageForm, NoteFilter])
    @needs(ApiScope.READ)
    def get(self, request: Request) -> Response:
        asked = NoteFilter(request)
        rows = Note.objects.seen_by(member_of(request)).filter(**asked.wanted)
        return page_of(request, rows.prefetch_related("tags"), NoteShape, asked)


def links_of(member: Membership) -> LinkQuerySet:
    return Link.objects.seen_by(member).select_related("note").with_suspension()
