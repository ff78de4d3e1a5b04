from django.urls import path

from portal.sandbox import (
    adapi,
    comments,
    consent,
    creator_orders,
    direct_links,
    faults,
    oracle,
    pages,
    top,
)

urlpatterns = [
    path("", pages.index),
    path("router/rest", top.router),
    path("authorize", consent.authorize),
    path("token", consent.token),
    path("auth", consent.auth),
    path("api/open/oauth2/access_token", adapi.access_token),
    path("api/open/oauth2/refresh_token", adapi.refresh_token),
    path("api/open/jg/note/list", adapi.note_list),
    path("api/open/jg/direct-link/create", direct_links.create),
    path("api/open/jg/direct-link/delete", direct_links.delete),
    path("api/open/jg/direct-link/list", direct_links.listed),
    path("api/open/jg/data/report/offline/note", adapi.note_report),
    path("api/open/pgy/note/post/data", creator_orders.ordered_notes),
    path("tmall/item.htm", pages.item),
    path("tmall/shop/<int:sid>", pages.shop),
    path("covers/<slug:note_id>.svg", pages.cover),
    path("pics/<int:num_iid>.svg", pages.item_picture),
    path("logos/<int:sid>.svg", pages.logo),
    path("world/comments.<str:kind>", comments.sheet),
    path("world/truth", oracle.truth),
    path("world/items", oracle.items),
    path("world/control", faults.control),
]
