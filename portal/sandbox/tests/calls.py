"""The portal's side of both protocols, as small as a test needs it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx

from portal.sandbox.signature import signature

TOP_SECRET = "sandbox-top-secret"
XHS_APP = {"app_id": "7001", "secret": "sandbox-xhs-secret"}
CALLBACK = "http://localhost:8000/callback"
TOP_ASK = {
    "client_id": "60000001",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "state": "s-1",
    "view": "tmall",
}
XHS_ASK = {
    "appId": "7001",
    "scope": '["report_service","ad_query"]',
    "redirectUri": CALLBACK,
    "state": "s-2",
}
TOP_APP = {"client_id": "60000001", "client_secret": TOP_SECRET}


def answer_consent(sandbox, path, ask, **form):
    """Press a button of a consent page and return what the callback gets."""
    response = httpx.post(f"{sandbox.url}{path}", params=ask, data=form)
    assert response.status_code == 302, response.text
    target = response.headers["Location"]
    assert target.startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def top_code(sandbox, seller_id=2200657001):
    form = {"seller": seller_id, "decision": "allow"}
    return answer_consent(sandbox, "/authorize", TOP_ASK, **form)["code"]


def top_token(sandbox, seller_id=2200657001):
    form = TOP_APP | {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    form["code"] = top_code(sandbox, seller_id)
    return httpx.post(f"{sandbox.url}/token", data=form).json()


def gmt8(offset=timedelta(0)):
    return f"{datetime.now(UTC) + timedelta(hours=8) + offset:%Y-%m-%d %H:%M:%S}"


def top_parameters(session="", **own):
    common = {
        "method": "taobao.user.seller.get",
        "app_key": "60000001",
        "session": session,
        "timestamp": gmt8(),
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
    }
    return {name: str(value) for name, value in (common | own).items() if value is not None}


def call_top(sandbox, session="", *, secret=TOP_SECRET, **own):
    """Sign and send one call; a parameter given as None is left out."""
    sent = top_parameters(session, **own)
    if "sign" not in own and sent.get("sign_method") in ("md5", "hmac", "hmac-sha256"):
        sent["sign"] = signature(sent, secret=secret, method=sent["sign_method"])
    response = httpx.post(f"{sandbox.url}/router/rest", data=sent)
    assert response.status_code == 200
    return response.json()


def xhs_code(sandbox, *advertisers):
    form = {"advertiser": advertisers, "decision": "allow"}
    return answer_consent(sandbox, "/auth", XHS_ASK, **form)["auth_code"]


def xhs_token(sandbox, *advertisers):
    body = XHS_APP | {"auth_code": xhs_code(sandbox, *(advertisers or (880001,)))}
    return call_xhs(sandbox, "/oauth2/access_token", "", **body)["data"]


def call_xhs(sandbox, path, token, **body):
    headers = {"Access-Token": token} if token else {}
    response = httpx.post(f"{sandbox.url}/api/open{path}", json=body, headers=headers)
    assert response.status_code == 200
    return response.json()


def report(sandbox, token, first, last, *, advertiser_id=880001, **more):
    """Fetch every page of the note report."""
    rows, page_num = [], 1
    while True:
        answer = call_xhs(
            sandbox,
            "/jg/data/report/offline/note",
            token,
            advertiser_id=advertiser_id,
            start_date=f"{first}",
            end_date=f"{last}",
            **({"time_unit": "DAY", "page_size": 500} | more),
            page_num=page_num,
        )
        assert answer["success"], answer
        rows += answer["data"]["data_list"]
        if len(rows) >= answer["data"]["total_count"]:
            return rows
        page_num += 1
