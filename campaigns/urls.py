from django.urls import path

from campaigns.views import data

app_name = "campaigns"
urlpatterns = [
    path("b/<slug:brand>/data/", data.data, name="data"),
]
