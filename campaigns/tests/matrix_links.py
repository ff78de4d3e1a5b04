"""Who may open notes, links and the jump: anonymous, stranger, viewer, marketer, owner."""

NOTES = "/b/shancha/notes/"
ATTACH = NOTES + "{note}/link/"
ITEMS = "/b/shancha/items/"
LINK = "/b/shancha/links/{link}/"

MATRIX = [
    ("get", NOTES, 302, 404, 200, 200, 200),
    ("post", NOTES, 302, 405, 405, 405, 405),
    ("get", ATTACH, 302, 404, 403, 200, 200),
    ("post", ATTACH, 302, 404, 403, 422, 422),
    ("get", LINK, 302, 404, 200, 200, 200),
    ("post", LINK, 302, 405, 405, 405, 405),
    ("get", ITEMS, 302, 404, 200, 200, 200),
    ("post", ITEMS, 302, 405, 405, 405, 405),
    ("get", LINK + "replace/", 302, 404, 403, 200, 200),
    ("post", LINK + "replace/", 302, 404, 403, 422, 422),
    ("get", LINK + "pause/", 302, 405, 405, 405, 405),
    # the marketer pauses it, and the owner, who comes after, finds it paused
    ("post", LINK + "pause/", 302, 404, 403, 302, 422),
    ("post", LINK + "resume/", 302, 404, 403, 422, 422),
    ("post", LINK + "end/", 302, 404, 403, 302, 422),
    # a live link: an empty form changes nothing, and only a draft is handed in
    ("get", LINK + "edit/", 302, 404, 403, 200, 200),
    ("post", LINK + "edit/", 302, 404, 403, 422, 422),
    ("get", LINK + "hand-in/", 302, 405, 405, 405, 405),
    ("post", LINK + "hand-in/", 302, 404, 403, 422, 422),
    ("post", LINK + "withdraw/", 302, 404, 403, 422, 422),
    ("post", LINK + "vanish/", 302, 404, 403, 404, 404),
    # the jump is public: its 302 leads to Tmall
    ("get", "/j/{code}", 302, 302, 302, 302, 302),
    ("get", "/j/22222222", 404, 404, 404, 404, 404),
    ("post", "/j/{code}", 405, 405, 405, 405, 405),
]
