"""The product is Chinese first: no sentence in code or templates may lack its Chinese."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import override
from django.utils.translation.template import templatize

from portal.frontend import ROOT

CATALOG = ROOT / "portal" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
APPS = ("portal", "merchants", "campaigns")
KEYWORDS = dict.fromkeys(["_", "gettext", "gettext_lazy"])
KEYWORDS |= dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2))
# templatize() writes each sentence of a template as such a call
CALL = re.compile(r"\bn?gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def in_code(path: Path) -> set[str]:
    found = extract_from_file("python", path, keywords=KEYWORDS)
    return {words if isinstance(words, str) else words[0] for _line, words, *_rest in found}


def in_template(path: Path) -> set[str]:
    return {ast.literal_eval(text) for text in CALL.findall(templatize(path.read_text()))}


def catalog() -> dict[str, str]:
    with CATALOG.open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    return {
        entry.id if isinstance(entry.id, str) else entry.id[0]: (
            entry.string if isinstance(entry.string, str) else entry.string[0]
        )
        for entry in entries
    }


def sources() -> list[Path]:
    code = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    plain = [path for path in code if not {"tests", "sandbox", "migrations"} & set(path.parts)]
    return sorted([*plain, *(ROOT / "templates").rglob("*.html")])


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sentence_has_its_chinese(path):
    sentences = in_template(path) if path.suffix == ".html" else in_code(path)
    translated = {sentence for sentence, chinese in catalog().items() if chinese}
    assert sorted(sentences - translated) == []


def test_every_sentence_stands_once_in_the_catalogue():
    ids = re.findall(r'^msgid "(.+)"$', CATALOG.read_text(), re.MULTILINE)
    assert [sentence for sentence, times in Counter(ids).items() if times > 1] == []


def test_a_translation_fills_in_what_its_sentence_does():
    odd = {
        sentence: chinese
        for sentence, chinese in catalog().items()
        if set(PLACEHOLDER.findall(sentence)) != set(PLACEHOLDER.findall(chinese))
    }
    assert odd == {}


def test_sentences_are_found_in_templates_and_in_code():
    assert "Skip to the content" in in_template(ROOT / "templates" / "base.html")
    assert "Owner" in in_code(ROOT / "merchants" / "models" / "people.py")


def test_a_password_that_is_too_short_is_told_in_chinese():
    with override("zh-hans"), pytest.raises(ValidationError) as problem:
        MinimumLengthValidator().validate("123")
    assert problem.value.messages == ["密码太短，至少要有 8 个字符。"]
