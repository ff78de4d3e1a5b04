"""A text that people have agreed to is never edited: a new one gets a new version."""

import pytest

from merchants import consent_texts
from merchants.models import Partner

AGREED_TO = {
    ("top", "2025-06-01"): ("c786c16516a1a027f62150395e921152c935799721f3679a89c566d9305cac2a"),
    ("juguang", "2025-06-01"): ("194f0077d28aba7428a9bb0a99fe1c435f453a95faf8915c4f99d12b9dd5214d"),
    ("pugongying", "2025-06-01"): (
        "61856be87d2d92e08903ae5590bb98cb603b0d4906a31cb9205c681cc42d720e"
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
