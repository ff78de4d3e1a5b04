import pytest

from campaigns.models import Campaign, CampaignNote, CampaignPhase, StarTask, StarTaskNote
from campaigns.notes.seed import STAR_TASKS, seed_plans
from campaigns.tests.factories import note_of
from campaigns.tests.plans import make_order
from merchants.tests.factories import make_connection, make_store, make_user
from portal.lib.scope import Hat, scope

KEPT = (Campaign, CampaignPhase, CampaignNote, StarTask, StarTaskNote)


@pytest.fixture
def store(brand):
    store = make_store(brand)
    account = make_connection(store, "pugongying")
    for number, (task_id, *_rest) in enumerate(STAR_TASKS, 1):
        make_order(account, note_of(store, number, creator="山茶官方"), task_id=task_id)
    return store


def counts() -> list[int]:
    with scope(Hat.ADMIN):
        return [model.objects.count() for model in KEPT]


def test_the_demo_has_two_campaigns_and_two_star_tasks_with_notes(store):
    seed_plans(store, make_user())

    assert counts() == [2, 5, 4, 2, 2]
    with scope(Hat.ADMIN):
        assert set(CampaignNote.objects.values_list("joined_by", flat=True)) == {"hand", "rule"}
        assert set(StarTaskNote.objects.values_list("by_order", "authorisation")) == {(True, 1)}


def test_seeding_plans_twice_changes_nothing(store):
    user = make_user()
    seed_plans(store, user)
    before = counts()

    seed_plans(store, user)

    assert counts() == before
