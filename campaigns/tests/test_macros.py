from hypothesis import given
from hypothesis import strategies as st

from campaigns.jump.macros import MONITOR_QUERY, read_macros
from campaigns.models import Click


def test_every_macro_goes_into_its_field():
    query = "click_id=ab-1_2.3&campaign_id=11&unit_id=22&creativity_id=33&placement=1"

    assert read_macros(query) == {
        "click_id": "ab-1_2.3",
        "ad_campaign_id": "11",
        "ad_unit_id": "22",
        "creativity_id": "33",
        "placement": "1",
    }


def test_macros_that_the_partner_did_not_fill_in_are_left_out():
    assert read_macros(MONITOR_QUERY) == {}
    assert read_macros("click_id=__click_id__&unit_id=7") == {"ad_unit_id": "7"}


def test_odd_values_are_dropped_and_the_others_kept():
    query = f"click_id={'x' * 65}&campaign_id=1%002&unit_id=%FF%FE&placement=1 or 1&creativity_id=9"

    assert read_macros(query) == {"creativity_id": "9"}


def test_unknown_parameters_and_repeats_are_ignored():
    assert read_macros("idfa=AAAA&unit_id=1&unit_id=2&utm=x") == {"ad_unit_id": "1"}


@given(st.text() | st.lists(st.sampled_from(["&", ";", "=", "%", "click_id", "%00"])).map("".join))
def test_whatever_the_query_is_the_values_fit_their_columns(query):
    for field, value in read_macros(query).items():
        assert 0 < len(value) <= Click._meta.get_field(field).max_length
        assert value.isascii()
