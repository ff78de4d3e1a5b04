"""Items by their numbers: the catalogue knows most, and Tmall is asked for a few."""

import pytest

from campaigns.links.items_known import ASKED, known_items
from campaigns.models import ItemStatus
from campaigns.tests.factories import make_item
from campaigns.tests.test_attach import CREAM, IN_STOCK, NOBODYS

pytestmark = pytest.mark.usefixtures("in_english")


def test_the_catalogue_answers_without_tmall(store, settings):
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}
    item = make_item(store)
    gone = make_item(store, 2, status=ItemStatus.DELETED)

    known = known_items(store, [item.num_iid, gone.num_iid])

    assert (known[item.num_iid].title, known[item.num_iid].problem) == (item.title, "")
    assert "not on sale" in known[gone.num_iid].problem


def test_tmall_is_asked_for_what_the_catalogue_lacks(store):
    known = known_items(store, [CREAM, IN_STOCK, NOBODYS])

    assert known[CREAM].title
    assert known[CREAM].problem == ""
    assert "not on sale" in known[IN_STOCK].problem
    assert "Tmall knows no such item" in known[NOBODYS].problem


def test_with_tmall_away_an_item_stays_unknown(store, settings):
    settings.TOP = settings.TOP | {"gateway": "http://127.0.0.1:9/router/rest"}
    assert known_items(store, [CREAM]) == {}


def test_tmall_is_not_asked_for_a_whole_catalogue(store):
    assert known_items(store, [CREAM, *(str(888_888_888_000 + n) for n in range(ASKED))]) == {}
