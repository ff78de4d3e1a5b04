"""What a person reads before they consent: dated texts, in both languages, kept for good.

A text that people have agreed to is never edited: a new one gets a new version at the end.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.utils.translation import get_language

from merchants.models import Partner

ENGLISH, CHINESE = "en", "zh-hans"

Words = Mapping[str, str]


class UnknownText(LookupError):
    """No text of this partner has this version."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The text that a person saw before they consented, and in which language."""

    version: str
    language: str


@dataclass(frozen=True, slots=True)
class Clause:
    heading: Words
    body: Words


@dataclass(frozen=True, slots=True)
class ConsentText:
    partner: Partner
    version: str
    clauses: tuple[Clause, ...]

    @property
    def since(self) -> date:
        return date.fromisoformat(self.version)

    @property
    def sha256(self) -> str:
        """Return the fingerprint of every word in both languages."""
        clauses = [[dict(clause.heading), dict(clause.body)] for clause in self.clauses]
        whole = [self.partner.value, self.version, clauses]
        return sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def read_in(self, language: str) -> list[tuple[str, str]]:
        """Return the heading and the body of each clause."""
        known = language if language in (ENGLISH, CHINESE) else CHINESE
        return [(clause.heading[known], clause.body[known]) for clause in self.clauses]


def newest(partner: str) -> ConsentText:
    return next(text for text in reversed(TEXTS) if text.partner == partner)


def text_of(partner: str, version: str) -> ConsentText:
    for text in TEXTS:
        if (text.partner, text.version) == (partner, version):
            return text
    raise UnknownText(f"{partner} {version}")


def agree_now(partner: str) -> Agreed:
    """Return what somebody agrees to who is shown the newest text now."""
    return Agreed(newest(partner).version, get_language() or CHINESE)


def _clauses(*bodies: Words) -> tuple[Clause, ...]:
    return tuple(Clause(heading, body) for heading, body in zip(HEADINGS, bodies, strict=True))


HEADINGS: tuple[Words, ...] = (
    {"en": "What is read", "zh-hans": "读取哪些数据"},
    {"en": "Who gets to see it", "zh-hans": "谁可以看到"},
    {"en": "What for", "zh-hans": "用途"},
    {"en": "How long it is kept", "zh-hans": "保存多久"},
    {"en": "How to withdraw", "zh-hans": "如何撤回"},
)
RECIPIENTS: Words = {
    "en": "The members of your brand, each within their role and their stores, and the staff of"
    " this platform who review applications and keep it running. No other brand and no third"
    " party.",
    "zh-hans": "本品牌的成员（以各自的角色和店铺范围为限），以及负责审核和运维本平台的工作人员。"
    "不会提供给其他品牌或任何第三方。",
}
RETENTION: Words = {
    "en": "The keys that the partner issues are stored encrypted and deleted as soon as you"
    " withdraw. What was read so far stays in your results after that, so that past reports"
    " remain true; nothing new is added.",
    "zh-hans": "合作平台签发的令牌加密保存，撤回授权后立即删除。此前已读取的数据会保留在"
    "效果报表中，以保证历史报表准确；撤回后不再新增数据。",
}
WITHDRAWAL: Words = {
    "en": "Any owner of the brand withdraws on the store's page, at any time and without giving"
    " a reason; pulling stops at once. The consent can be given again later.",
    "zh-hans": "品牌管理员可随时在店铺页面撤回授权，无需说明理由；撤回后立即停止拉取数据。"
    "之后可以重新授权。",
}
FIRST = "2025-05-12"
WITH_DIRECT_LINKS = "2025-05-13"  # from this text on Juguang's covers creating direct links
WITH_CREATOR_ORDERS = "2025-05-13"  # from this text on Pugongying's covers reading orders
WITH_STORE_ORDERS = "2025-05-14"  # from this text on Tmall's covers reading the store's orders
WITH_AD_LEVELS = "2025-05-14"  # from this text on Juguang's covers its reports of all levels
WITH_NOTE_FIGURES = "2025-05-14"  # from this text on Pugongying's covers a note's figures
TEXTS: tuple[ConsentText, ...] = (
    ConsentText(
        Partner.TOP,
        FIRST,
        _clauses(
            {
                "en": "The seller's id and nick, the store's id, name and type, and the items on"
                " sale: title, price, picture and whether they can be bought. Nothing in the"
                " store is changed, and no orders and no buyers are read.",
                "zh-hans": "卖家 ID 和昵称，店铺 ID、名称和类型，以及在售商品的标题、价格、主图和"
                "上架状态。不会修改店铺中的任何内容，也不会读取订单和买家信息。",
            },
            RECIPIENTS,
            {
                "en": "To prove that the store is yours and is a Tmall store, and to choose and"
                " check the items that links lead to.",
                "zh-hans": "用于证明店铺归您所有且为天猫店铺，以及选择和校验链接指向的商品。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
    ConsentText(
        Partner.JUGUANG,
        FIRST,
        _clauses(
            {
                "en": "The notes that your advertiser account may promote, and the daily note"
                " report: impressions, clicks, interactions, spend, and the jumps and orders"
                " that the platform attributes. Nothing is changed in the account and nothing"
                " is spent; the scopes for managing ads, which come along, are not used.",
                "zh-hans": "广告账户可推广的笔记，以及按天的笔记报表：曝光、点击、互动、消耗，"
                "以及平台归因的跳转和订单。不会修改账户中的任何内容，也不会产生消耗；"
                "一并授予的广告管理权限不会被使用。",
            },
            RECIPIENTS,
            {
                "en": "To attach links to your notes and to show what they cost and bring.",
                "zh-hans": "用于为笔记挂接链接，并展示笔记的投入和效果。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
    ConsentText(
        Partner.JUGUANG,
        WITH_DIRECT_LINKS,
        _clauses(
            {
                "en": "The notes that your advertiser account may promote, and the daily note"
                " report: impressions, clicks, interactions, spend, and the jumps and orders"
                " that the platform attributes. With the scope for managing ads, and for that"
                " alone, the direct links are created, listed and deleted that your brand"
                " attaches to its notes here. No campaign, no bid and no budget is changed, and"
                " nothing is spent.",
                "zh-hans": "广告账户可推广的笔记，以及按天的笔记报表：曝光、点击、互动、消耗，"
                "以及平台归因的跳转和订单。广告管理权限仅用于创建、查询和删除本品牌在此处为笔记"
                "挂接的直达链接；不会修改任何计划、出价或预算，也不会产生消耗。",
            },
            RECIPIENTS,
            {
                "en": "To put your links below your notes and to show what they cost and bring.",
                "zh-hans": "用于把链接挂到您的笔记下方，并展示笔记的投入和效果。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
    ConsentText(
        Partner.PUGONGYING,
        FIRST,
        _clauses(
            {
                "en": "For now only the id of your account and the name of your company, which"
                " come with the consent. Creator orders and notes are not read yet: before"
                " that begins, a new version of this text is shown and you are asked again.",
                "zh-hans": "目前仅读取随授权返回的账户 ID 和公司名称。尚不读取达人订单和笔记数据；"
                "开始读取之前，会出示新版说明并重新征求您的同意。",
            },
            RECIPIENTS,
            {
                "en": "To know which account belongs to the store, ready for the orders that"
                " you place with creators there. It is optional.",
                "zh-hans": "用于确认店铺对应的蒲公英账户，为后续接入达人订单做准备。此项授权可选。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
    ConsentText(
        Partner.PUGONGYING,
        WITH_CREATOR_ORDERS,
        _clauses(
            {
                "en": "The id of your account and the name of your company, and each day the"
                " notes of the creator orders that you placed in the last 90 days: note, title,"
                " creator, order number and kind, the fee where it is returned, the star task"
                " on the order, and when it was ordered and published. Nothing is ordered,"
                " changed or paid.",
                "zh-hans": "账户 ID 和公司名称，以及每天读取近 90 天达人订单的笔记：笔记、标题、"
                "达人、订单号和类型、平台返回的合作费用、订单上填写的星任务，以及下单和发布时间。"
                "不会下单、修改订单或产生付款。",
            },
            RECIPIENTS,
            {
                "en": "To know which notes you ordered and what they cost, and to bind them to"
                " your star tasks. It is optional.",
                "zh-hans": "用于识别您下单的笔记及其费用，并把笔记绑定到您的星任务。此项授权可选。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
    ConsentText(
        Partner.TOP,
        WITH_STORE_ORDERS,
        _clauses(
            {
                "en": "The seller's id and nick, the store's id, name and type, and its items:"
                " title, price, picture and whether they can be bought. Each day the store's"
                " orders, refunds and affiliate orders: their numbers and times, the item, how"
                " many, what was paid or refunded, and their state. Nothing in the store is"
                " changed. No buyer is read: no name, no nick, no address and no telephone"
                " number is asked for or stored.",
                "zh-hans": "卖家 ID 和昵称，店铺 ID、名称和类型，以及商品的标题、价格、主图和"
                "上架状态；每天读取店铺的订单、退款和淘宝客订单：编号、时间、商品、件数、实付或退款金额"
                "以及状态。"
                "不会修改店铺中的任何内容。不读取买家信息：不请求也不保存买家的姓名、昵称、地址和"
                "电话。",
            },
            RECIPIENTS,
            {
                "en": "To prove that the store is yours and is a Tmall store, to choose and"
                " check the items that links lead to, and to reconcile what the platforms"
                " attribute to your notes with what the store sold and refunded.",
                "zh-hans": "用于证明店铺归您所有且为天猫店铺，选择和校验链接指向的商品，"
                "以及把平台归因给笔记的成交与店铺实际的成交和退款进行对账。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
    ConsentText(
        Partner.JUGUANG,
        WITH_AD_LEVELS,
        _clauses(
            {
                "en": "The notes that your advertiser account may promote, its ads, and the daily"
                " reports of the account, its ad campaigns, units, creatives and notes:"
                " impressions, clicks, interactions, spend, the jumps, store visits and orders that"
                " the platform attributes, how many people were newly interested (a number, never"
                " who), and the counts of visits, orders and their value in your own shop in the"
                " app. With the scope for managing ads, and for that alone, the direct links are"
                " created, listed and deleted that your brand attaches to its notes here. No"
                " campaign, no bid and no budget is changed, and nothing is spent.",
                "zh-hans": "广告账户可推广的笔记及其投放创意，以及账户、计划、单元、创意和笔记的"
                "每日报表：曝光、点击、互动、消耗，平台归因的跳转、进店和订单，新增种草人群的人数"
                "（仅人数，不含任何人的身份），以及您在站内店铺的访问、订单和成交金额汇总。"
                "广告管理权限仅用于创建、查询和删除本品牌在此处为笔记挂接的直达链接；"
                "不会修改任何计划、出价或预算，也不会产生消耗。",
            },
            RECIPIENTS,
            {
                "en": "To put your links below your notes, and to show what notes and ads cost and"
                " bring, and what was spent on no note.",
                "zh-hans": "用于把链接挂到您的笔记下方，展示笔记和广告的投入和效果，以及未分配到"
                "笔记的消耗。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
    ConsentText(
        Partner.PUGONGYING,
        WITH_NOTE_FIGURES,
        _clauses(
            {
                "en": "The id of your account and the name of your company, and each day the"
                " notes of the creator orders that you placed in the last 90 days: note, title,"
                " creator, order number and kind, the fees where they are returned, the star task"
                " on the order, and when it was ordered and published; and what each note"
                " reached: impressions, reads, interactions, and for star tasks the spend and how"
                " many readers came to the store, as numbers of people that the platform counts"
                " on a sample. Nothing is ordered, changed or paid.",
                "zh-hans": "账户 ID 和公司名称，以及每天读取近 90 天达人订单的笔记：笔记、标题、"
                "达人、订单号和类型、平台返回的合作费用和服务费、订单上填写的星任务，以及下单和发布"
                "时间；还有每篇笔记的数据：曝光、阅读、互动，以及星任务的消耗和进店人数（平台按抽样"
                "统计的人数）。不会下单、修改订单或产生付款。",
            },
            RECIPIENTS,
            {
                "en": "To know which notes you ordered, what they cost and what they reached, and"
                " to bind them to your star tasks. It is optional.",
                "zh-hans": "用于识别您下单的笔记、费用和效果，并把笔记绑定到您的星任务。"
                "此项授权可选。",
            },
            RETENTION,
            WITHDRAWAL,
        ),
    ),
)
