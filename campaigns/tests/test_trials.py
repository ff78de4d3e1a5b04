import pytest

from campaigns.jump.trials import is_trial, trial_mark


def test_a_links_own_mark_makes_a_trial():
    assert is_trial("8f3kq2ab", trial_mark("8f3kq2ab"))


@pytest.mark.parametrize("mark", ["", "0" * 12, trial_mark("8f3kq2ac"), "\ud800", "试" * 12])
def test_any_other_mark_makes_none(mark):
    assert not is_trial("8f3kq2ab", mark)


def test_another_installation_has_other_marks(settings):
    ours = trial_mark("8f3kq2ab")
    settings.SECRET_KEY = "another"

    assert trial_mark("8f3kq2ab") != ours
