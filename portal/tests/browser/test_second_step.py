"""A security key in a real browser: set up, asked for at the next login, and enough for it."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.processes]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def put_key_into(visitor):
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def test_a_member_sets_up_a_security_key_and_logs_in_with_it(visit):
    member = visit()
    page = member.page
    put_key_into(member)
    member.sign_in("owner.yejing")

    member.open("/account/second-step/webauthn/add/")
    page.get_by_label("Password").fill("redcat-demo")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add a key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")

    member.open("/account/")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/**")
    page.fill("[name=login]", "owner.yejing@demo.redcat.test")
    page.fill("[name=password]", "redcat-demo")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(re.compile("/b/yejing/"))
    assert member.complaints == []
