"""The brand's own shop inside Xiaohongshu, which is not Tmall: of 聚光's note report, in 7 days."""

from django.utils.translation import gettext_lazy as _

from campaigns.results.metric import Line, Metric, Span, Text, Unit


def _metric(
    key: str, label: Text, unit: Unit, definition: Text, *, source: str, column: str = ""
) -> Metric:
    return Metric(
        key,
        label,
        unit,
        definition,
        source=source,
        column=column or key,
        span=Span.WEEK,
        line=Line.IN_SITE,
    )


IN_SITE = [
    _metric(
        "in_site_goods_visit",
        _("Item visits"),
        Unit.COUNT,
        _("Visits to an item of the in-site shop within 7 days of the ad click."),
        source="goods_visit",
    ),
    _metric(
        "in_site_seller_visit",
        _("Shop visits"),
        Unit.COUNT,
        _("Visits to the in-site shop within 7 days of the ad click."),
        source="seller_visit",
    ),
    _metric(
        "in_site_add_to_cart",
        _("Added to cart"),
        Unit.COUNT,
        _("Items put into the in-site cart within 7 days of the ad click."),
        source="shopping_cart_add",
    ),
    _metric(
        "in_site_order",
        _("In-site orders"),
        Unit.COUNT,
        _("Orders of the in-site shop within 7 days of the ad click."),
        source="goods_order",
    ),
    _metric(
        "in_site_gmv",
        _("In-site GMV"),
        Unit.FEN,
        _("What these orders of the in-site shop came to."),
        source="rgmv",
        column="in_site_gmv_fen",
    ),
]
