"""The law on health content and on goods that no link may sell: pure rules, told by examples.

互联网广告管理办法 (Measures for Internet Advertising, in force since 2023-05-01), as its public
text says: what shares health or wellness knowledge may not show on the same page the address, the
contact or the purchase link of a seller of the medical services, drugs, medical devices, health
food or special medical formula concerned; tobacco (e-cigarettes too) and prescription drugs may
not be advertised on the internet.

Words of a title only ever raise a question. What bars is what the person declared of the note
together with what the item is, and a guess from words can be contested: then a reviewer decides.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _

from merchants.models import Category


class Goods(StrEnum):
    """What an item is in the eyes of the law."""

    PLAIN = "plain"
    SENSITIVE = "sensitive"
    HEALTH_FOOD = "health_food"
    DRUG = "drug"
    MEDICAL_DEVICE = "medical_device"
    SPECIAL_FORMULA = "special_formula"
    PRESCRIPTION = "prescription"
    TOBACCO = "tobacco"


NEVER = frozenset({Goods.PRESCRIPTION, Goods.TOBACCO})
NOT_BESIDE_KNOWLEDGE = frozenset(
    {Goods.HEALTH_FOOD, Goods.DRUG, Goods.MEDICAL_DEVICE, Goods.SPECIAL_FORMULA}
)
# The first that matches counts: special medical formula is also a formula.
WORDS: tuple[tuple[Goods, re.Pattern[str]], ...] = (
    (Goods.TOBACCO, re.compile(r"香烟|卷烟|烟草|电子烟|烟弹|雪茄")),
    (Goods.PRESCRIPTION, re.compile(r"(?<!非)处方药|(?<![A-Za-z])Rx(?![A-Za-z0-9])")),
    (Goods.SPECIAL_FORMULA, re.compile(r"特殊医学用途|特医(?:食品|奶粉)|全营养配方")),
    (Goods.HEALTH_FOOD, re.compile(r"保健(?:食)?品|蓝帽|国食健[字注]|食健备|褪黑素|氨糖软骨素")),
    (Goods.DRUG, re.compile(r"国药准字|非处方药|(?<![A-Za-z])OTC(?![A-Za-z])|药品|感冒灵|退烧药")),
    (
        Goods.MEDICAL_DEVICE,
        re.compile(r"医疗器械|械[字备注]|血压计|血糖仪|医用敷料|医美面膜"),
    ),
    (
        Goods.SENSITIVE,
        re.compile(
            r"婴(?:幼儿|儿)?(?:配方)?奶粉|配方奶|益生菌|膳食补充|维生素|钙片|鱼油|蛋白粉|燕窝|阿胶"
            r"|人参|减肥|瘦身|酒精度|白酒"
        ),
    ),
)
# A note that may share health knowledge; its title asks the question, it answers none.
KNOWLEDGE = re.compile(
    r"养生|保健|科普|医生|药师|营养师|症状|治疗|调理|失眠|免疫力|血糖|血压|血脂|便秘|祛湿|湿气|脾胃"
    r"|气血|健康知识|中医|食疗"
)
# Titles are read as a reader sees them: traditional characters, and what is put between two
# characters so that a word isn't found, count for nothing.
SIMPLIFIED = str.maketrans(
    "學窩煙菸電彈處藥醫療養壓國準備維鈣魚參膠減師狀調氣濕溼營劑藍驗識專補嬰兒質體檢癥軟鹼儀醬製",
    "学窝烟烟电弹处药医疗养压国准备维钙鱼参胶减师状调气湿湿营剂蓝验识专补婴儿质体检症软碱仪酱制",
)
BETWEEN = re.compile(r"(?<=[^\x00-\x7f])[\s._·•・*|/~-]+(?=[^\x00-\x7f])")
SENSITIVE_CATEGORIES = frozenset({Category.HEALTH, Category.MATERNITY})


@dataclass(frozen=True, slots=True)
class Kind:
    """`certain` where Tmall's own category says so, and not only words of the title."""

    goods: Goods
    word: str = ""

    @property
    def certain(self) -> bool:
        return not self.word and self.goods != Goods.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the rules look at: the declared, the titles, and where the item stands."""

    note_title: str
    shares_health: bool
    item_title: str
    item_cid: str
    store_category: str
    contest: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`barred` stops the link; a `question` sends it to a reviewer; neither lets it pass."""

    barred: str = ""
    question: str = ""
    contestable: bool = False


def kind_of(item_title: str, item_cid: str, store_category: str) -> Kind:
    """Say what the item is: by Tmall's category id, else by words, else by its store."""
    for goods, cids in settings.GOODS_BY_TMALL_CATEGORY.items():
        if item_cid and item_cid in cids:
            return Kind(Goods(goods))
    for goods, words in WORDS:
        if found := words.search(plain_title(item_title)):
            return Kind(goods, found.group())
    if store_category in SENSITIVE_CATEGORIES:
        return Kind(Goods.SENSITIVE)
    return Kind(Goods.PLAIN)


def plain_title(title: str) -> str:
    visible = (c for c in unicodedata.normalize("NFKC", title) if unicodedata.category(c) != "Cf")
    return BETWEEN.sub("", "".join(visible).translate(SIMPLIFIED))


def judge(case: Case) -> Judgement:
    kind = kind_of(case.item_title, case.item_cid, case.store_category)
    bar = _bar(kind, shares_health=case.shares_health)
    if bar and case.contest and not kind.certain:
        return Judgement(question=_("The brand objects: %(words)s") % {"words": case.contest})
    if bar:
        return Judgement(barred=bar, contestable=not kind.certain)
    return Judgement(question=_question(kind, case))


def _bar(kind: Kind, *, shares_health: bool) -> str:
    seen = _seen(kind)
    if kind.goods in NEVER:
        return _(
            "No link may lead to %(goods)s (Measures for Internet Advertising, in force since"
            " 2023-05-01: tobacco and prescription drugs may not be advertised on the internet)."
        ) % {"goods": seen}
    if shares_health and kind.goods in NOT_BESIDE_KNOWLEDGE:
        return _(
            "A note that shares health knowledge may not carry a purchase link of %(goods)s"
            " (Measures for Internet Advertising, in force since 2023-05-01)."
        ) % {"goods": seen}
    return ""


def _question(kind: Kind, case: Case) -> str:
    if kind.goods in NOT_BESIDE_KNOWLEDGE:
        return _("The item is %(goods)s: a reviewer sees whether the note shares knowledge.") % {
            "goods": _seen(kind)
        }
    if kind.goods == Goods.SENSITIVE:
        return _("Goods like these are always seen by a reviewer: %(goods)s.") % {
            "goods": _seen(kind)
        }
    if case.shares_health:
        return _("The note shares health knowledge: a reviewer sees what the link sells.")
    if found := KNOWLEDGE.search(plain_title(case.note_title)):
        return _(
            "The note's title says “%(word)s”, so it may share health knowledge: a reviewer looks."
        ) % {"word": found.group()}
    return ""


def _seen(kind: Kind) -> str:
    name = str(_names()[kind.goods])
    if not kind.word:
        return name
    return _("%(goods)s (the title says “%(word)s”)") % {"goods": name, "word": kind.word}


def _names() -> dict[Goods, str]:
    return {
        Goods.PLAIN: _("ordinary goods"),
        Goods.SENSITIVE: _("health, infant or otherwise sensitive goods"),
        Goods.HEALTH_FOOD: _("health food"),
        Goods.DRUG: _("drugs"),
        Goods.MEDICAL_DEVICE: _("medical devices"),
        Goods.SPECIAL_FORMULA: _("formula for special medical purposes"),
        Goods.PRESCRIPTION: _("prescription drugs"),
        Goods.TOBACCO: _("tobacco"),
    }
