"""Who may open the result pages: anonymous, stranger, viewer, marketer, owner."""

MATRIX = [
    ("get", "/b/shancha/overview/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/overview/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/results/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/results/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/results/metrics/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/results/metrics/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/results/star/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/results/star/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/results/star.xlsx", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/results/star.xlsx", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/results.csv", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/results.csv", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/reconciliation/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/reconciliation/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/reconciliation.csv", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/reconciliation.csv", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/reconciliation/in-site/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/reconciliation/in-site/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/reconciliation/in-site.csv", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/reconciliation/in-site.csv", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/reconciliation/buckets/both/", 302, 404, 403, 403, 200),
    ("post", "/b/shancha/reconciliation/buckets/both/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/reconciliation/buckets/both.xlsx", 302, 404, 403, 403, 200),
    ("post", "/b/shancha/reconciliation/buckets/both.xlsx", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/reconciliation/orders/{store}/{order}/", 302, 404, 403, 403, 200),
    ("post", "/b/shancha/reconciliation/orders/{store}/{order}/", 302, 405, 405, 405, 405),
]
# what shows single orders: a finance member meets there what an owner does
ORDERS = {path for _method, path, *_rest in MATRIX if "/buckets/" in path or "/orders/" in path}
