"""The API's addresses open to nobody who is merely signed in: a key alone opens them."""

V1 = "/api/v1/"
PATHS = [
    f"{V1}stores/",
    f"{V1}applications/",
    f"{V1}campaigns/",
    f"{V1}notes/",
    f"{V1}links/",
    f"{V1}links/bulk/",
    f"{V1}links/{{link}}/",
    f"{V1}links/{{link}}/pause/",
    f"{V1}metrics/",
    f"{V1}metrics/query/",
    f"{V1}metrics/export.csv",
    f"{V1}exports/{{export}}/",
    f"{V1}exports/{{export}}/file/",
    f"{V1}data-status/",
    f"{V1}schema/",
]
MATRIX = [
    *((method, path, 401, 401, 401, 401, 401) for path in PATHS for method in ("get", "post")),
    ("get", f"{V1}docs/", 302, 200, 200, 200, 200),
    ("post", f"{V1}docs/", 302, 405, 405, 405, 405),
]
