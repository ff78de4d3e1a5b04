from django.urls import path

from merchants.views import consents, home, stores

app_name = "merchants"
urlpatterns = [
    path("b/<slug:brand>/", home.brand_home, name="brand"),
    path("b/<slug:brand>/stores/", stores.store_list, name="stores"),
    path("b/<slug:brand>/stores/register/", consents.store_register, name="store_register"),
    path("b/<slug:brand>/stores/<int:store_id>/", stores.store_detail, name="store"),
    path("b/<slug:brand>/stores/<int:store_id>/facts/", stores.store_facts, name="store_facts"),
    path(
        "b/<slug:brand>/stores/<int:store_id>/application/",
        stores.application_submit,
        name="application_submit",
    ),
    path(
        "b/<slug:brand>/stores/<int:store_id>/application/withdraw/",
        stores.application_withdraw,
        name="application_withdraw",
    ),
    path(
        "b/<slug:brand>/stores/<int:store_id>/application/appeal/",
        stores.application_appeal,
        name="application_appeal",
    ),
    path(
        "b/<slug:brand>/stores/<int:store_id>/juguang/",
        consents.juguang_connect,
        name="juguang_connect",
    ),
    path(
        "b/<slug:brand>/stores/<int:store_id>/juguang/advertiser/",
        consents.juguang_advertiser,
        name="juguang_advertiser",
    ),
    path("consent/top/", consents.top_callback, name="top_callback"),
    path("consent/juguang/", consents.juguang_callback, name="juguang_callback"),
]
