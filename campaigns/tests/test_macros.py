from hypothesis import given
from hypothesis import strategies as st

from campaigns.jump.devices import device_of
from campaigns.jump.macros import MONITOR_QUERY, personal_macros, plain_macros, read_query
from campaigns.models import Click

READER = {"address": "192.0.2.1", "agent": "Mozilla/5.0"}
OAID = "5d41402abc4b2a76b9719d911017c592"


def read_macros(query: str) -> dict[str, str]:
    return plain_macros(read_query(query))


def device(query: str, *, brand=1, **reader):
    return device_of(brand, personal_macros(read_query(query)), **READER | reader)


def test_every_macro_goes_into_its_field():
    query = "click_id=ab-1_2.3&campaign_id=11&unit_id=22&creativity_id=33&placement=1"
    query += "&advertiser_id=44&callback_param=aB%2Fc%3D%3D&requestid=r-1&ts=1719100000000"

    assert read_macros(query) == {
        "click_id": "ab-1_2.3",
        "ad_campaign_id": "11",
        "ad_unit_id": "22",
        "creativity_id": "33",
        "placement": "1",
        "advertiser_id": "44",
        "callback_param": "aB/c==",
        "request_id": "r-1",
        "partner_ts": "1719100000000",
    }


def test_the_monitor_address_names_every_macro_of_the_partner():
    macros = "CLICK_ID CALLBACK_PARAM ADVERTISER_ID CAMPAIGN_ID UNIT_ID CREATIVITY_ID PLACEMENT"
    macros += " OAID_MD5 CAID IP UA TS REQUESTID"

    assert {f"__{name}__" for name in macros.split()} == {
        part.partition("=")[2] for part in MONITOR_QUERY.split("&")
    }


def test_macros_that_the_partner_did_not_fill_in_are_left_out():
    assert read_query(MONITOR_QUERY) == {}
    assert read_macros("click_id=__click_id__&unit_id=7") == {"ad_unit_id": "7"}


def test_odd_values_are_dropped_and_the_others_kept():
    query = f"click_id={'x' * 65}&campaign_id=1%002&unit_id=%FF%FE&placement=1 or 1&creativity_id=9"

    assert read_macros(query) == {"creativity_id": "9"}


def test_unknown_parameters_and_repeats_are_ignored():
    query = "url=https://evil.example&idfa=AAAA&unit_id=1&unit_id=2&utm=x"

    assert read_query(query) == {"unit_id": "1"}


@given(st.text() | st.lists(st.sampled_from(["&", ";", "=", "%", "click_id", "%00"])).map("".join))
def test_whatever_the_query_is_the_values_fit_their_columns(query):
    for field, value in read_macros(query).items():
        assert 0 < len(value) <= Click._meta.get_field(field).max_length
        assert value.isascii()
        assert not set(value) & set("\t\n\\")


def test_a_device_is_known_again_within_a_brand_and_by_nobody_else():
    ours, kind = device(f"oaid_md5={OAID}")

    assert (device(f"oaid_md5={OAID.upper()}", address="198.51.100.7")[0], kind) == (ours, "oaid")
    assert device(f"oaid_md5={OAID}", brand=2)[0] != ours
    assert OAID not in ours


def test_without_an_id_address_and_browser_stand_for_the_device():
    ours, kind = device("")

    assert kind == "coarse"
    assert device("", address="198.51.100.7")[0] != ours != device("", agent="Other")[0]
    assert device("ip=192.0.2.1&ua=Mozilla/5.0", address="10.0.0.1", agent="Go")[0] == ours


def test_an_id_that_many_devices_share_is_none():
    nothing = "d41d8cd98f00b204e9800998ecf8427e"

    assert device(f"oaid_md5={nothing}")[1] == "coarse"
    assert device(f"oaid_md5={nothing}&caid=20230330-abc")[1] == "caid"


@given(st.text())
def test_whatever_a_device_calls_itself_is_hashed(name):
    digest, _kind = device_of(1, {"caid": name, "ua": name}, address="", agent=name)
    assert len(digest) == 32
