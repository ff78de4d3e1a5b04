"""Who may open the data pages: anonymous, stranger, viewer, marketer, owner."""

MATRIX = [
    ("get", "/b/shancha/data/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/data/", 302, 405, 405, 405, 405),
]

IMPORTS = "/b/shancha/data/imports/"
IMPORT = IMPORTS + "{file_import}/"
MATRIX += [
    ("get", IMPORTS, 302, 404, 200, 200, 200),
    ("post", IMPORTS, 302, 405, 405, 405, 405),
    ("get", IMPORTS + "upload/", 302, 405, 405, 405, 405),
    ("post", IMPORTS + "upload/", 302, 404, 403, 422, 422),
    ("get", IMPORT, 302, 404, 200, 200, 200),
    ("get", IMPORTS + "0/", 302, 404, 404, 404, 404),
    ("post", IMPORT, 302, 405, 405, 405, 405),
    ("get", IMPORT + "apply/", 302, 405, 405, 405, 405),
    ("post", IMPORT + "apply/", 302, 404, 403, 302, 302),
    ("post", IMPORT + "nothing/", 302, 404, 403, 404, 404),
    ("get", IMPORT + "refused.csv", 302, 404, 200, 200, 200),
    ("post", IMPORT + "refused.csv", 302, 405, 405, 405, 405),
]
