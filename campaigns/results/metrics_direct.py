"""The direct link's metrics, of 聚光's note report."""

from django.utils.translation import gettext_lazy as _

from campaigns.results.metric import Metric, Span, Unit

DIRECT = [
    Metric(
        "spend",
        _("Spend"),
        Unit.FEN,
        _("What the ads of the note cost on that day."),
        source="fee",
        column="fee_fen",
    ),
    Metric(
        "impression",
        _("Impressions"),
        Unit.COUNT,
        _("Times the note was shown as an ad."),
        source="impression",
        column="impression",
        tag=_("times"),
    ),
    Metric(
        "ad_click",
        _("Clicks"),
        Unit.COUNT,
        _("Clicks on the ad; in the video stream, a view of 5 seconds."),
        source="click",
        column="click",
        tag=_("times"),
    ),
    Metric(
        "reads",
        _("Reads"),
        Unit.COUNT,
        _("Reads of the note, with and without ads."),
        tag=_("times"),
        not_returned=_("Juguang's note report has no reads; of Pugongying only orders are read."),
    ),
    Metric(
        "interaction",
        _("Interactions"),
        Unit.COUNT,
        _("Likes, comments, collects, shares and follows that came from the ads."),
        source="interaction",
        column="interaction",
        tag=_("times"),
    ),
    Metric(
        "jump_click",
        _("Jumps"),
        Unit.COUNT,
        _("Clicks on the link below the note within 7 days of the ad click."),
        source="external_goods_visit_7",
        column="jump_click",
        span=Span.WEEK,
        tag=_("times"),
    ),
    Metric(
        "store_visit",
        _("Store entries"),
        Unit.COUNT,
        _("Entries into the Tmall store within 30 days of the ad click."),
        tag=_("times"),
        not_returned=_(
            "Juguang's note report has no store entries; only its console's export does."
        ),
    ),
    Metric(
        "order",
        _("Orders"),
        Unit.COUNT,
        _(
            "Orders created and paid within the window after the ad click (in the video stream:"
            " the exposure), counted on the day of that click. Refunds are not taken out."
        ),
        source="external_goods_order_{n}",
        column="order_{n}",
        span=Span.CHOSEN,
        tag=_("orders"),
    ),
    Metric(
        "gmv",
        _("GMV"),
        Unit.FEN,
        _(
            "Value of the orders created and paid within the window after the ad click (in the"
            " video stream: the exposure), on the day of that click. Refunds are not taken out."
        ),
        source="external_rgmv_{n}",
        column="gmv_{n}_fen",
        span=Span.CHOSEN,
    ),
    Metric(
        "roi",
        _("ROI"),
        Unit.RATIO,
        _("GMV ÷ spend, both of the note days whose GMV was returned."),
        source="external_rgmv_{n} ÷ fee",
        span=Span.CHOSEN,
        over=("gmv", "spend"),
    ),
    Metric(
        "ctr",
        _("Click rate"),
        Unit.SHARE,
        _("Clicks ÷ impressions."),
        source="click ÷ impression",
        over=("ad_click", "impression"),
    ),
    Metric(
        "interaction_rate",
        _("Interaction rate"),
        Unit.SHARE,
        _("Interactions ÷ clicks."),
        source="interaction ÷ click",
        over=("interaction", "ad_click"),
    ),
    Metric(
        "jump_rate",
        _("Jump rate"),
        Unit.SHARE,
        _("Jumps ÷ clicks."),
        source="external_goods_visit_7 ÷ click",
        span=Span.WEEK,
        over=("jump_click", "ad_click"),
    ),
    Metric(
        "order_rate",
        _("Order rate"),
        Unit.SHARE,
        _("Orders of the window ÷ jumps of 7 days."),
        source="external_goods_order_{n} ÷ external_goods_visit_7",
        span=Span.CHOSEN,
        over=("order", "jump_click"),
    ),
    Metric(
        "cost_per_jump",
        _("Cost per jump"),
        Unit.FEN,
        _("Spend ÷ jumps."),
        source="fee ÷ external_goods_visit_7",
        span=Span.WEEK,
        over=("spend", "jump_click"),
    ),
]
