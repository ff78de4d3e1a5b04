import gzip
import os
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from portal.lib import http
from portal.lib.http import NotJson, TooLarge, Unanswered, clock_skew, parse_json, retry_after, send
from portal.tests.scripted_server import says, sends

HEAD = b"HTTP/1.1 200 OK\r\n"


def drip(start, pause=0.05):
    def reply(handler):
        handler.wfile.write(start)
        for _ in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(pause)

    return reply


def get(server, **options):
    return send("GET", server.url, **({"seconds": 3.0} | options))


def test_an_answer_carries_status_headers_body_and_hash(server):
    server.will(says("hello", x_kind="greeting"))

    answer = get(server)

    assert (answer.status, answer.headers["X-Kind"], answer.body) == (200, "greeting", b"hello")
    assert answer.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def test_a_redirect_is_an_answer_and_is_not_followed(server):
    server.will(says("", status=302, location=server.url))
    assert get(server).status == 302
    assert len(server.seen) == 1


def test_a_refusal_is_an_answer(server):
    server.will(says("no", status=401))
    assert get(server).status == 401


def test_a_gzip_body_is_unpacked(server):
    server.will(says(gzip.compress(b"hello" * 1000), content_encoding="gzip"))
    assert get(server).body == b"hello" * 1000


def test_a_proxy_in_the_environment_is_ignored(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    http._client(os.getpid()).close()
    http._client.cache_clear()
    server.will(says("direct"))
    assert get(server).body == b"direct"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_repeatable_call_survives_two_server_errors(server, status):
    server.will(says("", status=status), says("", status=status), says("good"))
    assert get(server, repeatable=True).body == b"good"


def test_a_repeatable_call_is_tried_three_times_and_no_more(server):
    server.will(*[says("", status=503)] * 4)
    with pytest.raises(Unanswered, match="HTTP 503"):
        get(server, repeatable=True)
    assert len(server.seen) == 3


def test_a_call_that_changes_something_is_sent_once(server):
    server.will(says("", status=503), says("good"))
    with pytest.raises(Unanswered, match="HTTP 503"):
        get(server)
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_was_asked_for_is_not_cut_short_by_trying_again(server, status):
    server.will(says("", status=status, retry_after="17"))
    with pytest.raises(Unanswered) as caught:
        get(server, repeatable=True)
    assert caught.value.retry_after == 17
    assert len(server.seen) == 1


def test_a_429_without_a_header_is_not_tried_again_at_once(server):
    server.will(says("", status=429))
    with pytest.raises(Unanswered) as caught:
        get(server, repeatable=True)
    assert caught.value.retry_after is None
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "start",
    [
        HEAD + b"Content-Length: 500\r\n\r\n",
        HEAD + b"X-Slow: ",
        b"",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n",
    ],
    ids=["body", "header", "status line", "chunk"],
)
def test_a_server_that_drips_is_left_at_the_deadline(server, start):
    server.will(drip(start))
    began = time.monotonic()
    with pytest.raises(Unanswered, match="ReadTimeout"):
        get(server, seconds=0.4)
    assert time.monotonic() - began < 1.0


def test_all_tries_together_end_at_the_deadline(server):
    server.will(*[drip(HEAD + b"Content-Length: 500\r\n\r\n")] * 3)
    began = time.monotonic()
    with pytest.raises(Unanswered):
        get(server, seconds=0.4, repeatable=True)
    assert time.monotonic() - began < 1.0


def test_a_stall_after_the_headers_ends_at_the_deadline(server):
    server.will(drip(HEAD + b"Content-Length: 500\r\n\r\n", pause=0.5))
    with pytest.raises(Unanswered, match="ReadTimeout"):
        get(server, seconds=0.3)


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Length: 50\r\n\r\nhalf",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"not http at all\r\n\r\n",
        b"",
    ],
    ids=["short body", "cut chunk", "no http", "nothing"],
)
def test_a_broken_answer_is_discarded_whole(server, raw):
    server.will(sends(raw))
    with pytest.raises(Unanswered, match="RemoteProtocolError"):
        get(server)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b"hello" * 1000, mtime=0)[:-9], "cut off"),
        (gzip.compress(b"hello", mtime=0) + b"and more", "follow"),
        (b"this is no gzip", "damaged"),
        (gzip.compress(b"hello" * 1000, mtime=0)[:-8] + bytes(8), "damaged"),
        (b"", "cut off"),
    ],
)
def test_a_gzip_body_that_is_not_whole_is_discarded(server, body, reason):
    server.will(says(body, content_encoding="gzip"))
    with pytest.raises(Unanswered, match=reason):
        get(server)


def test_a_gzip_bomb_is_left_at_the_cap(server):
    bomb = gzip.compress(bytes(200 * 1024 * 1024), compresslevel=9)
    server.will(says(bomb, content_encoding="gzip"))
    with pytest.raises(TooLarge):
        get(server, repeatable=True)
    assert len(server.seen) == 1


def test_a_gzip_bomb_takes_little_more_memory_than_the_cap(server):
    server.will(says(gzip.compress(bytes(200 * 1024 * 1024)), content_encoding="gzip"))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        get(server)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * http.LARGEST_BODY


def test_a_bomb_in_a_bomb_is_not_unpacked(server):
    server.will(says(gzip.compress(gzip.compress(b"0")), content_encoding="gzip, gzip"))
    with pytest.raises(Unanswered, match="not asked for"):
        get(server)


def test_a_body_of_exactly_the_cap_passes_and_one_byte_more_does_not(server):
    cap = http.LARGEST_BODY
    server.will(says(bytes(cap)), says(bytes(cap + 1)))
    assert len(get(server).body) == cap
    with pytest.raises(TooLarge):
        get(server)


def test_a_gzip_body_of_exactly_the_cap_passes(server):
    server.will(says(gzip.compress(bytes(http.LARGEST_BODY)), content_encoding="gzip"))
    assert len(get(server).body) == http.LARGEST_BODY


def test_nobody_listening_is_unanswered():
    with pytest.raises(Unanswered, match=r"ConnectError from 127\.0\.0\.1"):
        send("GET", "http://127.0.0.1:9/", seconds=2.0)


def test_each_process_has_its_own_client():
    assert http._client(os.getpid()) is http._client(os.getpid())
    assert http._client(os.getpid()) is not http._client(-1)


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17.0),
        ("0", 0.0),
        ("99999999999999999999", 86_400.0),
        ("Thu, 01 Jan 2026 12:02:00 GMT", 120.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2099 11:00:00 GMT", 86_400.0),
        ("-5", None),
        ("１７", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_reads_seconds_and_dates(value, seconds):
    assert retry_after({"retry-after": value, "date": format_datetime(NOON)}) == seconds


def test_a_date_without_the_servers_clock_counts_from_ours():
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=100))
    assert 90 < retry_after({"retry-after": until}) <= 100


def test_the_skew_of_the_servers_clock_is_seen(server):
    ahead = format_datetime(datetime.now(UTC) + timedelta(minutes=11))
    server.will(sends(HEAD + f"Date: {ahead}\r\nContent-Length: 0\r\n\r\n".encode()))
    assert clock_skew(get(server)) == pytest.approx(timedelta(minutes=11), abs=timedelta(seconds=3))


def test_without_a_date_the_skew_is_unknown(server):
    server.will(sends(HEAD + b"Content-Length: 0\r\n\r\n"))
    assert clock_skew(get(server)) is None


def test_fractions_are_decimals():
    assert parse_json(b'{"fee": 0.1, "n": 3}') == {"fee": Decimal("0.1"), "n": 3}


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b'{"fee": Infinity}',
        b"[-Infinity]",
        b"<html>",
        b"",
        b'{"a": 1',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"1" * 5000,
        b"1e" + b"9" * 30,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_json_is_refused(body):
    with pytest.raises(NotJson):
        parse_json(body)


def test_a_huge_exponent_stays_a_decimal_that_later_checks_refuse():
    assert parse_json(b"1e400") == Decimal("1e400")
