"""The sandbox's sheets of comments are what the portal takes over."""

from datetime import timedelta

import httpx
import pytest

from campaigns.links.asking import asks_for_link
from portal.lib.days import DEMO_NOW
from portal.lib.sheets import read_sheet
from portal.sandbox.comments import ASKING, OTHER, rows_of

ADVERTISER = 880001


def test_the_same_seed_gives_the_same_comments():
    assert list(rows_of(ADVERTISER, DEMO_NOW)) == list(rows_of(ADVERTISER, DEMO_NOW))


def test_no_comment_is_written_before_its_time():
    earlier = DEMO_NOW - timedelta(days=60)
    known = {row[1] for row in rows_of(ADVERTISER, earlier)}
    assert known < {row[1] for row in rows_of(ADVERTISER, DEMO_NOW)}


def test_the_rule_finds_what_asks_and_nothing_else():
    assert [text for text in ASKING if not asks_for_link(text)] == []
    assert [text for text in OTHER if asks_for_link(text)] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sheet_is_read_by_the_portal(sandbox, tmp_path, kind):
    file = tmp_path / "sheet"
    url = f"{sandbox.url}/world/comments.{kind}?advertiser_id={ADVERTISER}"
    file.write_bytes(httpx.get(url).content)

    head, *rows = read_sheet(file)

    assert head[:4] == ["笔记ID", "评论ID", "评论内容", "评论时间"]
    assert len(rows) == len(list(rows_of(ADVERTISER, DEMO_NOW)))


@pytest.mark.parametrize("query", ["", "?advertiser_id=1", "?advertiser_id=x"])
def test_a_sheet_of_nobody_is_not_found(sandbox, query):
    assert httpx.get(f"{sandbox.url}/world/comments.csv{query}").status_code == 404
