"""The partners' consent pages, and TOP's token endpoint."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from portal.sandbox.accounts import (
    BY_PUGONGYING,
    BY_USER_ID,
    PGY_APP_ID,
    SELLERS,
    TOP_APP_KEY,
    TOP_APP_SECRET,
    XHS_APP_ID,
)
from portal.sandbox.state import Pair, Partner, Refused, state
from portal.sandbox.worlds import advertisers

PORTAL_HOST = re.compile(r"(localhost|127\.0\.0\.1)(:\d{1,5})?", re.ASCII)
PRINTABLE_URL = re.compile(r"https?://[!-\[\]-~]+")  # no blank, no backslash
SCOPES = {
    "report_service": "数据报表",
    "ad_query": "广告查询",
    "ad_manage": "广告管理",
    "account_manage": "账户管理",
}
XHS_APPS: dict[str, Partner] = {XHS_APP_ID: "xhs", PGY_APP_ID: "pgy"}
DENIED = {"error": "access_denied", "error_description": "user denied the request"}


class BadRequest(Exception):
    """The application that sent the person here can't be trusted with an answer."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the portal asks the person for; it comes in the address and comes back by POST."""

    redirect_uri: str
    state: str
    scope: tuple[str, ...] = ()
    partner: Partner = "top"

    def answered(self, **answer: str) -> HttpResponseRedirect:
        parts = urlsplit(self.redirect_uri)
        query = "&".join(filter(None, [parts.query, urlencode(answer | {"state": self.state})]))
        return HttpResponseRedirect(urlunsplit(parts._replace(query=query)))


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    try:
        ask = _top_ask(request.GET.dict())
    except BadRequest as problem:
        return _error_page(request, problem)
    if request.method == "GET":
        return _top_page(request, error="")
    if request.POST.get("decision") != "allow":
        return ask.answered(**DENIED)
    chosen = [s.user_id for s in SELLERS if str(s.user_id) == request.POST.get("seller")]
    if not chosen:
        return _top_page(request, error="请先选择一个卖家账号")
    return ask.answered(code=state().issue_code("top", chosen, redirect_uri=ask.redirect_uri))


@require_http_methods(["GET", "POST"])
def auth(request: HttpRequest) -> HttpResponse:
    try:
        ask = _xhs_ask(request.GET.dict())
    except BadRequest as problem:
        return _error_page(request, problem)
    if request.method == "GET":
        return _xhs_page(request, ask, error="")
    if request.POST.get("decision") != "allow":
        return ask.answered(**DENIED)
    chosen = _chosen(request, ask.partner)
    if not chosen:
        return _xhs_page(request, ask, error="请先选择账户")
    return ask.answered(auth_code=state().issue_code(ask.partner, chosen, scope=ask.scope))


@require_POST
def token(request: HttpRequest) -> JsonResponse:
    form = request.POST.dict()
    if (form.get("client_id"), form.get("client_secret")) != (TOP_APP_KEY, TOP_APP_SECRET):
        return _refused("invalid_client", "client_id or client_secret is wrong")
    try:
        if form.get("grant_type") == "authorization_code":
            code, redirect_uri = form.get("code", ""), form.get("redirect_uri", "")
            return _issued(state().redeem_code("top", code, redirect_uri=redirect_uri))
        if form.get("grant_type") == "refresh_token":
            return _issued(state().refresh("top", form.get("refresh_token", "")))
    except Refused as refusal:
        return _refused("invalid_grant", str(refusal))
    return _refused("unsupported_grant_type", "use authorization_code or refresh_token")


def _issued(pair: Pair) -> JsonResponse:
    seller = BY_USER_ID[pair.subjects[0]]
    return JsonResponse(
        {
            "access_token": pair.access_token,
            "token_type": "Bearer",
            "expires_in": pair.access_expires_in,
            "refresh_token": pair.refresh_token,
            "re_expires_in": pair.refresh_expires_in,
            "taobao_user_nick": quote(seller.nick),
            "taobao_user_id": str(seller.user_id),
        }
    )


def _refused(error: str, description: str) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=400)


def _top_ask(sent: Mapping[str, str]) -> Ask:
    if sent.get("client_id") != TOP_APP_KEY:
        raise BadRequest("client_id 不是已登记的应用")
    if sent.get("response_type") != "code":
        raise BadRequest("response_type 必须是 code")
    return Ask(_portal_uri(sent.get("redirect_uri", "")), sent.get("state", ""))


def _xhs_ask(sent: Mapping[str, str]) -> Ask:
    partner = XHS_APPS.get(sent.get("appId", ""))
    if partner is None:
        raise BadRequest("appId 不是已登记的应用")
    uri = _portal_uri(sent.get("redirectUri", ""))
    return Ask(uri, sent.get("state", ""), _scope(sent.get("scope", "")), partner)


def _chosen(request: HttpRequest, partner: Partner) -> list[int]:
    """Return the accounts that the person ticked: several advertisers, or one of 蒲公英."""
    if partner == "pgy":
        ids, accounts = {request.POST.get("account")}, list(BY_PUGONGYING)
    else:
        ids = set(request.POST.getlist("advertiser"))
        accounts = [each.advertiser_id for each in advertisers()]
    return [account for account in accounts if str(account) in ids]


def _portal_uri(text: str) -> str:
    """Refuse any address that a browser could read as another host than the portal's own."""
    if not PRINTABLE_URL.fullmatch(text):
        raise BadRequest("redirect_uri 不是有效的回调地址")
    if not PORTAL_HOST.fullmatch(_host(text)):
        raise BadRequest("redirect_uri 不在白名单内")
    return text


def _host(url: str) -> str:
    return re.split("[/?#]", url.split("//", 1)[1], maxsplit=1)[0]


def _scope(text: str) -> tuple[str, ...]:
    try:
        names = json.loads(text)
    except ValueError:
        raise BadRequest("scope 必须是 JSON 数组") from None
    if not isinstance(names, list) or not names or not all(str(n) in SCOPES for n in names):
        raise BadRequest("scope 含有未知权限")
    return tuple(names)


def _top_page(request: HttpRequest, *, error: str) -> HttpResponse:
    context = {"sellers": SELLERS, "error": error}
    return render(request, "authorize.html", context, status=422 if error else 200)


def _xhs_page(request: HttpRequest, ask: Ask, *, error: str) -> HttpResponse:
    scopes = [(name, SCOPES[name]) for name in ask.scope]
    sellers = SELLERS if ask.partner == "pgy" else advertisers()
    context = {"sellers": sellers, "scopes": scopes, "partner": ask.partner, "error": error}
    return render(request, "auth.html", context, status=422 if error else 200)


def _error_page(request: HttpRequest, problem: BadRequest) -> HttpResponse:
    return render(request, "error.html", {"problem": problem}, status=400)
