"""Links: attached one by one or several at a time, paused and resumed, as on the pages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.catalogue import LinkFilter, links_of
from campaigns.api.described import body_of, described, page_shape
from campaigns.api.endpoint import Endpoint, key_scope, member_of, needs
from campaigns.api.errors import Invalid, answer_of, require_known, require_valid
from campaigns.api.paging import LARGEST, PageForm, page_of
from campaigns.api.repeatable import repeatable
from campaigns.api.shapes import LinkShape, OutcomesShape
from campaigns.forms.links import AttachForm
from campaigns.links.ground import NotAttachable
from campaigns.links.review import resume_link, tell_workers
from campaigns.links.services import attach_link
from campaigns.models import Link, Note
from merchants.models import ApiScope, IllegalMove, Role

AT_ONCE = 20
MOVES = ("pause", "resume")
CREATED = 201
Told = dict[str, Any]  # as it goes to JSON


class NewLink(AttachForm):
    """What a link asks for, as on the page, and below which note it goes."""

    note = forms.IntegerField(label=gettext_lazy("Note"), min_value=1, max_value=LARGEST)
    is_draft = forms.BooleanField(required=False)


NEW = body_of(NewLink, without=["q"])


class Links(Endpoint):
    @described(
        gettext_lazy("Links"), page_shape(LinkShape), asks=[PageForm, LinkFilter], named="links"
    )
    @needs(ApiScope.READ)
    def get(self, request: Request) -> Response:
        asked = LinkFilter(request)
        rows = links_of(member_of(request)).filter(**asked.wanted)
        return page_of(request, rows, LinkShape, asked)

    @described(gettext_lazy("Attach a link"), LinkShape, body=NEW, status=CREATED, named="attach")
    @needs(ApiScope.LINKS, Role.MARKETER, calls_partner=True)
    @repeatable
    def post(self, request: Request) -> Response:
        return Response(_attach(request, request.data), CREATED)


MANY = {
    "type": "object",
    "properties": {"links": {"type": "array", "items": NEW, "maxItems": AT_ONCE}},
    "required": ["links"],
}


class ManyLinks(Endpoint):
    """Each is attached or refused on its own, in the order in which they were sent."""

    @described(gettext_lazy("Attach up to 20 links"), OutcomesShape, body=MANY, named="attach_many")
    @needs(ApiScope.LINKS, Role.MARKETER, calls_partner=True)
    @repeatable
    def post(self, request: Request) -> Response:
        asked = request.data.get("links") if isinstance(request.data, Mapping) else None
        if not isinstance(asked, list) or not 1 <= len(asked) <= AT_ONCE:
            raise Invalid([{"field": "links", "message": _("A list of 1 to 20 links.")}])
        return Response({"results": [_outcome(request, each) for each in asked]})


class OneLink(Endpoint):
    @described(gettext_lazy("One link"), LinkShape, named="link")
    @needs(ApiScope.READ)
    def get(self, request: Request, link_pk: int) -> Response:
        return Response(LinkShape(_link(request, link_pk)).data)


class LinkMove(Endpoint):
    @described(gettext_lazy("Pause or resume a link"), LinkShape, named="move_link")
    @needs(ApiScope.LINKS, Role.MARKETER, calls_partner=True)
    @repeatable
    def post(self, request: Request, link_pk: int, move: str) -> Response:
        if move not in MOVES:
            raise Http404
        with key_scope(request):
            link, by = _link(request, link_pk), member_of(request).user
            if move == "resume":
                resume_link(link, by=by)
            else:
                link.take_verb(move, by=by)
            tell_workers()
            return Response(LinkShape(_link(request, link_pk)).data)


def _attach(request: Request, asked: object) -> Told:
    """Attach one link, or raise what refuses it; Tmall is asked, so no scope is open."""
    if not isinstance(asked, Mapping):
        raise Invalid([{"field": "", "message": _("A link is a JSON object.")}])
    form = NewLink(asked)
    require_known(asked, form.fields)
    require_valid(form)
    member = member_of(request)
    with key_scope(request):
        notes = Note.objects.seen_by(member).select_related("store", "connection")
        note = get_object_or_404(notes, pk=form.cleaned_data["note"])
    wish = form.wish(by_owner=member.allows(Role.OWNER), is_draft=form.cleaned_data["is_draft"])
    made = attach_link(note, wish, by=member.user)
    with key_scope(request):
        told: Told = LinkShape(_link(request, made.pk)).data
    return told


def _outcome(request: Request, asked: object) -> Told:
    try:
        return {"status": CREATED, "link": _attach(request, asked), "problem": None}
    except (Http404, Invalid, NotAttachable, IllegalMove) as refusal:
        answer = answer_of(refusal, {})
        assert answer is not None  # noqa: S101 - each of these has one
        return {"status": answer.status_code, "link": None, "problem": answer.data}


def _link(request: Request, link_pk: int) -> Link:
    link: Link = get_object_or_404(links_of(member_of(request)), pk=link_pk)
    return link
