"""Names of columns as people compare them: whatever the width, the brackets or the spaces."""

import re
import unicodedata

DROPPED = re.compile(r"[\s_*/·\-()\[\]{}<>【】〔〕《》「」:'\"“”‘’、.\ufeff]+")
UNIT = re.compile(r"(?<=.)元$")  # 商家GMV(元) is 商家GMV


def plain_head(name: str) -> str:
    """Return 行业商品gmv30日 for 行业商品GMV(30日） and for 行业商品ＧＭＶ 30日."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return UNIT.sub("", DROPPED.sub("", folded))
