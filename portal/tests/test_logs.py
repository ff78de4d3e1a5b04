import json
import logging

import pytest

from portal.lib.logs import log_ids, logging_config

SECRET = "s3cret-of-the-app"


def written(said, *values, as_json=True, **extra) -> str:
    """Return the line that our configuration writes."""
    told = logging_config(as_json=as_json, secrets=[SECRET, ""])["formatters"]["line"]
    formatter = told.pop("()")(**told)
    record = logging.LogRecord("portal.night", logging.ERROR, "", 1, said, values, None)
    record.__dict__ |= extra
    return formatter.format(record)


def test_a_line_is_json_with_the_ids_of_the_work_around_it():
    with log_ids(task="campaigns.tasks.pull_window", window=7):
        line = json.loads(written("window %s closed: %s rows", 7, 24))

    assert line["event"] == "window 7 closed: 24 rows"
    assert (line["logger"], line["level"]) == ("portal.night", "error")
    assert (line["task"], line["window"]) == ("campaigns.tasks.pull_window", 7)


def test_ids_end_with_the_work():
    with log_ids(window=7):
        pass
    assert "window" not in json.loads(written("done"))


def test_a_line_for_people_stands_on_one_line_with_its_ids():
    with log_ids(brand=3):
        line = written("refused", as_json=False)

    assert line.endswith("ERROR portal.night refused brand=3")
    assert "\n" not in line


@pytest.mark.parametrize(
    "said",
    [
        f"the app said {SECRET} aloud",
        "GET /?access_token=abcdef123456&x=1",
        "{'refresh_token': 'abcdef123456'}",
        'body {"session": "abcdef123456"}',
        "Access-Token: abcdef123456",
        "Authorization: Bearer abcdef123456",
        "auth_code=abcdef123456",
    ],
)
def test_no_secret_is_written(said):
    line = written(said)

    assert SECRET not in line
    assert "abcdef123456" not in line
    assert "…" in line


def test_an_id_is_masked_like_the_words():
    with log_ids(url="https://x/?access_token=abcdef123456"):
        assert "abcdef123456" not in written("asked")


def test_what_is_no_secret_stays_as_it_is():
    said = "window 12 of store 7 put off by 60 s: 10401 code 25 invalid sign"
    assert json.loads(written(said))["event"] == said
