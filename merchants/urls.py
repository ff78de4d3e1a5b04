from django.urls import path

from merchants.views import home

app_name = "merchants"
urlpatterns = [
    path("b/<slug:brand>/", home.brand_home, name="brand"),
]
