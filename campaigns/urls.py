from django.urls import path

from campaigns.jump.views import jump
from campaigns.views import (
    campaigns,
    data,
    data_missing,
    data_quarantine,
    data_restated,
    items,
    link_form,
    links,
    notes,
    replace,
    requests,
    results,
    sheets,
    star_tasks,
)

app_name = "campaigns"
CAMPAIGN = "b/<slug:brand>/campaigns/<int:campaign_pk>/"
DATA = "b/<slug:brand>/data/"
STAR_TASK = "b/<slug:brand>/star-tasks/<int:task_pk>/"
urlpatterns = [
    path("b/<slug:brand>/campaigns/", campaigns.campaign_list, name="campaigns"),
    path("b/<slug:brand>/campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path(CAMPAIGN, campaigns.campaign_detail, name="campaign"),
    path(f"{CAMPAIGN}edit/", campaigns.campaign_edit, name="campaign_edit"),
    path(f"{CAMPAIGN}rules/", campaigns.rule_add, name="rule_add"),
    path(f"{CAMPAIGN}rules/<int:rule_pk>/remove/", campaigns.rule_remove, name="rule_remove"),
    path(f"{CAMPAIGN}take-out/", campaigns.take_out, name="take_out"),
    path("b/<slug:brand>/star-tasks/", star_tasks.star_task_list, name="star_tasks"),
    path("b/<slug:brand>/star-tasks/new/", star_tasks.star_task_create, name="star_task_create"),
    path(STAR_TASK, star_tasks.star_task_detail, name="star_task"),
    path(f"{STAR_TASK}edit/", star_tasks.star_task_edit, name="star_task_edit"),
    path(f"{STAR_TASK}notes/", star_tasks.star_task_bind, name="star_task_bind"),
    path(f"{STAR_TASK}notes/<int:row_pk>/", star_tasks.star_task_note, name="star_task_note"),
    path("b/<slug:brand>/notes/", notes.note_list, name="notes"),
    path("b/<slug:brand>/items/", items.item_list, name="items"),
    path("b/<slug:brand>/links/<int:link_pk>/replace/", replace.link_replace, name="link_replace"),
    path("b/<slug:brand>/notes/<int:note_pk>/link/", link_form.link_attach, name="link_attach"),
    path("b/<slug:brand>/notes/add/", notes.notes_add, name="notes_add"),
    path("b/<slug:brand>/notes/join/", campaigns.notes_join, name="notes_join"),
    path("b/<slug:brand>/notes/<int:note_pk>/", notes.note_detail, name="note"),
    path("b/<slug:brand>/notes/<int:note_pk>/tags/", notes.note_tag, name="note_tag"),
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
    path("b/<slug:brand>/links/<int:link_pk>/edit/", link_form.link_edit, name="link_edit"),
    path("b/<slug:brand>/links/<int:link_pk>/hand-in/", links.link_hand_in, name="link_hand_in"),
    path("b/<slug:brand>/links/<int:link_pk>/<slug:move>/", links.link_move, name="link_move"),
    path("b/<slug:brand>/results/", results.results, name="results"),
    path("b/<slug:brand>/results.csv", results.results_csv, name="results_csv"),
    path("b/<slug:brand>/data/", data.data, name="data"),
    path(f"{DATA}windows/<int:window_pk>/", data.data_window, name="data_window"),
    path(f"{DATA}quarantine/", data_quarantine.data_quarantine, name="data_quarantine"),
    path(
        f"{DATA}quarantine/again/",
        data_quarantine.data_quarantine_again,
        name="data_quarantine_again",
    ),
    path(
        f"{DATA}quarantine.<str:kind>",
        data_quarantine.data_quarantine_file,
        name="data_quarantine_file",
    ),
    path(f"{DATA}missing/", data_missing.data_missing, name="data_missing"),
    path(
        f"{DATA}missing/<slug:line>.<str:kind>",
        data_missing.data_missing_file,
        name="data_missing_file",
    ),
    path(f"{DATA}restatements/", data_restated.data_restated, name="data_restated"),
    path(
        f"{DATA}restatements/<int:store_pk>/<str:metric>/<str:day>/<str:night>/",
        data_restated.data_restated_notes,
        name="data_restated_notes",
    ),
    path("j/<str:code>", jump, name="jump"),
]
