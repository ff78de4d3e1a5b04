import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.sealed import Unreadable, is_current, seal, unseal

OLD = "2025a:" + base64.b64encode(bytes(32)).decode()
NEW = "2025b:" + base64.b64encode(bytes(range(32))).decode()
ROW = "connection:7:access"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.PARTNER_TOKEN_KEYS = [OLD]
    return settings


def test_what_is_sealed_is_read_again():
    sealed = seal("令牌-token", bound_to=ROW)
    assert unseal(sealed, bound_to=ROW) == "令牌-token"
    assert unseal(memoryview(sealed), bound_to=ROW) == "令牌-token"


def test_the_sealed_value_shows_nothing_and_never_repeats():
    sealed = seal("secret-token", bound_to=ROW)
    assert b"secret" not in sealed
    assert sealed != seal("secret-token", bound_to=ROW)


def test_a_value_moved_to_another_row_is_unreadable():
    with pytest.raises(Unreadable):
        unseal(seal("token", bound_to=ROW), bound_to="connection:8:access")


def test_after_a_rotation_old_values_are_read_and_new_ones_use_the_new_key(keys):
    old = seal("token", bound_to=ROW)
    keys.PARTNER_TOKEN_KEYS = [NEW, OLD]

    assert unseal(old, bound_to=ROW) == "token"
    assert not is_current(old)
    assert is_current(seal("token", bound_to=ROW))


def test_without_the_old_key_old_values_are_unreadable(keys):
    old = seal("token", bound_to=ROW)
    keys.PARTNER_TOKEN_KEYS = [NEW]
    with pytest.raises(Unreadable):
        unseal(old, bound_to=ROW)


def test_another_key_under_the_same_id_is_unreadable(keys):
    old = seal("token", bound_to=ROW)
    keys.PARTNER_TOKEN_KEYS = [NEW.replace("2025b", "2025a")]
    with pytest.raises(Unreadable):
        unseal(old, bound_to=ROW)


def test_a_single_changed_byte_anywhere_makes_it_unreadable():
    sealed = seal("token", bound_to=ROW)
    damaged = [bytes([*sealed[:n], sealed[n] ^ 1, *sealed[n + 1 :]]) for n in range(len(sealed))]
    for value in [*damaged, *(sealed[:n] for n in range(len(sealed)))]:
        with pytest.raises(Unreadable):
            unseal(value, bound_to=ROW)


@pytest.mark.parametrize(
    "keys_given", [[], [""], ["a:short"], ["a:!!"], [":" + OLD[6:]], ["plain"]]
)
def test_a_key_of_another_shape_is_a_clear_error(keys, keys_given):
    keys.PARTNER_TOKEN_KEYS = keys_given
    with pytest.raises(ImproperlyConfigured, match="PARTNER_TOKEN_KEYS"):
        seal("token", bound_to=ROW)


@given(st.binary(max_size=80))
def test_garbage_is_unreadable_and_nothing_else(garbage):
    with pytest.raises(Unreadable):
        unseal(garbage, bound_to=ROW)
