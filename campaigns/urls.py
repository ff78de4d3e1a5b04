from django.urls import path

from campaigns.jump.views import jump
from campaigns.views import data, items, link_form, links, notes, replace, results

app_name = "campaigns"
urlpatterns = [
    path("b/<slug:brand>/notes/", notes.note_list, name="notes"),
    path("b/<slug:brand>/items/", items.item_list, name="items"),
    path("b/<slug:brand>/links/<int:link_pk>/replace/", replace.link_replace, name="link_replace"),
    path("b/<slug:brand>/notes/<int:note_pk>/link/", link_form.link_attach, name="link_attach"),
    path("b/<slug:brand>/links/<int:link_pk>/", links.link_detail, name="link"),
    path("b/<slug:brand>/links/<int:link_pk>/edit/", link_form.link_edit, name="link_edit"),
    path("b/<slug:brand>/links/<int:link_pk>/hand-in/", links.link_hand_in, name="link_hand_in"),
    path("b/<slug:brand>/links/<int:link_pk>/<slug:move>/", links.link_move, name="link_move"),
    path("b/<slug:brand>/results/", results.results, name="results"),
    path("b/<slug:brand>/results.csv", results.results_csv, name="results_csv"),
    path("b/<slug:brand>/data/", data.data, name="data"),
    path("j/<str:code>", jump, name="jump"),
]
