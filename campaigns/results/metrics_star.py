"""The star task's metrics, of 种草星河's export: people matched across the platforms, by sample."""

from django.utils.translation import gettext_lazy as _

from campaigns.results.metric import Line, Metric, Span, Text, Unit


def _people(key: str, label: Text, definition: Text, source: str) -> Metric:
    return Metric(
        key,
        label,
        Unit.PEOPLE,
        definition,
        source=source,
        column=key,
        span=Span.CHOSEN,
        tag=_("people"),
        line=Line.STAR,
    )


def _rate(key: str, label: Text, definition: Text, over: tuple[str, str], source: str) -> Metric:
    return Metric(
        key,
        label,
        Unit.SHARE,
        definition,
        source=source,
        over=over,
        span=Span.CHOSEN,
        line=Line.STAR,
    )


STAR = [
    _people(
        "read_uv",
        _("Readers"),
        _("People of the sample who read the task's notes on that day."),
        "阅读/播放UV",
    ),
    _people(
        "engage_uv",
        _("Interacted"),
        _("People of the sample who liked, collected, commented or shared on that day."),
        "互动UV",
    ),
    _people(
        "search_visit_uv",
        _("Visits from search"),
        _("People of the sample who searched on Taobao within the window, and visited the store."),
        "搜索进店UV",
    ),
    _people(
        "store_visit_uv",
        _("Store visits"),
        _(
            "People of the sample who visited the Tmall store on that day, having read within the"
            " window before."
        ),
        "进店UV",
    ),
    _people(
        "item_favourite_uv",
        _("Favourites"),
        _("People of the sample who marked an item as a favourite."),
        "商品收藏UV",
    ),
    _people(
        "add_to_cart_uv",
        _("Added to cart"),
        _("People of the sample who put an item into the cart."),
        "商品加购UV",
    ),
    _people(
        "order_uv",
        _("Buyers"),
        _("People of the sample who bought on that day, having read within the window before."),
        "成交UV",
    ),
    _people(
        "new_customer_uv",
        _("New buyers"),
        _("Those of the buyers who had not bought from the store before."),
        "新客成交UV",
    ),
    Metric(
        "store_gmv",
        _("Store GMV"),
        Unit.FEN,
        _("What these buyers paid on that day, for the task's items and for others."),
        source="商家GMV",
        column="store_gmv_fen",
        span=Span.CHOSEN,
        line=Line.STAR,
    ),
    Metric(
        "task_item_gmv",
        _("GMV of the task's items"),
        Unit.FEN,
        _("The part of the store GMV that the items of the creator's order brought."),
        source="订单商品成交GMV",
        column="task_item_gmv_fen",
        span=Span.CHOSEN,
        line=Line.STAR,
    ),
    _rate(
        "engage_rate",
        _("Interacted, of readers"),
        _("People who interacted ÷ readers, each counted once a day."),
        ("engage_uv", "read_uv"),
        "互动UV ÷ 阅读/播放UV",
    ),
    _rate(
        "visit_rate",
        _("Visited, of readers"),
        _("Store visits ÷ readers, people counted once a day."),
        ("store_visit_uv", "read_uv"),
        "进店UV ÷ 阅读/播放UV",
    ),
    _rate(
        "cart_rate",
        _("Added to cart, of visitors"),
        _("People who put an item into the cart ÷ store visits, people counted once a day."),
        ("add_to_cart_uv", "store_visit_uv"),
        "商品加购UV ÷ 进店UV",
    ),
    _rate(
        "buyer_rate",
        _("Bought, of visitors"),
        _("Buyers ÷ store visits, people counted once a day."),
        ("order_uv", "store_visit_uv"),
        "成交UV ÷ 进店UV",
    ),
    _rate(
        "new_customer_rate",
        _("New, of buyers"),
        _("New customers ÷ buyers, people counted once a day."),
        ("new_customer_uv", "order_uv"),
        "新客成交UV ÷ 成交UV",
    ),
]
