"""The program that we hand to receivers does what it says, and is the same wherever it stands."""

import time

import pytest

from merchants.webhook_courier import signature
from portal.frontend import ROOT

SNIPPET = (ROOT / "templates" / "merchants" / "webhooks" / "verify.py.txt").read_text()
BODY = '{"version":1}'


@pytest.fixture
def is_from_redcat():
    told: dict = {}
    exec(SNIPPET, told)  # noqa: S102 - what we tell others to run
    return told["is_from_redcat"]


def signed(*secrets, at=None):
    return signature(BODY, secrets, int(at or time.time()))


def test_the_documentation_holds_the_program_word_for_word():
    assert f"```python\n{SNIPPET}```" in (ROOT / "docs" / "webhooks.md").read_text()


@pytest.mark.parametrize("known", [["old"], ["new"], ["old", "new"]])
def test_either_secret_of_a_rotation_is_enough(is_from_redcat, known):
    assert is_from_redcat(known, signed("new", "old"), BODY.encode())


def test_another_secret_body_or_time_is_refused(is_from_redcat):
    header = signed("ours")
    later = header.replace("t=", "t=1")
    aged = signed("ours", at=time.time() - 301)

    assert not is_from_redcat(["theirs"], header, BODY.encode())
    assert not is_from_redcat(["ours"], header, b'{"version":2}')
    assert not is_from_redcat(["ours"], later, BODY.encode())
    assert not is_from_redcat(["ours"], aged, BODY.encode())


@pytest.mark.parametrize(
    "header", ["", "t=", "t=1", "v1=x", "t=x,v1=y", "t=1,t=2,v1=é", "t=" + "9" * 5000, "="]
)
def test_a_header_of_nonsense_is_refused(is_from_redcat, header):
    assert not is_from_redcat(["ours"], header, BODY.encode())
