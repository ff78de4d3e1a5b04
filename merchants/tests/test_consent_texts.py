"""A text that people have agreed to is never edited: a new one gets a new version."""

import pytest

from merchants import consent_texts
from merchants.models import Partner

AGREED_TO = {
    ("top", "2025-05-12"): ("dd0aded667ea3007d9af5bdae428af6082653a1f122cd8df0ca79a700309ca68"),
    ("top", "2025-05-14"): ("e0d7237bfae753fba6a92c314cea25f8411ef095f02a7c4ef3d82a365f5b42ad"),
    ("juguang", "2025-05-12"): ("07e77e77487afef0c764fe70d03b8834aa74f823dcc551d135eecd67a3137c79"),
    ("juguang", "2025-05-13"): ("2375a99da12dcb712ce96b2136ab9d1f6cb51846be38ffb613e6a07a33802ce5"),
    ("pugongying", "2025-05-12"): (
        "412a3454b7f94c9d5fb26770cdf561c3537105ee97f2c665e56ddb9c3d181c3d"
    ),
    ("pugongying", "2025-05-13"): (
        "6fd73f433cb7fdfd2a77814cfb6bbd2c08b3d30bc8c2445c431bfe14cea54496"
    ),
    ("juguang", "2025-05-14"): ("e86ab82894c68e9f5bda8474e4685798084814fd8f1d01b05f6f386b6d52162c"),
    ("pugongying", "2025-05-14"): (
        "b2db82a10d5d3b8520e723c2a189a62c0f0fb69b747e238a895b72a8834d8e31"
    ),
}


def test_no_text_that_people_agreed_to_has_changed():
    texts = {(text.partner.value, text.version): text.sha256 for text in consent_texts.TEXTS}

    assert texts == AGREED_TO


@pytest.mark.parametrize("partner", Partner.values)
def test_each_partner_has_a_text_that_is_whole_in_both_languages(partner):
    text = consent_texts.newest(partner)

    for language in (consent_texts.ENGLISH, consent_texts.CHINESE):
        clauses = text.read_in(language)
        assert len(clauses) == len(consent_texts.HEADINGS)
        assert all(heading and body for heading, body in clauses)


def test_a_version_that_never_was_is_not_found():
    with pytest.raises(consent_texts.UnknownText):
        consent_texts.text_of("top", "1999-01-01")
