"""Which item may stand in for another: examples of the rule."""

from fractions import Fraction

import pytest

from campaigns.links.similar import likeness, overlap, rank
from campaigns.models import Item


def item(number, title, price=29_800, cid="121"):
    return Item(num_iid=f"71050031800{number}", title=title, price_fen=price, cid=cid)


OIL = item(1, "山茶花修护精华油 30ml")


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("山茶花", "山茶花", 1),
        ("山茶 花", "山茶花", 1),
        ("山茶花油", "山茶花霜", Fraction(2, 3)),
        ("洁面乳", "防晒霜", 0),
        ("油", "油", 0),
        ("", "山茶花", 0),
    ],
)
def test_titles_share_the_pairs_of_letters_that_stand_in_both(one, other, shared):
    assert overlap(one, other) == shared


def test_the_same_category_goes_before_the_same_price():
    near = item(2, "护手霜", 29_900, cid="999")
    same = item(3, "护手霜", 39_800)
    assert [each.item for each in rank(OIL, "", [near, same])] == [same, near]


def test_of_the_same_category_the_closest_price_and_title_go_first():
    gift = item(2, "山茶花修护精华油 礼盒装", 35_800)
    mask = item(3, "舒缓面膜", 19_800)
    assert [each.item for each in rank(OIL, "", [mask, gift])] == [gift, mask]


def test_the_reasons_add_up_to_the_points():
    found = likeness(OIL, "", item(2, "山茶花修护精华油 30ml", 29_800))
    assert (found.is_same_category, found.price_change, found.shared_title) == (True, 0, 1)
    assert found.points == 100


def test_neither_the_lost_item_nor_one_for_nothing_is_proposed():
    assert rank(OIL, "", [OIL, item(2, OIL.title, 0)]) == []


def test_what_is_not_like_it_at_all_is_not_proposed():
    assert rank(OIL, "", [item(2, "帐篷", 999_900, cid="9")]) == []


def test_an_item_that_the_catalogue_never_had_is_compared_by_its_title_alone():
    (found,) = rank(None, OIL.title, [item(2, OIL.title)])
    assert (found.is_same_category, found.price_change, found.points) == (False, None, 30)


def test_the_order_is_the_same_each_time():
    shelf = [item(n, "山茶花精华", 29_800) for n in (3, 2, 4)]
    assert [each.item.num_iid[-1] for each in rank(OIL, "", shelf)] == ["2", "3", "4"]
