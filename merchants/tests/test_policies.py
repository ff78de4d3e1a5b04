"""How a policy version comes about, and what the database itself refuses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.db import connection as database
from django.utils import translation

from merchants import policies
from merchants.comparison import differences
from merchants.models import IllegalMove, PolicyEvent, PolicyVersion
from merchants.rules import BadPolicy
from merchants.services import Refused
from merchants.standing import policy_in_force
from merchants.tests.factories import make_brand, make_draft, make_policy, make_user
from portal.lib.scope import Hat, scope

FLOOR = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
TMALL = {"id": "store_type", "kind": "store_type"}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def one(db):
    return make_user("one@example.test")


@pytest.fixture
def two(db):
    return make_user("two@example.test")


@pytest.fixture
def as_staff(db):
    with scope(Hat.ADMIN):
        yield


@pytest.fixture
def present(db):
    return make_policy()


@pytest.fixture
def proposed(present, one, as_staff):
    draft = make_draft()
    policies.propose_policy(draft, by=one)
    return draft


def test_a_version_that_two_people_made_follows_the_one_before(present, proposed, one, two):
    policies.publish_policy(proposed, by=two)
    present.refresh_from_db()

    assert present.effective_until == proposed.effective_from
    assert policy_in_force(date(2025, 7, 31)) == present
    assert policy_in_force(date(2025, 8, 1)) == proposed
    assert [(e.target, e.actor) for e in PolicyEvent.objects.order_by("pk")] == [
        ("proposed", one),
        ("published", two),
    ]


def test_whoever_proposed_a_version_cannot_publish_it(proposed, one):
    with pytest.raises(Refused, match="another person"):
        policies.publish_policy(proposed, by=one)

    assert PolicyVersion.objects.get(pk=proposed.pk).status == "proposed"


def test_a_draft_is_proposed_before_it_is_published(present, two, as_staff):
    with pytest.raises(IllegalMove):
        policies.publish_policy(make_draft(), by=two)
    present.refresh_from_db()
    assert PolicyVersion.objects.published().get() == present


@pytest.mark.parametrize(
    "fields",
    [
        {"rules": []},
        {"effective_from": date(2025, 6, 23)},
        {"effective_from": date(2025, 5, 12)},
    ],
)
def test_an_unfit_version_is_not_proposed(present, one, as_staff, fields):
    with pytest.raises(Refused):
        policies.propose_policy(make_draft(**fields), by=one)


def test_a_version_starts_after_every_published_one(present, one, as_staff):
    make_policy("2025-09", effective_from=date(2025, 9, 1), effective_until=date(2025, 9, 2))

    with pytest.raises(Refused, match="2025-09-01"):
        policies.propose_policy(make_draft(), by=one)


def test_a_version_taken_back_can_change_and_be_proposed_by_another(proposed, one, two):
    policies.take_back_policy(proposed, by=one)
    policies.change_rules(proposed, [TMALL, FLOOR])
    policies.propose_policy(proposed, by=two)
    policies.publish_policy(proposed, by=one)

    assert [rule["id"] for rule in proposed.rules] == ["store_type", "score"]


def test_what_is_proposed_changes_no_more(proposed):
    with pytest.raises(Refused):
        policies.change_rules(proposed, [FLOOR])


def test_a_rule_that_cannot_be_read_is_not_kept(present, as_staff):
    with pytest.raises(BadPolicy):
        policies.change_rules(make_draft(), [{"id": "x", "kind": "horoscope"}])


def test_an_unchanged_rule_keeps_the_version_that_brought_it_in(present, as_staff):
    draft = make_draft()
    policies.change_rules(draft, [TMALL, FLOOR])

    assert draft.rules == [TMALL | {"since": "2025-06"}, FLOOR]


def refused(statement, *values, because="stays as it was"):
    with (
        pytest.raises(IntegrityError, match=because),
        transaction.atomic(),
        database.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE merchants_policyversion SET {statement}", values)  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "rules = '[]'",
        "effective_from = '2020-01-01'",
        "status = 'draft'",
        "code = 'mine'",
        "link_types = '[]'",
        "decides_by_itself = true",
        "published_by_id = proposed_by_id",
        "grace_days_at_risk = 60",
        "grace_days_restricted = 60",
    ],
)
def test_the_database_keeps_a_published_version_as_it_is(as_staff, change):
    make_policy(link_types=["item"])
    refused(change)


def test_the_end_of_a_published_version_is_written_once(present, as_staff):
    PolicyVersion.objects.filter(pk=present.pk).update(effective_until=date(2025, 8, 1))
    refused("effective_until = '2025-09-01'")
    refused("effective_until = NULL")


@pytest.mark.parametrize(
    "change", ["rules = '[]'", "proposed_by_id = NULL", "code = 'mine'", "grace_days_at_risk = 1"]
)
def test_the_database_keeps_a_proposed_version_as_it_is(proposed, change):
    refused(f"{change} WHERE status = 'proposed'")


def test_no_version_goes_without_grace(as_staff):
    make_draft()
    refused("grace_days_restricted = 0", because="policy_version_gives_grace")


def test_a_change_of_the_grace_is_told_as_a_difference(present, as_staff):
    (found,) = differences(present, make_draft(grace_days_at_risk=30))

    assert (found.before, found.after) == (
        "14 days at risk, then 14 days restricted",
        "30 days at risk, then 14 days restricted",
    )


def test_the_database_wants_two_people(proposed, one):
    publishing = "status = 'published', published_by_id = %s WHERE status = 'proposed'"
    refused(publishing, one.pk, because="takes two people")
    refused(publishing, None, because="takes two people")


def test_the_database_lets_no_draft_skip_its_proposal(one, two, as_staff):
    make_draft()
    publishing = "status = 'published', proposed_by_id = %s, published_by_id = %s"
    refused(publishing, one.pk, two.pk, because="proposed first")


def test_the_database_lets_go_of_drafts_only(present, proposed):
    for version in (present, proposed):
        with pytest.raises(IntegrityError, match="Only a draft"), transaction.atomic():
            PolicyVersion.objects.filter(pk=version.pk)._raw_delete("default")
    make_draft("2025-09").delete()
    assert PolicyVersion.objects.count() == 2


def test_no_brand_sees_a_draft_or_writes_a_policy(present, proposed, brand):
    with scope(Hat.WEB, brand=make_brand("other", "别家").pk):
        assert [each.code for each in PolicyVersion.objects.all()] == ["2025-06"]
        with pytest.raises(ProgrammingError), transaction.atomic():
            PolicyVersion.objects.create(code="ours", effective_from=date(2025, 9, 1))


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_publications_at_once_one_is_refused():
    one, two = make_user("one@example.test"), make_user("two@example.test")
    make_policy()
    drafts = [make_draft(f"2025-08-{n}") for n in (1, 2)]
    with scope(Hat.ADMIN):
        for draft in drafts:
            policies.propose_policy(draft, by=one)
    barrier = Barrier(2)

    def publish(draft):
        try:
            with scope(Hat.ADMIN):
                barrier.wait()
                policies.publish_policy(draft, by=two)
        except Refused:
            return False
        else:
            return True
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, drafts)) == [False, True]


def test_the_difference_of_two_versions_is_told_rule_by_rule(present, as_staff):
    draft = make_draft(rules=[FLOOR], link_types=["item"])

    found = {each.name: each.kind for each in differences(present, draft)}

    assert list(found.values()) == ["added", "removed", "added"]


def test_a_rule_that_only_names_its_origin_is_no_difference(present, as_staff):
    assert differences(present, make_draft(rules=[TMALL | {"since": "2025-06"}])) == []
