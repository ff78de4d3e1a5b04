"""Who may open the pages of joining: anonymous, stranger, viewer, marketer, owner."""

INVITE = "/b/shancha/settings/members/invite/"
MEMBER = "/b/shancha/settings/members/{member}/"
INVITATION = "/b/shancha/settings/invitations/{invitation}/"

MATRIX = [
    ("get", "/b/shancha/", 302, 404, 302, 302, 302),
    ("get", "/b/shancha/stores/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/stores/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/stores/{store}/", 302, 404, 200, 200, 200),
    ("get", "/b/shancha/stores/0/", 302, 404, 404, 404, 404),
    ("post", "/b/shancha/stores/register/", 302, 404, 403, 403, 302),
    ("get", "/b/shancha/stores/register/", 302, 405, 405, 405, 405),
    ("post", "/b/shancha/", 302, 405, 405, 405, 405),
    ("post", "/b/shancha/stores/{store}/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/stores/{store}/facts/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/stores/{store}/application/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/stores/{store}/juguang/", 302, 405, 405, 405, 405),
    ("post", "/b/shancha/stores/{store}/facts/", 302, 404, 403, 422, 422),
    ("post", "/b/shancha/stores/{store}/application/", 302, 404, 403, 422, 422),
    ("post", "/b/shancha/stores/{store}/juguang/", 302, 404, 403, 403, 302),
    ("get", "/b/shancha/stores/{store}/juguang/advertiser/", 302, 404, 403, 403, 302),
    ("post", "/b/shancha/stores/{store}/juguang/advertiser/", 302, 404, 403, 403, 302),
    ("get", "/b/shancha/settings/members/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/settings/members/", 302, 405, 405, 405, 405),
    ("get", INVITE, 302, 405, 405, 405, 405),
    ("post", INVITE, 302, 404, 403, 403, 422),
    ("get", MEMBER, 302, 404, 403, 403, 200),
    ("post", MEMBER, 302, 404, 403, 403, 422),
    ("get", MEMBER + "suspend/", 302, 405, 405, 405, 405),
    ("post", MEMBER + "suspend/", 302, 404, 403, 403, 302),
    ("post", MEMBER + "reinstate/", 302, 404, 403, 403, 302),
    ("post", MEMBER + "remove/", 302, 404, 403, 403, 302),
    ("post", MEMBER + "vanish/", 302, 404, 403, 403, 404),
    ("get", INVITATION + "revoke/", 302, 405, 405, 405, 405),
    ("post", INVITATION + "revoke/", 302, 404, 403, 403, 302),
    ("post", INVITATION + "resend/", 302, 404, 403, 403, 302),
    ("post", INVITATION + "vanish/", 302, 404, 403, 403, 404),
    ("get", "/brands/new/", 302, 200, 200, 200, 200),
    ("post", "/brands/new/", 302, 422, 422, 422, 422),
    # the link of an invitation opens to everybody who holds it; joining takes its address
    ("get", "/invitations/{token}/", 200, 200, 200, 200, 200),
    ("get", "/invitations/no-such-token/", 404, 404, 404, 404, 404),
    ("post", "/invitations/{token}/", 405, 405, 405, 405, 405),
    ("get", "/invitations/{invitation}/accept/", 302, 405, 405, 405, 405),
    ("post", "/invitations/{invitation}/accept/", 302, 404, 404, 404, 404),
    # without a state that we signed nobody gets further than their own pages
    ("get", "/consent/top/", 302, 302, 302, 302, 302),
    ("get", "/consent/juguang/", 302, 302, 302, 302, 302),
    ("post", "/consent/top/", 302, 405, 405, 405, 405),
    ("post", "/consent/juguang/", 302, 405, 405, 405, 405),
]
