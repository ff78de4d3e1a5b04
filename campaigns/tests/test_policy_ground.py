"""Where the policy touches notes and links: their codes, and a store's size by its notes."""

from datetime import timedelta

import pytest
from django.utils import translation

from campaigns.links.ground import NotAttachable
from campaigns.links.rules import Wish, objections_of_policy
from campaigns.links.services import attach_link
from campaigns.models import Link, LinkText
from campaigns.models.link import LinkTarget
from campaigns.models.note import NoteSource
from campaigns.tests.factories import note_of
from merchants import impact
from merchants.impact import Size
from merchants.models import LinkType, NoteOrigin, PolicyVersion, Role
from merchants.tests.factories import (
    make_connection,
    make_draft,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.destinations import ITEM, Destination
from portal.lib.scope import Hat, scope

CREAM = "710500483093"
ITEM_LINK = Wish(
    destination=Destination(ITEM, item_id=CREAM),
    text=LinkText.BUY_THE_SAME,
    is_marked_as_ad=True,
)


def test_a_policy_names_links_and_notes_by_the_codes_that_they_carry():
    assert LinkType.choices == LinkTarget.choices
    assert NoteOrigin.choices == NoteSource.choices


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ({"link_types": ["item"], "note_sources": [2]}, []),
        ({"link_types": ["store"]}, ["2025-06 does not allow links of this kind: Item page."]),
        (
            {"note_sources": [1, 6]},
            ["2025-06 does not allow links below such notes: Cooperation."],
        ),
        ({}, []),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_what_the_policy_in_force_does_not_allow_is_refused_by_its_name(allowed, refused):
    policy = PolicyVersion(code="2025-06", **allowed)

    found = objections_of_policy(ITEM_LINK, NoteSource.COOPERATION, policy)

    assert found == [f"Policy version {each}" for each in refused]


def test_without_a_policy_in_force_none_stands_against_a_link():
    assert objections_of_policy(ITEM_LINK, NoteSource.COOPERATION, None) == []


@pytest.mark.usefixtures("in_english")
def test_a_link_that_the_policy_forbids_is_not_attached_but_those_there_are_stay(store, note):
    user = make_user("m@example.test")
    link = attach_link(note_of(store, 7), ITEM_LINK, by=user)
    make_policy(link_types=["store"], note_sources=[1])

    with pytest.raises(NotAttachable) as refused:
        attach_link(note, ITEM_LINK, by=user)

    assert len(refused.value.reasons) == 2
    with scope(Hat.NIGHT):
        assert [(each.pk, each.status) for each in Link.objects.all()] == [(link.pk, "in_review")]


@pytest.mark.usefixtures("in_english")
def test_a_version_binds_from_its_first_day_on(note):
    make_policy(link_types=["store"], effective_from=days.today() + timedelta(days=1))

    assert attach_link(note, ITEM_LINK, by=make_user("m@example.test")).status == "in_review"


def test_the_page_says_what_the_policy_forbids(note, client_as):
    make_policy(link_types=["store"])
    url = f"/b/shancha/notes/{note.pk}/link/"
    typed = {"item": CREAM, "text": "buy_the_same", "is_marked_as_ad": "on"}

    answer = client_as(Role.MARKETER).post(url, typed, headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert "Policy version 2025-06 does not allow links of this kind: Item page." in answer.text
    assert CREAM in answer.text


def test_the_page_says_beforehand_that_the_note_may_carry_no_link(note, client_as):
    make_policy(note_sources=[1])
    url = f"/b/shancha/notes/{note.pk}/link/"

    text = client_as(Role.MARKETER).get(url, headers={"accept-language": "en"}).text

    assert "Policy version 2025-06 does not allow links below such notes: Cooperation." in text
    assert "/b/shancha/policy/" in text


def test_the_counts_are_told_by_category_and_size(brand):
    unknown, small = make_store(brand, 1), make_store(brand, 2, category="food")
    make_connection(small, "juguang")
    for number in range(3):
        note_of(small, number)

    sports = {"id": "category", "kind": "category_allowed", "only": ["sports"]}
    current, draft = make_policy(), make_draft(rules=[sports])
    with scope(Hat.ADMIN), translation.override("en"):
        found = impact.preview(draft, current)

    assert [(line.name, line.stores, line.counts) for line in found.by_category] == [
        ("Beauty and skin care", 1, (0, 0, 1)),
        ("Food", 1, (0, 0, 1)),
    ]
    assert [(each.store, each.size) for each in found.affected] == [
        (unknown, Size.UNKNOWN),
        (small, Size.SMALL),
    ]
