from django.urls import path

from campaigns.api import catalogue, data_status, docs, exports, links, metrics

app_name = "api"
urlpatterns = [
    path("stores/", catalogue.Stores.as_view(), name="stores"),
    path("applications/", catalogue.Applications.as_view(), name="applications"),
    path("campaigns/", catalogue.Campaigns.as_view(), name="campaigns"),
    path("notes/", catalogue.Notes.as_view(), name="notes"),
    path("links/", links.Links.as_view(), name="links"),
    path("links/bulk/", links.ManyLinks.as_view(), name="links_bulk"),
    path("links/<int:link_pk>/", links.OneLink.as_view(), name="link"),
    path("links/<int:link_pk>/<slug:move>/", links.LinkMove.as_view(), name="link_move"),
    path("metrics/", metrics.MetricList.as_view(), name="metrics"),
    path("metrics/query/", metrics.MetricsQuery.as_view(), name="metrics_query"),
    path("metrics/export.<str:kind>", exports.MetricsExport.as_view(), name="metrics_export"),
    path("exports/<int:export_pk>/", exports.OneExport.as_view(), name="export"),
    path("exports/<int:export_pk>/file/", exports.ExportFile.as_view(), name="export_file"),
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("docs/", docs.docs, name="docs"),
    path("data-status/", data_status.DataStatus.as_view(), name="data_status"),
]
