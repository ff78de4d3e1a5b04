from django.urls import path

from merchants.views import (
    account,
    agencies,
    brands,
    consent_records,
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
    path("account/sessions/<int:session_id>/end/", account.session_end, name="session_end"),
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
    path(
        "b/<slug:brand>/stores/<int:store_id>/pugongying/",
        consents.pugongying_connect,
        name="pugongying_connect",
    ),
    path(
        "b/<slug:brand>/stores/<int:store_id>/consents/<slug:partner>/withdraw/",
        consent_records.consent_withdraw,
        name="consent_withdraw",
    ),
    path("b/<slug:brand>/settings/consents/", consent_records.consent_list, name="consents"),
    path(
        "b/<slug:brand>/settings/consents/<int:record_id>/",
        consent_records.consent_detail,
        name="consent",
    ),
    path("b/<slug:brand>/policy/", policy.policy, name="policy"),
    path("b/<slug:brand>/settings/members/", members.member_list, name="members"),
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
    path("b/<slug:brand>/settings/agencies/", agencies.agency_list, name="agencies"),
    path("b/<slug:brand>/settings/agencies/offer/", agencies.agency_offer, name="agency_offer"),
    path("b/<slug:brand>/settings/agencies/<int:grant_id>/", agencies.agency_detail, name="agency"),
    path(
        "b/<slug:brand>/settings/agencies/<int:grant_id>/<slug:move>/",
        agencies.agency_move,
        name="agency_move",
    ),
    path(
        "b/<slug:brand>/settings/clients/<int:grant_id>/<slug:move>/",
        agencies.client_move,
        name="client_move",
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
    path("consent/pugongying/", consents.pugongying_callback, name="pugongying_callback"),
    path("consent/juguang/", consents.juguang_callback, name="juguang_callback"),
]
