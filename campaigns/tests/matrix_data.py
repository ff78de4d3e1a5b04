"""Who may open the data pages: anonymous, stranger, viewer, marketer, owner."""

MATRIX = [
    ("get", "/b/shancha/data/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/data/", 302, 405, 405, 405, 405),
]
