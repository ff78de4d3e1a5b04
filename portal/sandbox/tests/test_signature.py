import pytest

from portal.sandbox.signature import signature

OFFICIAL = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("md5", "66987CB115214E59E6EC978214934FB8"),  # the platform's published example
        ("hmac", "D56D7858309C31B6251083A874D48273"),  # these two by openssl
        ("hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"),
    ],
)
def test_the_signature_is_the_one_others_compute(method, expected):
    signed = OFFICIAL | {"sign_method": method}
    assert signature(signed, secret="helloworld", method=method) == expected


def test_empty_parameters_and_the_signature_itself_are_not_signed():
    signed = OFFICIAL | {"sign_method": "md5"}
    bare = signature(signed, secret="helloworld", method="md5")
    more = signed | {"q": "", "": "x", "sign": "anything"}
    assert signature(more, secret="helloworld", method="md5") == bare


def test_chinese_values_are_signed_as_plain_utf8():
    one = signature({"q": "山茶"}, secret="s", method="md5")
    assert one == "2FED113BDA0C1BEE2868D358EF0A20D8"
