"""The law on health content, told by examples."""

import pytest
from django.utils import translation

from campaigns.links.health_law import Case, Goods, judge, kind_of

PLAIN_NOTE, KNOWLEDGE = "618 囤货清单", "睡前这样养生，医生也这么做"
CREAM, MELATONIN, FORMULA = (
    "山茶花卸妆膏 90g",
    "褪黑素软糖 60 粒 保健食品",
    "特殊医学用途婴儿配方奶粉",
)


def case(note=PLAIN_NOTE, item=CREAM, *, shares=False, cid="", category="beauty", contest=""):
    return Case(
        note_title=note,
        shares_health=shares,
        item_title=item,
        item_cid=cid,
        store_category=category,
        contest=contest,
    )


@pytest.mark.parametrize(
    ("item", "goods"),
    [
        (CREAM, Goods.PLAIN),
        ("山茶氨基酸牙膏 三支装", Goods.PLAIN),
        ("保温水壶 1L", Goods.PLAIN),
        (MELATONIN, Goods.HEALTH_FOOD),
        ("国食健注G20230001 鱼油软胶囊", Goods.HEALTH_FOOD),
        ("国药准字Z20250001 感冒颗粒", Goods.DRUG),
        ("布洛芬 非处方药 20 片", Goods.DRUG),
        ("阿莫西林 处方药", Goods.PRESCRIPTION),
        ("电子血压计 家用", Goods.MEDICAL_DEVICE),
        ("械字号修护面膜 医用敷料", Goods.MEDICAL_DEVICE),
        (FORMULA, Goods.SPECIAL_FORMULA),
        ("婴儿配方奶粉 3 段", Goods.SENSITIVE),
        ("益生菌冻干粉", Goods.SENSITIVE),
        ("一次性电子烟 草莓味", Goods.TOBACCO),
    ],
)
def test_what_an_item_is_by_its_title(item, goods):
    assert kind_of(item, "", "beauty").goods == goods


@pytest.mark.parametrize(
    ("item", "goods"),
    [
        ("保\u200b健\u200d食品", Goods.HEALTH_FOOD),
        ("保 健 品 软糖", Goods.HEALTH_FOOD),
        ("褪-黑·素 60 粒", Goods.HEALTH_FOOD),
        ("褪　黑　素", Goods.HEALTH_FOOD),
        ("一次性電子煙", Goods.TOBACCO),
        ("阿莫西林 處方藥", Goods.PRESCRIPTION),
        ("布洛芬 非 处方药", Goods.DRUG),
        ("感冒颗粒ＯＴＣ", Goods.DRUG),
        ("阿莫西林Rx", Goods.PRESCRIPTION),
        ("相机 RX100 / Rx100", Goods.PLAIN),
        ("特殊醫學用途配方", Goods.SPECIAL_FORMULA),
    ],
    ids=range(11),
)
def test_a_word_is_found_however_it_is_written(item, goods):
    assert kind_of(item, "", "beauty").goods == goods


def test_a_notes_title_is_read_as_it_is_seen():
    assert judge(case("睡前養\u2060 生")).question


@pytest.mark.parametrize(
    ("asked", "barred", "question"),
    [
        (case(), False, False),
        (case(KNOWLEDGE), False, True),
        (case(shares=True), False, True),
        (case(item=MELATONIN), False, True),
        (case(KNOWLEDGE, MELATONIN), False, True),
        (case(item=MELATONIN, shares=True), True, False),
        (case(item=FORMULA, shares=True), True, False),
        (case(item="处方药 外用"), True, False),
        (case(item="电子烟"), True, False),
        (case(category="health"), False, True),
        (case(category="maternity"), False, True),
        (case(item=MELATONIN, shares=True, contest="是普通食品"), False, True),
    ],
)
def test_what_bars_a_link_and_what_only_asks(asked, barred, question):
    found = judge(asked)

    assert (bool(found.barred), bool(found.question)) == (barred, question)


def test_the_bar_names_the_regulation_and_the_word_it_goes_by():
    with translation.override("en"):
        said = judge(case(item=MELATONIN, shares=True)).barred

    assert "Measures for Internet Advertising, in force since 2023-05-01" in said
    assert "褪黑素" in said or "保健食品" in said


def test_tmalls_own_category_goes_before_words_and_is_not_contested(settings):
    settings.GOODS_BY_TMALL_CATEGORY = {"health_food": ["50026316"]}

    found = judge(case(cid="50026316", shares=True, contest="不是保健食品"))

    assert found.barred
    assert not found.contestable
