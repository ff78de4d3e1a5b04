"""Who may open campaigns, star tasks and notes: anonymous, stranger, viewer, marketer, owner."""

CAMPAIGNS = "/b/shancha/campaigns/"
CAMPAIGN = CAMPAIGNS + "{campaign}/"
TASKS = "/b/shancha/star-tasks/"
TASK = TASKS + "{star_task}/"
NOTES = "/b/shancha/notes/"

MATRIX = [
    ("get", CAMPAIGNS, 302, 404, 200, 200, 200),
    ("post", CAMPAIGNS, 302, 405, 405, 405, 405),
    ("get", CAMPAIGNS + "new/", 302, 404, 403, 200, 200),
    ("post", CAMPAIGNS + "new/", 302, 404, 403, 422, 422),
    ("get", CAMPAIGN, 302, 404, 200, 200, 200),
    ("get", CAMPAIGNS + "0/", 302, 404, 404, 404, 404),
    ("post", CAMPAIGN, 302, 405, 405, 405, 405),
    ("get", CAMPAIGN + "edit/", 302, 404, 403, 200, 200),
    ("post", CAMPAIGN + "edit/", 302, 404, 403, 422, 422),
    ("get", CAMPAIGN + "rules/", 302, 405, 405, 405, 405),
    ("post", CAMPAIGN + "rules/", 302, 404, 403, 422, 422),
    ("get", CAMPAIGN + "rules/{rule}/remove/", 302, 405, 405, 405, 405),
    # the marketer removes it, and the owner, who comes after, finds it gone
    ("post", CAMPAIGN + "rules/{rule}/remove/", 302, 404, 403, 302, 404),
    ("get", CAMPAIGN + "take-out/", 302, 405, 405, 405, 405),
    ("post", CAMPAIGN + "take-out/", 302, 404, 403, 302, 302),
    ("get", TASKS, 302, 404, 200, 200, 200),
    ("post", TASKS, 302, 405, 405, 405, 405),
    ("get", TASKS + "new/", 302, 404, 403, 200, 200),
    ("post", TASKS + "new/", 302, 404, 403, 422, 422),
    ("get", TASK, 302, 404, 200, 200, 200),
    ("post", TASK, 302, 405, 405, 405, 405),
    ("get", TASK + "edit/", 302, 404, 403, 200, 200),
    ("post", TASK + "edit/", 302, 404, 403, 422, 422),
    ("get", TASK + "notes/", 302, 405, 405, 405, 405),
    ("post", TASK + "notes/", 302, 404, 403, 422, 422),
    ("get", TASK + "notes/{star_row}/", 302, 404, 403, 200, 200),
    ("post", TASK + "notes/{star_row}/", 302, 404, 403, 422, 422),
    ("get", TASK + "notes/0/", 302, 404, 403, 404, 404),
    ("get", NOTES + "add/", 302, 404, 403, 200, 200),
    ("post", NOTES + "add/", 302, 404, 403, 422, 422),
    ("get", NOTES + "join/", 302, 405, 405, 405, 405),
    ("post", NOTES + "join/", 302, 404, 403, 302, 302),
    ("get", NOTES + "{note}/", 302, 404, 200, 200, 200),
    ("post", NOTES + "{note}/", 302, 405, 405, 405, 405),
    ("get", NOTES + "{note}/tags/", 302, 405, 405, 405, 405),
    ("post", NOTES + "{note}/tags/", 302, 404, 403, 302, 302),
]
