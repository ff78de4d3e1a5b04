from django.urls import path

from campaigns.jump.views import jump
from campaigns.views import data, links, notes, requests, results, sheets

app_name = "campaigns"
urlpatterns = [
    path("b/<slug:brand>/notes/", notes.note_list, name="notes"),
    path("b/<slug:brand>/notes/<int:note_pk>/link/", links.link_attach, name="link_attach"),
    path("b/<slug:brand>/notes/sheets/", sheets.link_sheets, name="link_sheets"),
    path("b/<slug:brand>/notes/sheets/upload/", sheets.sheet_upload, name="sheet_upload"),
    path(
        "b/<slug:brand>/notes/sheets/template.<str:kind>",
        sheets.sheet_template,
        name="sheet_template",
    ),
    path("b/<slug:brand>/notes/sheets/<int:sheet_pk>/", sheets.link_sheet, name="link_sheet"),
    path(
        "b/<slug:brand>/notes/sheets/<int:sheet_pk>/attach/",
        sheets.sheet_attach,
        name="sheet_attach",
    ),
    path(
        "b/<slug:brand>/notes/sheets/<int:sheet_pk>/result.<str:kind>",
        sheets.sheet_result,
        name="sheet_result",
    ),
    path("b/<slug:brand>/notes/requests/", requests.link_requests, name="link_requests"),
    path("b/<slug:brand>/notes/requests/import/", requests.comment_import, name="comment_import"),
    path(
        "b/<slug:brand>/notes/requests/template.<str:kind>",
        requests.comment_template,
        name="comment_template",
    ),
    path(
        "b/<slug:brand>/notes/<int:note_pk>/requests/",
        requests.note_requests,
        name="note_requests",
    ),
    path("b/<slug:brand>/links/<int:link_pk>/", links.link_detail, name="link"),
    path("b/<slug:brand>/links/<int:link_pk>/<slug:move>/", links.link_move, name="link_move"),
    path("b/<slug:brand>/results/", results.results, name="results"),
    path("b/<slug:brand>/results.csv", results.results_csv, name="results_csv"),
    path("b/<slug:brand>/data/", data.data, name="data"),
    path("j/<str:code>", jump, name="jump"),
]
