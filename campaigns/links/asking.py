"""Which comments ask for a link: a table of patterns, each shown with what it finds and not.

The rule is transparent on purpose: a person sees the words that a comment was found by. A
comment asks if a pattern of ASKS matches and none of DOES_NOT does.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is looked for; every example is found by it, and none of `others` is a request."""

    words: str
    examples: tuple[str, ...]
    others: tuple[str, ...] = ()


THING = r"(?:链接|連結|连接|同款|购买方式|店铺|link)"
ASKS = (
    Pattern(rf"[求蹲要]一?[个下]?{THING}", ("求链接", "蹲链接！", "求同款～", "要个链接谢谢")),
    Pattern(
        r"(?:链接|連結)\s*(?:呢|在哪|哪里|哪儿|有吗|有没有|发我|发一下|[?？])",
        ("链接呢", "链接在哪里", "链接有吗？", "链接？"),
        ("链接已经收藏", "链接打不开"),
    ),
    Pattern(r"(?:有|给|发|放)(?:个|一下|下|没有|没)?链接[吗嘛么?？]", ("有链接吗", "能放链接吗")),
    Pattern(r"有没有\S{0,4}(?:链接|連結|同款)", ("有没有同款链接", "有没有链接")),
    Pattern(
        r"(?:怎么|咋|如何|在?哪里?儿?|去哪里?|上哪里?)(?:可以|能)?(?:买|购买|下单|入手|拍)",
        ("怎么买", "哪里买的呀", "在哪可以买到", "如何下单"),
        ("怎么买了就降价", "早知道不买"),
    ),
    Pattern(
        r"(?:什么牌子|什么店|哪家店|哪个牌子|店名)[?？吗呢的呀啊]?", ("什么牌子呀", "哪家店？")
    ),
    Pattern(
        r"\b(?:link\s*(?:pls|plz|please|[?？])|where (?:can i|to) (?:buy|get))",
        ("Link?", "link pls", "Where can I buy this"),
        ("linked it to my friend", "linkage"),
    ),
)
DOES_NOT = (
    Pattern(r"(?:不|别|勿|甭)(?:要|用|想要|需要)?(?:求|发|放|给)?链接", ("不要链接", "别发链接了")),
    Pattern(
        r"已(?:经)?(?:下单|购买|买|入手|拍)|买过了|到货了", ("已下单", "链接有吗，算了已经买了")
    ),
    Pattern(r"怎么买了就|哪里买不到", ("怎么买了就降价",)),
    Pattern(r"(?:谢谢|感谢|找到|有了).{0,4}链接", ("谢谢链接", "找到链接了")),
)
_ASKS = [re.compile(each.words, re.IGNORECASE) for each in ASKS]
_DOES_NOT = [re.compile(each.words, re.IGNORECASE) for each in DOES_NOT]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a comment; `is_found` marks the words that ask."""

    text: str
    is_found: bool


def asks_for_link(comment: str) -> bool:
    return not _first(_DOES_NOT, comment) and _first(_ASKS, comment) is not None


def why(comment: str) -> list[Part]:
    """Return the comment in pieces, with the words marked that made it a request."""
    found = None if _first(_DOES_NOT, comment) else _first(_ASKS, comment)
    if not found:
        return [Part(comment, is_found=False)]
    start, end = found.span()
    parts = [
        Part(comment[:start], False),
        Part(comment[start:end], True),
        Part(comment[end:], False),
    ]
    return [part for part in parts if part.text]


def _first(patterns: list[re.Pattern[str]], comment: str) -> re.Match[str] | None:
    return next((match for each in patterns if (match := each.search(comment))), None)
