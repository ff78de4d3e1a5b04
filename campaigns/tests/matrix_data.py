"""Who may open the data pages: anonymous, stranger, viewer, marketer, owner."""

DATA = "/b/shancha/data/"
QUARANTINE = DATA + "quarantine/"
MISSING = DATA + "missing/"
RESTATED = DATA + "restatements/"
MOVED = RESTATED + "{store}/note.gmv_15/2025-06-18/2025-06-20/"
PLACED = MOVED.replace("note.gmv_15", "placement.gmv_15")

MATRIX = [
    ("get", "/b/shancha/data/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/data/", 302, 405, 405, 405, 405),
    ("get", DATA + "windows/{window}/", 302, 404, 200, 200, 200),
    ("get", DATA + "windows/0/", 302, 404, 404, 404, 404),
    ("post", DATA + "windows/{window}/", 302, 405, 405, 405, 405),
    ("get", QUARANTINE, 302, 404, 200, 200, 200),
    ("post", QUARANTINE, 302, 405, 405, 405, 405),
    ("get", QUARANTINE + "again/", 302, 405, 405, 405, 405),
    ("post", QUARANTINE + "again/", 302, 404, 403, 302, 302),
    ("get", DATA + "quarantine.csv", 302, 404, 200, 200, 200),
    ("get", DATA + "quarantine.exe", 302, 404, 404, 404, 404),
    ("post", DATA + "quarantine.csv", 302, 405, 405, 405, 405),
    ("get", DATA + "placements/{store}/", 302, 405, 405, 405, 405),
    ("post", DATA + "placements/{store}/", 302, 404, 403, 302, 302),
    ("post", DATA + "placements/0/", 302, 404, 403, 404, 404),
    ("get", MISSING, 302, 404, 200, 200, 200),
    ("post", MISSING, 302, 405, 405, 405, 405),
    ("get", MISSING + "notes.csv", 302, 404, 200, 200, 200),
    ("get", MISSING + "star.xlsx", 302, 404, 200, 200, 200),
    ("get", MISSING + "nothing.csv", 302, 404, 404, 404, 404),
    ("post", MISSING + "notes.csv", 302, 405, 405, 405, 405),
    ("get", RESTATED, 302, 404, 200, 200, 200),
    ("post", RESTATED, 302, 405, 405, 405, 405),
    ("get", MOVED, 302, 404, 200, 200, 200),
    ("get", RESTATED + "{store}/nothing/2025-06-18/2025-06-20/", 302, 404, 404, 404, 404),
    ("get", RESTATED + "{store}/note.gmv_15/someday/2025-06-20/", 302, 404, 404, 404, 404),
    ("get", PLACED + "?part=1", 302, 404, 200, 200, 200),
    ("get", PLACED, 302, 404, 404, 404, 404),
    ("post", MOVED, 302, 405, 405, 405, 405),
]

FILES = DATA + "files/{store}/console/0/"
MATRIX += [
    ("get", FILES + "2025-06-18/", 302, 404, 200, 200, 200),
    ("get", FILES + "2025-02-30/", 302, 404, 404, 404, 404),
    ("get", FILES + "someday/", 302, 404, 404, 404, 404),
    ("get", DATA + "files/{store}/nothing/0/2025-06-18/", 302, 404, 404, 404, 404),
    ("post", FILES + "2025-06-18/", 302, 405, 405, 405, 405),
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
    ("get", "/b/shancha/data/exports/", 302, 404, 200, 200, 200),
    ("post", "/b/shancha/data/exports/", 302, 405, 405, 405, 405),
    ("get", "/b/shancha/data/exports/new/", 302, 405, 405, 405, 405),
    # without a question there is nothing to ask for
    ("post", "/b/shancha/data/exports/new/", 302, 404, 404, 404, 404),
    # somebody else's, which nobody but they may find
    ("get", "/b/shancha/data/exports/{export}/file/", 302, 404, 404, 404, 404),
    ("post", "/b/shancha/data/exports/{export}/file/", 302, 405, 405, 405, 405),
]
