"""Files are what their content says, and none can harm the process that asks."""

import resource

import pytest

from portal.lib import documents
from portal.tests.hostile_files import HOSTILE, pdf, picture, stream

GOOD = {
    "application/pdf": pdf(stream(b"BT (a page) Tj ET")),
    "image/png": picture("PNG"),
    "image/jpeg": picture("JPEG"),
    "image/webp": picture("WEBP"),
}


def asked(tmp_path, content: bytes) -> str:
    file = tmp_path / "file"
    file.write_bytes(content)
    return documents.content_type(file)


@pytest.mark.parametrize("kind", GOOD)
def test_what_people_upload_is_recognised(tmp_path, kind):
    assert asked(tmp_path, GOOD[kind]) == kind


def test_a_photo_of_a_good_camera_is_small_enough(tmp_path):
    assert asked(tmp_path, picture("WEBP", (8000, 6000), method=0)) == "image/webp"


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(tmp_path, case):
    content, reason = HOSTILE[case]

    with pytest.raises(documents.Unreadable) as refusal:
        asked(tmp_path, content)

    assert str(refusal.value) == str(documents.REASONS[reason])


def test_a_bomb_takes_no_memory_of_ours(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content, _reason = HOSTILE["a PDF bomb"]

    with pytest.raises(documents.Unreadable):
        asked(tmp_path, content)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


def test_a_file_that_takes_forever_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "PATIENCE", 0.01)

    with pytest.raises(documents.Unreadable):
        asked(tmp_path, GOOD["image/png"])
