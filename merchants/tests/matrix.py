"""Who may open the pages of joining: anonymous, stranger, viewer, marketer, owner."""

MATRIX = [
    ("get", "/account/", 302, 200, 200, 200, 200),
    ("post", "/account/", 302, 405, 405, 405, 405),
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
    # without a state that we signed nobody gets further than their own pages
    ("get", "/consent/top/", 302, 302, 302, 302, 302),
    ("get", "/consent/juguang/", 302, 302, 302, 302, 302),
    ("post", "/consent/top/", 302, 405, 405, 405, 405),
    ("post", "/consent/juguang/", 302, 405, 405, 405, 405),
]
