"""Comments below the world's notes, as a brand takes them home: a sheet for an advertiser.

Some ask for a link, some only praise; a few notes carry a link to the brand's in-site shop in
their comments. The same seed gives the same comments.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.lib.days import SHANGHAI, known_now
from portal.lib.sheets import WRITERS, Cell
from portal.sandbox.accounts import BY_ADVERTISER, ITEMS
from portal.sandbox.truth import Note, world

HEAD: list[Cell] = [
    *("笔记ID", "评论ID", "评论内容", "评论时间", "评论人"),
    *("类型", "商品名称", "点击数", "订单数"),
]
ASKING = [
    "求链接",
    "蹲链接",
    "链接呢？",
    "有链接吗",
    "哪里买的呀",
    "怎么买",
    "求同款～",
    "店名是什么呀",
    "什么牌子呀",
    "Link?",
    "姐妹链接发我一下",
    "在哪可以买到这个",
]
OTHER = [
    "好看",
    "已下单，等到货",
    "用了一个月，回购了",
    "不要链接，只想看看",
    "收藏了",
    "皮肤状态真好",
    "写得好详细",
    "这个味道我不太行",
    "干皮可以用吗",
    "谢谢链接，买到了",
    "😍😍😍",
    "蹲一个618价格",
]


@require_safe
def sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the comments known by now of `?advertiser_id=`, as CSV or XLSX."""
    number = request.GET.get("advertiser_id", "")
    if not re.fullmatch(r"\d{1,9}", number, re.ASCII) or int(number) not in BY_ADVERTISER:
        raise Http404
    if kind not in WRITERS:
        raise Http404
    write, content_type = WRITERS[kind]
    headers = {"Content-Disposition": f'attachment; filename="comments-{number}.{kind}"'}
    rows = [HEAD, *rows_of(int(number), known_now())]
    return HttpResponse(write(rows), content_type=content_type, headers=headers)


def rows_of(advertiser_id: int, now: datetime) -> Iterator[list[Cell]]:
    for note in world().notes[advertiser_id]:
        rng = Random(f"{world().seed}/comments/{note.note_id}")
        eagerness = rng.uniform(0.05, 0.7)
        for _number in range(rng.randint(2, 24)):
            row = _comment(rng, note, eagerness)
            if str(row[3]) <= _written(now):
                yield row
        if rng.random() < 0.2 and note.created_at < now:
            yield _link(rng, note)


def _comment(rng: Random, note: Note, eagerness: float) -> list[Cell]:
    at = note.created_at + timedelta(seconds=rng.randint(60, 60 * 86_400))
    words = rng.choice(ASKING if rng.random() < eagerness else OTHER)
    writer = f"小红薯{rng.getrandbits(32):08X}"
    return [note.note_id, f"{rng.getrandbits(96):024x}", words, _written(at), writer, "评论"]


def _link(rng: Random, note: Note) -> list[Cell]:
    clicks = rng.randint(20, 900)
    title = ITEMS[note.num_iid][1].title
    own = [note.note_id, f"{rng.getrandbits(96):024x}", "", _written(note.created_at), ""]
    return [*own, "评论区蓝链", title, clicks, round(clicks * rng.uniform(0.01, 0.06))]


def _written(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
