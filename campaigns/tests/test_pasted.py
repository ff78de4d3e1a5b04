import pytest

from campaigns.notes.pasted import read_rows, read_text

NOTE = "68" + "0" * 21 + "a"
SHARED = (
    f"68 【山茶花精华油】 😆 h1Jk2 😆 https://www.xiaohongshu.com/discovery/item/{NOTE}"
    "?source=webshare&xsec_token=AB12 复制后打开小红书"
)


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        f"  {NOTE}  ",
        NOTE.upper(),
        f"https://www.xiaohongshu.com/explore/{NOTE}?xsec_token=AB=&xsec_source=pc_feed",
        f"https://www.xiaohongshu.com/discovery/item/{NOTE}",
        f"http://xiaohongshu.com/explore/{NOTE}/",
        SHARED,
    ],
)
def test_a_note_is_read_from_its_id_or_what_the_app_shares(text):
    assert read_text(text).ids == [NOTE]


@pytest.mark.parametrize(
    "text",
    [
        "http://xhslink.com/a/Ab12Cd",
        "https://evil.example/explore/" + NOTE,
        f"https://evil.example\\@www.xiaohongshu.com/explore/{NOTE}",
        f"https://www.xiaohongshu.com.evil.example/explore/{NOTE}",
        f"https://www.xiaohongshu.com@evil.example/explore/{NOTE}",
        f"https://www.xiaohongshu.com/user/profile/{NOTE}",
        "https://[",
        NOTE + "0",
        "山茶花",
    ],
)
def test_what_is_no_note_is_left_out_with_its_reason(text):
    reading = read_text(text)

    assert reading.ids == []
    assert len(reading.unread) == 1
    assert reading.unread[0][1]


def test_a_note_named_twice_is_read_once_and_empty_lines_are_passed_over():
    assert read_text(f"{NOTE}\n\n{NOTE}").ids == [NOTE]


def test_a_sheet_is_read_by_the_first_cell_with_a_note_and_may_have_a_head():
    reading = read_rows([["笔记ID", "达人"], [NOTE, "林小鹿"], ["", "周野"], ["", ""]])

    assert reading.ids == [NOTE]
    assert [line for line, _reason in reading.unread] == ["周野"]
