"""Where the policy touches notes and links: their codes, and a store's size by its notes."""

from django.utils import translation

from campaigns.models.link import LinkTarget
from campaigns.models.note import NoteSource
from campaigns.tests.factories import note_of
from merchants import impact
from merchants.impact import Size
from merchants.models import LinkType, NoteOrigin
from merchants.tests.factories import make_connection, make_draft, make_policy, make_store
from portal.lib.scope import Hat, scope


def test_a_policy_names_links_and_notes_by_the_codes_that_they_carry():
    assert LinkType.choices == LinkTarget.choices
    assert NoteOrigin.choices == NoteSource.choices


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
