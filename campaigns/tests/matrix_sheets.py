"""Who may work with sheets of links: anonymous, stranger, viewer, marketer, owner."""

SHEETS = "/b/shancha/notes/sheets/"
SHEET = SHEETS + "{sheet}/"

MATRIX = [
    ("get", SHEETS, 302, 404, 200, 200, 200),
    ("post", SHEETS, 302, 405, 405, 405, 405),
    ("get", SHEETS + "upload/", 302, 405, 405, 405, 405),
    ("post", SHEETS + "upload/", 302, 404, 403, 422, 422),
    ("get", SHEETS + "template.csv", 302, 404, 200, 200, 200),
    ("get", SHEETS + "template.exe", 302, 404, 404, 404, 404),
    ("post", SHEETS + "template.csv", 302, 405, 405, 405, 405),
    ("get", SHEET, 302, 404, 200, 200, 200),
    ("get", SHEETS + "0/", 302, 404, 404, 404, 404),
    ("post", SHEET, 302, 405, 405, 405, 405),
    ("get", SHEET + "attach/", 302, 405, 405, 405, 405),
    ("post", SHEET + "attach/", 302, 404, 403, 302, 302),
    ("get", SHEET + "result.xlsx", 302, 404, 200, 200, 200),
    ("post", SHEET + "result.xlsx", 302, 405, 405, 405, 405),
]

REQUESTS = "/b/shancha/notes/requests/"
MATRIX += [
    ("get", REQUESTS, 302, 404, 200, 200, 200),
    ("post", REQUESTS, 302, 405, 405, 405, 405),
    ("get", REQUESTS + "import/", 302, 405, 405, 405, 405),
    ("post", REQUESTS + "import/", 302, 404, 403, 422, 422),
    ("get", REQUESTS + "template.csv", 302, 404, 200, 200, 200),
    ("post", REQUESTS + "template.csv", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/notes/{note}/requests/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/notes/{note}/requests/", 302, 405, 405, 405, 405),
]
