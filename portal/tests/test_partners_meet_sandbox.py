"""The portal's clients against the sandbox: two implementations of each protocol, one agreement."""

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from portal.partners.base import NeedsConsent, Rejected, TokenExpired
from portal.partners.juguang import JuguangApp, JuguangClient, Level
from portal.partners.pugongying import PugongyingApp, PugongyingClient
from portal.partners.top import TopApp, TopClient
from portal.sandbox.tests.calls import CALLBACK, answer_consent
from portal.tests.processes import SandboxProcess

JUNE = (date(2025, 5, 24), date(2025, 6, 22))
SIGN_METHODS = ["md5", "hmac", "hmac-sha256"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with SandboxProcess(tmp_path_factory.mktemp("partners")) as process:
        yield process


@pytest.fixture
def juguang(sandbox):
    return JuguangApp(
        app_id="7001",
        app_secret="sandbox-xhs-secret",
        base_url=f"{sandbox.url}/api/open",
        auth_url=f"{sandbox.url}/auth",
        report_page_size=500,
    )


@pytest.fixture
def pugongying(sandbox):
    return PugongyingApp(
        app_id="7002",
        app_secret="sandbox-pgy-secret",
        base_url=f"{sandbox.url}/api/open",
        auth_url=f"{sandbox.url}/auth",
    )


def top_app(sandbox, sign_method="md5"):
    return TopApp(
        app_key="60000001",
        app_secret="sandbox-top-secret",
        gateway=f"{sandbox.url}/router/rest",
        authorize_url=f"{sandbox.url}/authorize",
        token_url=f"{sandbox.url}/token",
        sign_method=sign_method,
    )


def agree(sandbox, app, **form):
    """Follow the app's own consent address and allow what it asks."""
    url = urlsplit(app.consent_url(state="s", redirect_uri=CALLBACK))
    ask = dict(parse_qsl(url.query))
    return answer_consent(sandbox, url.path, ask, decision="allow", **form)


def top_token(sandbox, app, seller_id):
    code = agree(sandbox, app, seller=seller_id)["code"]
    return app.exchange(code, redirect_uri=CALLBACK)


def juguang_pair(sandbox, app, *advertisers):
    return app.exchange(agree(sandbox, app, advertiser=advertisers)["auth_code"])


@pytest.mark.parametrize("sign_method", SIGN_METHODS)
def test_a_store_proves_whose_it_is(sandbox, sign_method):
    app = top_app(sandbox, sign_method)
    token = top_token(sandbox, app, 2200657004)
    client = TopClient(app, token.access_token)
    assert (token.nick, client.seller().kind, client.shop().sid) == ("小满手作铺", "C", "318840741")


def test_the_items_for_sale_are_the_worlds(sandbox):
    app = top_app(sandbox)
    client = TopClient(app, top_token(sandbox, app, 2200657001).access_token)
    page = client.onsale_items(1)
    truth = [i for i in sandbox.items(2200657001) if i["approve_status"] == "onsale"]
    assert [(int(i.num_iid), i.price_fen) for i in page.items] == [
        (i["num_iid"], i["price_fen"]) for i in truth
    ]
    with pytest.raises(Rejected):
        client.item("712077390007")


def test_a_withdrawn_store_needs_consent_again(sandbox):
    app = top_app(sandbox)
    token = top_token(sandbox, app, 2200657002)
    sandbox.control(revoke="2200657002")
    with pytest.raises(TokenExpired):
        TopClient(app, token.access_token).seller()
    with pytest.raises(NeedsConsent):
        app.refresh(token.refresh_token)


def test_a_days_report_and_the_notes_are_the_worlds(sandbox, juguang):
    pair = juguang_pair(sandbox, juguang, 880001)
    client = JuguangClient(juguang, pair.access_token)
    report = client.day_report(Level.NOTE, "880001", date(2025, 6, 18), 1)
    truth = sandbox.truth(880001)
    delivered = {d["note_id"] for d in truth["deliveries"] if d["day"] == "2025-06-18"}
    assert {row["note_id"] for row in report.rows} == delivered
    assert (report.total, report.more) == (len(delivered), False)
    notes = client.notes("880001", 1).notes
    assert [note.title for note in notes] == [note["title"] for note in truth["notes"]]


def test_the_spending_of_every_level_ties(sandbox, juguang):
    pair = juguang_pair(sandbox, juguang, 880001)
    client = JuguangClient(juguang, pair.access_token)

    spent = {
        level: sum(
            Decimal(str(row["fee"]))
            for row in client.day_report(level, "880001", date(2025, 6, 18), 1).rows
        )
        for level in Level
    }

    ads = [a for a in sandbox.ads(880001) if a["delivery"]["day"] == "2025-06-18"]
    whole = sum(ad["delivery"]["fee_fen"] for ad in ads)
    on_notes = sum(ad["delivery"]["fee_fen"] for ad in ads if ad["note_id"])
    assert {level: fee * 100 for level, fee in spent.items()} == {
        **dict.fromkeys(Level, whole),
        Level.NOTE: on_notes,
    }
    assert on_notes < whole


def test_each_note_that_runs_is_promoted_by_an_ad(sandbox, juguang):
    pair = juguang_pair(sandbox, juguang, 880001)
    client = JuguangClient(juguang, pair.access_token)

    page = client.creatives("880001", 1)

    notes = {note["note_id"] for note in sandbox.truth(880001)["notes"]}
    assert page.creatives
    assert {ad.note_id for ad in page.creatives} <= notes
    assert (page.total, page.more) == (len(page.creatives), False)
    assert len(client.creatives("880001", 2, page_size=2).creatives) == 2


def test_an_expired_token_is_refreshed_and_goes_on(sandbox, juguang):
    old = juguang_pair(sandbox, juguang, 880001, 880002)
    sandbox.control(expire_access_tokens=True)
    with pytest.raises(TokenExpired):
        JuguangClient(juguang, old.access_token).notes("880002", 1)
    new = juguang.refresh(old.refresh_token)
    assert new.advertisers == (("880001", "山茶官方旗舰店"), ("880002", "山茶个护专营店"))
    assert JuguangClient(juguang, new.access_token).notes("880002", 1).notes


def test_an_account_of_pugongying_consents_and_its_pair_is_renewed(sandbox, pugongying):
    old = pugongying.exchange(agree(sandbox, pugongying, account=660003)["auth_code"])

    new = pugongying.refresh(old.refresh_token)

    assert (new.user_id, new.platform) == (old.user_id, 2)
    assert new.corporation_name == "杭州野径户外用品有限公司"
    assert new.access_token != old.access_token


def test_an_accounts_orders_name_their_notes(sandbox, pugongying):
    pair = pugongying.exchange(agree(sandbox, pugongying, account=660001)["auth_code"])
    client = PugongyingClient(pugongying, pair.access_token)

    page = client.ordered_notes(*JUNE, JUNE[1], 1)

    assert (page.total, page.more) == (len(page.rows), False)
    known = {note["note_id"]: note["author"] for note in sandbox.truth(880001)["notes"]}
    listed = [row for row in page.rows if row.note_id in known]
    assert listed
    assert all(row.creator == known[row.note_id] for row in listed)
    with pytest.raises(Rejected, match="longer than 30 days"):
        client.ordered_notes(date(2025, 5, 23), JUNE[1], JUNE[1], 1)


def test_the_two_platforms_take_no_token_of_each_other(sandbox, juguang, pugongying):
    pair = pugongying.exchange(agree(sandbox, pugongying, account=660001)["auth_code"])

    with pytest.raises(NeedsConsent):
        juguang.refresh(pair.refresh_token)
    with pytest.raises(TokenExpired):
        JuguangClient(juguang, pair.access_token).notes("880001", 1)


def test_a_withdrawn_account_of_pugongying_needs_consent_again(sandbox, pugongying):
    pair = pugongying.exchange(agree(sandbox, pugongying, account=660002)["auth_code"])
    sandbox.control(revoke="660002")

    with pytest.raises(NeedsConsent):
        pugongying.refresh(pair.refresh_token)
