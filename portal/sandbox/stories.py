"""What the notes of the sandbox's world are about; the figures come from truth.py.

One note a line: advertisement starts, days it runs (- = to the end), source code, i(mage) or
v(ideo), motif, creator, title. Source codes are 聚光's: 1 own, 2 cooperation, 4 主理人, 6 employee,
11 authorised, 12 material, 13 cooperation code.
"""

from datetime import date
from typing import NamedTuple


class Story(NamedTuple):
    starts: date
    days: int | None
    source: int
    is_video: bool
    motif: str
    author: str
    title: str


SHANCHA = """
03-25 -  1  i drop   山茶官方        山茶花从采摘到瓶子里要走多少步
03-25 88 2  i drop   鹿鹿爱早睡      三十岁以后，我把晚霜换成了油
03-26 -  2  v drop   配方研究员老乔  以油养肤到底靠不靠谱？拆给你看
03-29 74 1  v drop   山茶官方        精华油的三种用法，一分钟学会
04-01 -  6  i shelf  山茶徐汇店阿宁  柜姐的梳妆台，只留这六样
04-03 -  2  v jar    今天也要卸妆    卸妆膏横评｜五支里我回购了一支
04-08 6  2  i drop   一颗青团        春天泛红别急着叠加，先做减法
04-10 -  11 i shelf  攒瓶底的阿棠    空瓶 12 支，只有 4 支会再买
04-14 -  4  i drop   山茶主理人林木  为什么我们坚持用冷榨山茶籽油
04-17 -  2  v jar    干皮观察员      面霜要搓热再上脸？我试了两周
04-22 60 12 v drop   小护的实验台    一滴精华油滴进水里会怎样
04-26 4  2  i box    周末慢半拍      敷面膜的十个坏习惯，你中了几个
05-02 -  13 i drop   阿雯的护肤手账  敏感肌 90 天记录｜从红到不红
05-06 -  2  i list   会算账的柚子    618 山茶怎么买最划算，我列好了
05-09 -  2  v shelf  早C晚A研究所   双支精华一个月，毛孔说了实话
05-12 -  1  v list   山茶官方        预售攻略｜三分钟看懂今年的满减
05-13 -  2  i gift   礼物清单控      送妈妈的护肤礼盒，她居然主动发圈
05-15 -  11 v drop   油皮小林        大油皮夏天用精华油，真的不闷吗
05-18 -  2  i drop   住在南方的猫    梅雨季皮肤总是不稳？试试湿敷
05-24 3  12 v jar    美妆剪辑师阿may 面霜质地特写，解压十五秒
06-01 -  2  v list   不囤会亏星人    第二波开始前，先把这张清单存下
06-05 -  6  i drop   山茶静安店小周  被问最多的一支眼霜，答案在最后
06-11 -  2  i drop   晴天防晒局      防晒和精华油谁先谁后？很多人错了
06-16 -  13 v gift   开箱选手豆豆    最后三天下单的礼盒，到了
"""

SHANCHA_CARE = """
03-25 -  1  i drop   山茶个护        头皮也会老，洗头别再抓了
03-28 70 2  i drop   细软塌自救协会  一周不扁塌的洗头顺序
04-04 -  2  v drop   发型师Kay       护发精油抹在哪一段，差别很大
04-12 -  11 i jar    洗漱台收纳控    海盐膏别天天用，频率写在图里
04-19 5  2  i jar    手很忙的木木    包里的护手霜，哪支不沾键盘
05-01 -  2  v drop   沐浴时间        沐浴油第一次用，别像我一样
05-08 -  6  i shelf  山茶个护阿婷    上班族的浴室，三瓶就够
05-14 -  2  i list   家庭采购员      618 个护囤货，一家三口的量
05-20 -  12 v jar    护发小剧场      发膜焗十分钟，断发少了多少
05-29 -  2  i box    出差第七天      旅行装别再倒小瓶了
06-06 2  13 v drop   校园护发社      军训前的头发急救
06-12 -  2  i drop   夏天掉发吗      数了十四天掉发，结论有点意外
"""

YEJING = """
03-25 -  1  v peak   野径户外        新手第一座千米山，路线和装备都在这
03-27 90 2  i peak   阿泽爱走路      徒步鞋选半码还是一码，脚后跟说了算
04-02 -  2  i tent   周末搭帐篷      两个人两分钟，帐篷能立起来吗
04-07 -  4  v peak   野径主理人大川  一只背包做了 41 版，我们改了什么
04-11 -  2  i peak   山野慢速        皮肤衣横评｜透气和防晒只能二选一？
04-18 8  2  i tent   带娃露营记      亲子营地避坑，别只看照片
04-24 -  11 v peak   膝盖保护协会    下山用登山杖，很多人撑反了
04-30 -  2  i tent   天幕研究员      五一露营，天幕这样拉不怕风
05-07 -  2  v peak   通勤也想爬山    24L 背包装下一周末
05-11 -  2  i list   装备党阿北      618 户外装备清单，新手版和进阶版
05-16 -  12 v tent   营地音乐会      折叠桌椅拆装慢放
05-21 -  6  i peak   野径湖滨店小陆  店里试鞋，这三句话一定要问
05-28 3  2  i peak   城市速干青年    一件速干T恤穿五天，味道如实汇报
06-03 -  2  v tent   夏夜观星        海拔 1800 米过夜，睡袋够暖吗
06-09 -  13 i peak   女生徒步小组    第一次女生组队徒步，包里有什么
06-14 -  2  i peak   端着水壶的人    一升水壶的重量，真的值得背吗
"""

XIAOMAN = """
03-26 -  1  i vase   小满手作        一团泥怎么变成花瓶
04-06 -  1  v vase   小满手作        植物染：把春天煮进一块布
04-16 60 2  i vase   住在老房子      餐桌换了一块布，饭都香了
04-28 5  2  i vase   茶席日常        柴烧杯每一只都不一样，怎么挑
05-10 -  4  v vase   小满主理人阿禾  缠花发簪，一根铜丝的十二道弯
05-19 -  2  i gift   手作礼物店      毕业季送什么，老师收到会笑
06-02 -  1  i box    小满手作        零基础刺绣，第一片叶子从哪下针
06-13 -  2  v vase   慢工阿婆        竹编杯垫，我奶奶看了都点头
"""

XIAOMAN_HOME = """
03-28 -  1  i vase   小满家居        一套餐具从素坯到出窑要烧几次
04-10 -  2  v vase   租房改造中      换一盏灯，房间就不一样了
04-16 -  6  i vase   小满家居店员阿月 竹编篮怎么洗才不发霉
04-25 -  2  i vase   早午餐俱乐部    马克杯别只看颜值，握柄才是关键
05-09 -  11 i list   收纳困难户      618 小家添置清单，只买用得上的
05-22 4  2  i box    香气手帐        三款蜡烛轮着点，哪款不呛
06-04 -  2  v vase   每天一壶        分享壶倒水不漏的秘密在壶嘴
"""


def _read(rows: str) -> tuple[Story, ...]:
    return tuple(_story(row) for row in rows.strip().splitlines())


def _story(row: str) -> Story:
    starts, days, source, form, motif, author, title = row.split(maxsplit=6)
    return Story(
        starts=date.fromisoformat(f"2025-{starts}"),
        days=None if days == "-" else int(days),
        source=int(source),
        is_video=form == "v",
        motif=motif,
        author=author,
        title=title,
    )


STORIES = {
    880001: _read(SHANCHA),
    880002: _read(SHANCHA_CARE),
    880003: _read(YEJING),
    880004: _read(XIAOMAN),
    880005: _read(XIAOMAN_HOME),
}

# 880001's notes whose conversions the platform stops returning, by place above, and from which day.
WITHHELD = {(880001, 5): date(2025, 5, 26), (880001, 10): date(2025, 6, 9)}
