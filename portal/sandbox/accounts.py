"""Who exists in the sandbox's world: Tmall sellers, each with a 聚光 and a 蒲公英 account."""

from dataclasses import dataclass

ONSALE = "onsale"
INSTOCK = "instock"

# The partners' credentials for this installation's own portal; worthless anywhere else.
TOP_APP_KEY = "60000001"
TOP_APP_SECRET = "sandbox-top-secret"  # noqa: S105 - the published password of a toy
XHS_APP_ID = "7001"
XHS_APP_SECRET = "sandbox-xhs-secret"  # noqa: S105 - the published password of a toy
PGY_APP_ID = "7002"
PGY_APP_SECRET = "sandbox-pgy-secret"  # noqa: S105 - the published password of a toy


@dataclass(frozen=True, slots=True)
class Item:
    num_iid: int
    title: str
    price_fen: int
    approve_status: str
    motif: str

    @property
    def yuan(self) -> str:
        return f"{self.price_fen // 100}.{self.price_fen % 100:02d}"


@dataclass(frozen=True, slots=True)
class Seller:
    user_id: int
    nick: str
    kind: str
    sid: int
    category: str
    advertiser_id: int
    advertiser_name: str
    corporation: str
    palette: int
    items: tuple[Item, ...]

    @property
    def pugongying_id(self) -> int:
        return 660_000 + self.advertiser_id % 1000

    @property
    def items_for_sale(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.approve_status == ONSALE)


def _items(first_id: int, rows: str) -> tuple[Item, ...]:
    """Read one item a line: price in yuan, motif, status, title."""
    items = []
    for n, row in enumerate(rows.strip().splitlines()):
        price, motif, status, title = row.split(maxsplit=3)
        items.append(Item(first_id + n * 41_273, title, int(price) * 100, status, motif))
    return tuple(items)


SELLERS = (
    Seller(
        user_id=2200657001,
        nick="山茶官方旗舰店",
        kind="B",
        sid=318840721,
        category="美妆护肤",
        advertiser_id=880001,
        advertiser_name="山茶官方旗舰店",
        corporation="上海山茶生物科技有限公司",
        palette=0,
        items=_items(
            710500318001,
            """
            298 drop  onsale  山茶花修护精华油 30ml 以油养肤
            358 drop  onsale  山茶花修护精华油 礼盒装 30ml×2
            228 drop  onsale  山茶酵母精华水 150ml 湿敷补水
            268 jar   onsale  山茶多肽乳霜 50g 干皮晚霜
            168 jar   onsale  山茶温和卸妆膏 90g 眼唇可卸
            139 drop  onsale  山茶氨基酸洁面乳 120g
            198 box   onsale  山茶舒缓修护面膜 10 片
            258 drop  onsale  山茶早 C 晚 A 精华双支 15ml×2
            188 drop  onsale  山茶清透防晒乳 SPF50+ 50ml
            388 box   onsale  山茶花礼 · 修护四件套
            99  drop  onsale  山茶润唇精华 8g
            218 jar   onsale  山茶紧致眼霜 20g
            328 box   instock 山茶冬日限定礼盒
            159 drop  instock 山茶身体精油 100ml
            """,
        ),
    ),
    Seller(
        user_id=2200657002,
        nick="山茶个护专营店",
        kind="B",
        sid=318840725,
        category="个人护理",
        advertiser_id=880002,
        advertiser_name="山茶个护专营店",
        corporation="上海山茶生物科技有限公司",
        palette=1,
        items=_items(
            710611840003,
            """
            118 drop  onsale  山茶籽油洗发水 500ml 控油蓬松
            128 drop  onsale  山茶籽油护发素 500ml
            98  drop  onsale  山茶香氛沐浴油 300ml
            88  jar   onsale  山茶护手霜三支装 40g×3
            108 jar   onsale  山茶头皮清洁海盐膏 200g
            138 drop  onsale  山茶护发精油 80ml 免洗
            79  drop  onsale  山茶氨基酸牙膏 三支装
            168 box   onsale  山茶洗护旅行套装
            148 jar   onsale  山茶焗油发膜 250g
            92  drop  instock 山茶止汗香体露 50ml
            """,
        ),
    ),
    Seller(
        user_id=2200657003,
        nick="野径户外旗舰店",
        kind="B",
        sid=318840733,
        category="运动户外",
        advertiser_id=880003,
        advertiser_name="野径户外旗舰店",
        corporation="杭州野径户外用品有限公司",
        palette=2,
        items=_items(
            711840227005,
            """
            399 peak  onsale  野径轻量徒步鞋 防滑透气
            329 peak  onsale  野径 24L 城市徒步双肩包
            259 peak  onsale  野径防晒皮肤衣 UPF50+
            189 peak  onsale  野径速干T恤 男女同款
            459 tent  onsale  野径两人速开帐篷
            299 tent  onsale  野径天幕 3×4 米 黑胶
            159 peak  onsale  野径折叠登山杖 一对
            129 peak  onsale  野径户外渔夫帽
            279 tent  onsale  野径铝合金折叠桌椅套装
            219 peak  onsale  野径保温水壶 1L
            349 tent  onsale  野径轻薄羽绒睡袋
            369 peak  instock 野径冲锋衣 三合一
            """,
        ),
    ),
    Seller(
        user_id=2200657004,
        nick="小满手作铺",
        kind="C",
        sid=318840741,
        category="手工艺品",
        advertiser_id=880004,
        advertiser_name="小满手作铺",
        corporation="小满手作铺（个体工商户）",
        palette=3,
        items=_items(
            712077390007,
            """
            128 vase  onsale  手捏粗陶花器 一件一色
            168 vase  onsale  柴烧茶杯 对杯礼盒
            98  vase  onsale  植物染棉麻桌布
            88  vase  onsale  竹编杯垫 六片
            198 vase  onsale  手工缠花发簪
            138 box   onsale  刺绣材料包 新手四款
            239 vase  onsale  草木染围巾
            118 vase  instock 羊毛毡生肖摆件
            """,
        ),
    ),
    Seller(
        user_id=2200657005,
        nick="小满家居旗舰店",
        kind="B",
        sid=318840749,
        category="家居",
        advertiser_id=880005,
        advertiser_name="小满家居旗舰店",
        corporation="景德镇小满家居有限公司",
        palette=3,
        items=_items(
            712205510009,
            """
            168 vase  onsale  粗陶餐具四件套 釉下彩
            98  vase  onsale  手绘马克杯 350ml
            228 vase  onsale  亚麻桌布 1.4×2 米
            138 box   onsale  香薰蜡烛礼盒 三款
            259 vase  onsale  陶瓷台灯 卧室床头
            118 vase  onsale  竹编收纳篮 两只装
            189 vase  onsale  手冲咖啡分享壶套装
            148 vase  instock 新年花器 限定
            """,
        ),
    ),
)

BY_USER_ID = {seller.user_id: seller for seller in SELLERS}
BY_SID = {seller.sid: seller for seller in SELLERS}
BY_ADVERTISER = {seller.advertiser_id: seller for seller in SELLERS}
BY_PUGONGYING = {seller.pugongying_id: seller for seller in SELLERS}
ITEMS = {item.num_iid: (seller, item) for seller in SELLERS for item in seller.items}
