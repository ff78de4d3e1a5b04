"""The policy as the programme's public facts tell it: two versions, and the log behind them."""

from datetime import date

from merchants.categories import Group
from merchants.models import (
    LinkType,
    NoteOrigin,
    Partner,
    PolicyLogEntry,
    PolicyStatus,
    PolicyVersion,
    User,
)
from merchants.rules.kinds import Amount
from portal.lib.scope import Hat, scope

LAUNCH_CATEGORIES = [Group.CONSUMER_GOODS, Group.SPORTS, Group.HEALTH]
CONSENT_RULE = {"id": "consent", "kind": "connection", "partner": Partner.TOP}
TYPE_RULE = {"id": "store_type", "kind": "store_type"}
UNPUBLISHED_RULES = (
    {"id": "minimum_spend", "kind": "minimum_amount", "of": Amount.SPEND, "floor": ""},
    {"id": "minimum_fee", "kind": "minimum_amount", "of": Amount.FEE, "floor": ""},
)
SCORE_RULE = {"id": "score", "kind": "score_floor", "overall": "4.5", "each": "4.6"}
POLICIES = (
    {
        "code": "2025-05",
        "effective_from": date(2025, 5, 12),
        "effective_until": date(2025, 6, 5),
        "source_note": (
            "只收天猫店（3 个来源）。首批类目：大快消（含美妆个护）、运动户外、大健康（5 个来源）；"
            "大快消含食品是推断。综合评分 4.5，或三项评分都达标（1 个来源）；"
            "达标线没有公布，4.6 是假定。"
            "店铺授权是本平台的要求：用来证明店铺归属。"
        ),
        "source_note_en": (
            "Tmall stores only [3 sources]. Launch categories: consumer goods with beauty and care,"
            " sports and outdoors, health [5 sources]; that consumer goods hold food is inferred."
            " Overall score 4.5, or three passing sub-scores [1 source]; what passes is not"
            " public, 4.6 is an assumption. The consent is ours: it proves who owns the store."
        ),
        "rules": [
            TYPE_RULE,
            CONSENT_RULE,
            {"id": "category", "kind": "category_allowed", "only": LAUNCH_CATEGORIES},
            SCORE_RULE,
            *UNPUBLISHED_RULES,
        ],
    },
    {
        "code": "2025-06",
        "effective_from": date(2025, 6, 5),
        "effective_until": None,
        "source_note": (
            "到 2025 年 6 月，特殊类目以外都开放（2 个来源）；哪些是特殊类目没有公布，"
            "所以这里不列。"
            "具体日期是假定。其余同 2025-05 版。"
        ),
        "source_note_en": (
            "By June 2025 open to all but special categories [2 sources]; which are special is not"
            " public, so none is listed. The day is an assumption. The rest as in 2025-05."
        ),
        "rules": [
            TYPE_RULE | {"since": "2025-05"},
            CONSENT_RULE | {"since": "2025-05"},
            {"id": "category", "kind": "category_allowed"},
            *(rule | {"since": "2025-05"} for rule in (SCORE_RULE, *UNPUBLISHED_RULES)),
        ],
    },
)
# which links and which ad notes, the same in both: item or store page below an ad note
ALLOWED = {
    "link_types": list(LinkType),
    "note_sources": list(NoteOrigin),
    # no source says who reviews; an assumption of ours, so that plain links need not wait
    "auto_link_types": list(LinkType),
    "auto_link_sources": list(NoteOrigin),
}
# day, whether only its month is known, Chinese, English, how many independent sources
LOG = (
    (
        "2020-08-01",
        True,
        "报备合作笔记可以挂淘宝链接",
        "Taobao links allowed in reported cooperation notes",
        None,
    ),
    (
        "2021-08-01",
        True,
        "号店一体，笔记外链关闭",
        "Account and shop become one; links in notes are closed",
        None,
    ),
    (
        "2022-10-01",
        True,
        "小红星上线",
        "Xiaohongxing (star tasks) starts",
        None,
    ),
    (
        "2023-08-25",
        False,
        "小红星暂停，原因是数据没有回传",
        "Xiaohongxing suspended over data that was not returned",
        1,
    ),
    (
        "2024-02-27",
        False,
        "小红星恢复，食品、母婴、个护、美妆先开",
        "Xiaohongxing restored: food, maternity, care and beauty first",
        1,
    ),
    (
        "2024-03-01",
        False,
        "小红星对其他类目恢复",
        "Xiaohongxing restored for the other categories",
        None,
    ),
    (
        "2025-05-07",
        False,
        "淘宝天猫与小红书发布红猫计划",
        "Taobao, Tmall and Xiaohongshu announce the Red Cat Plan",
        5,
    ),
    (
        "2025-05-12",
        False,
        "种草直达上线，已报名商家可用",
        "Direct links go live for merchants who signed up",
        5,
    ),
    (
        "2025-05-12",
        False,
        "小红书与京东达成合作",
        "Xiaohongshu agrees with JD",
        None,
    ),
    (
        "2025-06-05",
        False,
        "红京计划（京东）发布",
        "The sister programme with JD is announced",
        3,
    ),
    (
        "2025-10-09",
        False,
        "双 11 开始，到 11-06",
        "Double 11 begins, until 11-06",
        None,
    ),
    (
        "2025-12-22",
        False,
        "WILL 2026",
        "WILL 2026",
        None,
    ),
)


def write_policies(*, proposed_by: User, published_by: User) -> None:
    """Write what is not there yet.

    These versions were in force before there was this portal, so they come published, and the
    two people are those who entered them.
    """
    staff = {"proposed_by": proposed_by, "published_by": published_by}
    published = {"status": PolicyStatus.PUBLISHED} | ALLOWED | staff
    with scope(Hat.ADMIN):
        for policy in POLICIES:
            PolicyVersion.objects.get_or_create(code=policy["code"], defaults=published | policy)
        for day, only_month, what_zh, what_en, sources in LOG:
            PolicyLogEntry.objects.get_or_create(
                day=date.fromisoformat(day),
                what_en=what_en,
                defaults={"only_month": only_month, "what_zh": what_zh, "sources": sources},
            )
