from django.urls import path

from merchants.views import (
    account,
    audit,
    brands,
    consents,
    evidence,
    home,
    invitations,
    members,
    notices,
    policy,
    stores,
)

app_name = "merchants"
urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/activity/", account.activity, name="account_activity"),
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
    path("b/<slug:brand>/policy/", policy.policy, name="policy"),
    path("b/<slug:brand>/settings/members/", members.member_list, name="members"),
    path("b/<slug:brand>/settings/audit/", audit.changes, name="audit"),
    path("b/<slug:brand>/settings/audit/access/", audit.accesses, name="audit_access"),
    path("b/<slug:brand>/settings/members/invite/", members.member_invite, name="member_invite"),
    path("b/<slug:brand>/settings/members/<int:member_id>/", members.member_detail, name="member"),
    path(
        "b/<slug:brand>/settings/members/<int:member_id>/<slug:move>/",
        members.member_move,
        name="member_move",
    ),
    path(
        "b/<slug:brand>/settings/invitations/<int:invitation_id>/<slug:move>/",
        members.invitation_move,
        name="invitation_move",
    ),
    path("brands/new/", brands.brand_create, name="brand_create"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path(
        "invitations/<int:invitation_id>/accept/",
        invitations.invitation_accept,
        name="invitation_accept",
    ),
    path("b/<slug:brand>/notices/", notices.notice_list, name="notices"),
    path("b/<slug:brand>/notices/read/", notices.notices_read, name="notices_read"),
    path("b/<slug:brand>/notices/<int:notice_id>/", notices.notice_open, name="notice_open"),
    path(
        "b/<slug:brand>/notices/preferences/",
        notices.notice_preferences,
        name="notice_preferences",
    ),
    path(
        "b/<slug:brand>/stores/<int:store_id>/evidence/<slug:kind>/",
        evidence.evidence_upload,
        name="evidence_upload",
    ),
    path(
        "b/<slug:brand>/stores/<int:store_id>/evidence/<int:evidence_id>/file/",
        evidence.evidence_file,
        name="evidence_file",
    ),
    path("consent/top/", consents.top_callback, name="top_callback"),
    path("consent/juguang/", consents.juguang_callback, name="juguang_callback"),
]
