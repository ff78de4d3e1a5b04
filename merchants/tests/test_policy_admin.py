"""The policy editor: forms for the rules, the preview, and two people for a publication."""

import csv
import io

import pytest
from django.test import Client

from merchants.comparison import differences
from merchants.models import PolicyVersion, User
from merchants.seed import seed_people, seed_policy
from merchants.tests.factories import (
    give_second_factor,
    make_brand,
    make_connection,
    make_draft,
    make_store,
)
from portal.lib.scope import Hat, scope

ENGLISH = {"accept-language": "en"}
ADD = "/admin/merchants/policyversion/add/"
NEW = {
    "code": "2025-08",
    "effective_from": "2025-08-01",
    "source_note": "",
    "link_types": ["item"],
    "note_sources": ["1", "2"],
    "grace_days_at_risk": "14",
    "grace_days_restricted": "7",
}
RULES = {
    "store_type-used": "on",
    "score-used": "on",
    "score-overall": "4.7",
    "score-each": "4.6",
    "category-used": "on",
    "category-only": ["consumer_goods"],
    "category-opens_on_home": "2025-09-01",
}


@pytest.fixture
def people(db):
    seed_policy()
    seed_people()


@pytest.fixture
def reviewer(people):
    return logged_in("reviewer")


@pytest.fixture
def boss(people):
    return logged_in("admin")


@pytest.fixture
def draft(people):
    return make_draft()


def logged_in(name):
    client = Client(headers=ENGLISH)
    user = User.objects.get(email=f"{name}@demo.redcat.test")
    client.force_login(user)
    give_second_factor(client, user)
    return client


def url(policy, name):
    return f"/admin/merchants/policyversion/{policy.pk}/{name}/"


def reread(code="2025-08"):
    with scope(Hat.ADMIN):
        return PolicyVersion.objects.get(code=code)


def test_a_new_draft_begins_with_the_present_rules(reviewer):
    assert 'value="item"' in reviewer.get(ADD).text
    assert reviewer.post(ADD, NEW).status_code == 302

    made = reread()
    assert (made.status, made.link_types, made.note_sources) == ("draft", ["item"], [1, 2])
    assert made.rules[0] == {"id": "store_type", "kind": "store_type", "since": "2025-05"}


def test_the_editor_writes_typed_rules(reviewer, draft):
    text = reviewer.get(url(draft, "edit_rules")).text
    assert "Evidence: Store scores" in text
    assert "<pre>" not in text

    assert reviewer.post(url(draft, "edit_rules"), RULES).status_code == 302

    assert reread().rules == [
        {"id": "store_type", "kind": "store_type", "since": "2025-05"},
        {
            "id": "category",
            "kind": "category_allowed",
            "only": ["consumer_goods"],
            "never": [],
            "opens_on": {"home": "2025-09-01"},
        },
        {"id": "score", "kind": "score_floor", "overall": "4.7", "each": "4.6"},
    ]


def test_saving_the_rules_as_they_are_changes_nothing(reviewer):
    reviewer.post(ADD, NEW)
    draft = reread()
    forms = reviewer.get(url(draft, "edit_rules")).context["forms"]
    shown = {field.html_name: field.value() for form in forms for field in form}
    asked = {name: value for name, value in shown.items() if value not in (None, False)}
    assert reviewer.post(url(draft, "edit_rules"), asked).status_code == 302

    assert [rule["since"] for rule in reread().rules] == [rule["since"] for rule in draft.rules]
    assert differences(draft, reread()) == []


def test_a_change_of_the_frame_leaves_the_rules_alone(reviewer, draft):
    changed = NEW | {"source_note": "公告"}
    assert reviewer.post(url(draft, "change"), changed).status_code == 302

    assert (reread().source_note, reread().rules) == ("公告", draft.rules)


def test_what_the_editor_wrote_it_shows_again(reviewer, draft):
    reviewer.post(url(draft, "edit_rules"), RULES)
    text = reviewer.get(url(draft, "edit_rules")).text

    assert 'value="4.7"' in text
    assert 'value="2025-09-01"' in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"score-overall": "47"},
        {"score-each": ""},
        {"category-opens_on_home": "tomorrow"},
        {"category-only": ["horoscopes"]},
        {"minimum_spend-used": "on", "minimum_spend-floor": "-1"},
        {"member_mfa-used": "on", "member_mfa-at_least": "0"},
    ],
)
def test_a_rule_filled_in_wrongly_is_kept_out(reviewer, draft, wrong):
    before = reread().rules
    response = reviewer.post(url(draft, "edit_rules"), RULES | wrong)

    assert response.status_code == 422
    assert "errorlist" in response.text or "text-red" in response.text
    assert reread().rules == before


def test_a_reviewer_proposes_and_an_admin_publishes(reviewer, boss, draft):
    assert reviewer.get(url(draft, "propose")).status_code == 200
    reviewer.post(url(draft, "propose"))
    assert reviewer.post(url(draft, "publish")).status_code == 403

    boss.post(url(draft, "publish"))

    assert reread().status == "published"
    assert reread("2025-06").effective_until == draft.effective_from


def test_an_admin_does_not_publish_what_they_proposed(boss, draft):
    boss.post(url(draft, "propose"))
    text = boss.post(url(draft, "publish"), follow=True).text

    assert "another person has to" in text
    assert reread().status == "proposed"


def test_a_proposed_version_is_closed_to_editing(reviewer, draft):
    reviewer.post(url(draft, "propose"))

    assert reviewer.get(url(draft, "edit_rules")).status_code == 403
    assert 'name="_save"' not in reviewer.get(url(draft, "change")).text
    assert url(draft, "take_back") in reviewer.get(url(draft, "change")).text
    reviewer.post(url(draft, "take_back"))
    assert reviewer.get(url(draft, "edit_rules")).status_code == 200


def test_the_preview_tells_who_is_concerned_as_page_and_file(reviewer, draft):
    store = make_store(make_brand("camellia", "=茶花"), title="=茶花旗舰店", category="home")
    make_connection(store, "top")
    reviewer.post(url(draft, "edit_rules"), RULES)

    page = reviewer.get(url(draft, "impact")).text
    file = reviewer.get(url(draft, "impact") + "?as=csv")

    assert "=茶花旗舰店" in page
    assert "Joined, would be restricted: Main category" in page
    _head, row = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert row[1] == "'=茶花旗舰店"
    assert row[-2:] == ["Joined, would be restricted", "Main category"]


def test_a_draft_that_was_never_proposed_is_deleted_after_a_question(reviewer, draft):
    assert "2025-08" in reviewer.get(url(draft, "delete")).text
    reviewer.post(url(draft, "delete"), {"post": "yes"})

    with scope(Hat.ADMIN):
        assert not PolicyVersion.objects.filter(code="2025-08").exists()


def test_what_was_ever_proposed_stays(reviewer, boss, draft):
    boss.post(url(draft, "propose"))
    assert boss.post(url(draft, "delete"), {"post": "yes"}).status_code == 403
    boss.post(url(draft, "take_back"))
    assert boss.post(url(draft, "delete"), {"post": "yes"}).status_code == 403
    assert boss.post(url(reread("2025-06"), "delete"), {"post": "yes"}).status_code == 403

    assert reread().status == "draft"


def test_a_version_decides_by_itself_only_when_it_is_switched_on(reviewer):
    reviewer.post(ADD, NEW)
    assert not reread().decides_by_itself
    reviewer.post(url(reread(), "change"), NEW | {"decides_by_itself": "on"})

    assert reread().decides_by_itself
    text = reviewer.get(url(reread(), "change")).text
    assert "The rules, at once, where each is checked automatically" in text


def test_a_trainee_without_rights_gets_nowhere(people, draft):
    User.objects.create_user("trainee@demo.redcat.test", "x", is_staff=True)
    trainee = logged_in("trainee")

    for name in ("edit_rules", "impact", "propose", "take_back", "publish", "change", "delete"):
        assert trainee.get(url(draft, name)).status_code == 403
        assert trainee.post(url(draft, name)).status_code == 403
    assert reread().status == "draft"


def test_the_log_is_written_and_never_changed(boss):
    log = "/admin/merchants/policylogentry/"
    entry = {"day": "2025-06-20", "what_zh": "新", "what_en": "New"}

    assert boss.post(f"{log}add/", entry).status_code == 302
    assert "2025-06-20" in boss.get(log).text
    assert boss.get(f"{log}1/delete/").status_code in (302, 403)
