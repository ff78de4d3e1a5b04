import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from portal.sandbox.state import Refused, State

CALLBACK = "http://localhost:8000/callback"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sandbox-state.json"


@pytest.fixture
def state(path):
    return State(path)


def xhs_pair(state, *advertisers):
    return state.redeem_code("xhs", state.issue_code("xhs", advertisers or (880001,)))


def test_a_code_is_good_once(state):
    code = state.issue_code("xhs", [880001])
    state.redeem_code("xhs", code)
    with pytest.raises(Refused, match="used before"):
        state.redeem_code("xhs", code)


def test_a_code_lives_ten_minutes(state):
    with time_machine.travel("2025-06-23T10:00:00Z", tick=False) as clock:
        code = state.issue_code("top", [2200657001], redirect_uri=CALLBACK)
        clock.shift(600)
        with pytest.raises(Refused, match="expired"):
            state.redeem_code("top", code, redirect_uri=CALLBACK)


def test_a_code_is_bound_to_its_redirect_uri_and_its_partner(state):
    code = state.issue_code("top", [2200657001], redirect_uri=CALLBACK)
    with pytest.raises(Refused):
        state.redeem_code("xhs", state.issue_code("top", [2200657001]))
    with pytest.raises(Refused, match="redirect_uri"):
        state.redeem_code("top", code, redirect_uri=CALLBACK + "/other")


def test_a_refresh_gives_a_new_pair_and_the_old_one_dies_five_minutes_later(state):
    with time_machine.travel("2025-06-23T10:00:00Z", tick=False) as clock:
        old = xhs_pair(state)
        new = state.refresh("xhs", old.refresh_token)
        clock.shift(299)
        assert state.access("xhs", old.access_token).subjects == (880001,)
        clock.shift(1)
        with pytest.raises(Refused, match="access token has expired"):
            state.access("xhs", old.access_token)
        with pytest.raises(Refused, match="refresh token has expired"):
            state.refresh("xhs", old.refresh_token)
        assert state.access("xhs", new.access_token).subjects == (880001,)


def test_refreshing_again_does_not_lengthen_the_old_pairs_life(state):
    with time_machine.travel("2025-06-23T10:00:00Z", tick=False) as clock:
        old = xhs_pair(state)
        state.refresh("xhs", old.refresh_token)
        clock.shift(200)
        state.refresh("xhs", old.refresh_token)
        clock.shift(100)
        with pytest.raises(Refused):
            state.access("xhs", old.access_token)


def test_an_access_token_lives_a_day_less_a_second(state):
    with time_machine.travel("2025-06-23T10:00:00Z", tick=False) as clock:
        pair = xhs_pair(state)
        clock.shift(86_398)
        assert state.access("xhs", pair.access_token)
        clock.shift(1)
        with pytest.raises(Refused, match="expired"):
            state.access("xhs", pair.access_token)
        assert (pair.access_expires_in, pair.refresh_expires_in) == (86_399, 2_591_999)


def test_tokens_and_codes_outlive_a_restart(state, path):
    pair = xhs_pair(state, 880001, 880002)
    code = state.issue_code("top", [2200657003], redirect_uri=CALLBACK)

    restarted = State(path)

    assert restarted.access("xhs", pair.access_token).subjects == (880001, 880002)
    assert restarted.redeem_code("top", code, redirect_uri=CALLBACK).subjects == (2200657003,)


def test_the_kept_tokens_are_for_their_owner_alone(state, path):
    xhs_pair(state)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_token_of_one_kind_is_no_good_as_the_other(state):
    pair = xhs_pair(state)
    with pytest.raises(Refused, match="unknown"):
        state.access("xhs", pair.refresh_token)
    with pytest.raises(Refused, match="unknown"):
        state.access("top", pair.access_token)


def test_withdrawing_a_consent_ends_every_token_that_covers_it(state):
    both, other = xhs_pair(state, 880001, 880002), xhs_pair(state, 880003)
    state.revoke(880002)
    with pytest.raises(Refused):
        state.access("xhs", both.access_token)
    with pytest.raises(Refused):
        state.refresh("xhs", both.refresh_token)
    assert state.access("xhs", other.access_token)


def test_of_many_threads_with_one_code_a_single_one_is_served(state):
    code = state.issue_code("xhs", [880001])

    def redeem(_):
        try:
            return state.redeem_code("xhs", code)
        except Refused:
            return None

    with ThreadPoolExecutor(8) as pool:
        served = [pair for pair in pool.map(redeem, range(8)) if pair]
    assert len(served) == 1
