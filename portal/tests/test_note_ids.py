"""A note is known by its id, in whatever a person pastes."""

import pytest

from portal.lib.note_ids import BadNoteId, parse_note_id

NOTE = "680a1b2c000000001203e4f5"
USER = "5f0a1b2c000000001203e4aa"
SITE = "https://www.xiaohongshu.com"


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        f"  {NOTE.upper()}\n",
        f"{SITE}/explore/{NOTE}",
        f"{SITE}/explore/{NOTE}/?xsec_token=ABx%3D&xsec_source=pc_feed",
        f"http://xiaohongshu.com/discovery/item/{NOTE}?app_platform=ios#top",
        f"{SITE}/user/profile/{USER}/{NOTE}?xsec_token=AB",
        f"40 林小鹿发布了一篇笔记，快来看吧！ 😆 abc 😆 {SITE}/discovery/item/{NOTE}?x=1 打开",
    ],
)
def test_an_id_is_found(text):
    assert parse_note_id(text) == NOTE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 24,
        NOTE[:-1],
        NOTE + "0",
        f"{NOTE} {NOTE}",
        "６８" + NOTE[2:],
        f"{SITE}/user/profile/{USER}",
        f"{SITE}/explore/{NOTE}/comments",
        f"https://evil.com/explore/{NOTE}",
        f"https://www.xiaohongshu.com.evil.com/explore/{NOTE}",
        f"https://www.xiaohongshu.com@evil.com/explore/{NOTE}",
        f"https://www.xiaohongshu.com:8080/explore/{NOTE}",
        f"https://evil.com\\@www.xiaohongshu.com/explore/{NOTE}",
        f"https://[/explore/{NOTE}",
        f"{SITE}/explore/{NOTE} {SITE}/explore/{USER}",
        f"{SITE}/explore/%36{NOTE[1:]}",
        "\x00" + NOTE,
        "https://" + "x" * 9999,
    ],
)
def test_what_names_no_note_is_refused(text):
    with pytest.raises(BadNoteId):
        parse_note_id(text)


def test_a_short_link_is_refused_with_what_to_do():
    with pytest.raises(BadNoteId, match=r"short|短"):
        parse_note_id("http://xhslink.com/a/AbCdEf")
