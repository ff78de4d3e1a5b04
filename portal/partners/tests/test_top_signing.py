import hashlib
import hmac

import pytest

from portal.partners.top import sign

OFFICIAL = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
# Its text to sign, written out by hand: sorted by name, no separators.
TEXT = (
    "app_key12345678fieldsnum_iid,title,nick,price,numformatjsonmethodtaobao.item.seller.get"
    "num_iid11223344sessiontestsign_method{}timestamp2016-01-01 12:00:00v2.0"
)


def test_the_official_vector_is_met():
    assert sign(OFFICIAL, "helloworld") == "66987CB115214E59E6EC978214934FB8"


@pytest.mark.parametrize(("method", "digest"), [("hmac", "md5"), ("hmac-sha256", "sha256")])
def test_the_hmac_methods_sign_the_same_text(method, digest):
    expected = hmac.new(b"helloworld", TEXT.format(method).encode(), digest).hexdigest().upper()
    assert sign(OFFICIAL | {"sign_method": method}, "helloworld") == expected


def test_empty_values_and_an_old_signature_are_left_out():
    padded = OFFICIAL | {"q": "", "sign": "ABC", "": "x"}
    assert sign(padded, "helloworld") == sign(OFFICIAL, "helloworld")


def test_the_order_of_the_parameters_does_not_matter():
    backwards = dict(reversed(OFFICIAL.items()))
    assert sign(backwards, "helloworld") == sign(OFFICIAL, "helloworld")


def test_names_are_sorted_by_ascii_and_values_are_raw_utf8():
    parameters = {"sign_method": "md5", "b": "山茶", "Z": "1", "a_b": "2", "aB": "3"}
    text = "Z1aB3a_b2b山茶sign_methodmd5"
    expected = hashlib.md5(f"s{text}s".encode(), usedforsecurity=False).hexdigest().upper()
    assert sign(parameters, "s") == expected
