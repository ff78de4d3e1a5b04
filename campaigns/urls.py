from django.urls import path

from campaigns.views import data, results

app_name = "campaigns"
urlpatterns = [
    path("b/<slug:brand>/results/", results.results, name="results"),
    path("b/<slug:brand>/results.csv", results.results_csv, name="results_csv"),
    path("b/<slug:brand>/data/", data.data, name="data"),
]
