import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.destinations import (
    MESSAGES,
    RESERVED,
    BadDestination,
    Destination,
    parse_destination,
)
from portal.tests.hostile_links import HOSTILE_LINKS
from portal.tests.hostile_urls import HOSTILE

ITEM = Destination("item", item_id="612345678901")
STORE = Destination("store", shop="shancha")
CORPUS = [*HOSTILE, *HOSTILE_LINKS]


@pytest.mark.parametrize(
    "text",
    [
        "612345678901",
        "https://detail.tmall.com/item.htm?id=612345678901",
        "https://detail.m.tmall.com/item.htm?id=612345678901",
        "https://detail.tmall.com/item.htm?abbucket=12&id=612345678901&ns=1&spm=a21n57.1.0.0&skuId=5",
        "https://detail.tmall.com/item.htm?id=612345678901&q=%E5%B1%B1%E8%8C%B6&u=%2Fa%3Ab",
        "https://detail.tmall.com/item.htm?id=612345678901&back=https%3A%2F%2Fevil.com",
    ],
)
def test_an_item_is_read_and_all_else_in_its_address_is_dropped(text):
    assert parse_destination(text) == ITEM


@pytest.mark.parametrize(
    "text",
    [
        "https://shancha.tmall.com",
        "https://shancha.tmall.com/",
        "https://shancha.tmall.com/?spm=a1z10.1-b.w5001.1&scene=taobao_shop",
        "https://shancha.tmall.com/index.htm",
        "https://shancha.tmall.com/shop/view_shop.htm?user_number_id=2200657001",
        "https://shancha.m.tmall.com/",
    ],
)
def test_a_store_is_read_and_all_else_in_its_address_is_dropped(text):
    assert parse_destination(text) == STORE


def test_an_item_is_rebuilt_from_its_number():
    assert ITEM.canonical_url == "https://detail.tmall.com/item.htm?id=612345678901"
    assert ITEM.h5_url == "https://detail.m.tmall.com/item.htm?id=612345678901"


def test_a_store_is_rebuilt_from_its_name():
    assert STORE.canonical_url == "https://shancha.tmall.com/"
    assert STORE.h5_url == "https://shancha.m.tmall.com/"


@pytest.mark.parametrize("destination", [ITEM, STORE])
def test_the_deep_link_carries_the_encoded_page(destination):
    assert destination.deep_link == (
        "tbopen://m.taobao.com/tbopen/index.html?action=ali.open.nav&module=h5&h5Url="
        + destination.h5_url.translate({ord(c): f"%{ord(c):02X}" for c in ":/?="})
    )
    assert parse_qs(urlsplit(destination.deep_link).query)["h5Url"] == [destination.h5_url]


@pytest.mark.parametrize("destination", [ITEM, STORE])
def test_what_we_build_we_also_read(destination):
    assert parse_destination(destination.h5_url) == destination
    assert parse_destination(destination.canonical_url) == destination


def test_the_corpus_is_large_and_has_no_address_twice():
    assert len(CORPUS) == len(set(CORPUS)) >= 300


@pytest.mark.parametrize("text", CORPUS, ids=ascii)
def test_a_hostile_address_is_refused(text):
    with pytest.raises(BadDestination) as caught:
        parse_destination(text)
    assert caught.value.code in MESSAGES
    assert str(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("a" * 2049, "long"),
        ("https://shan cha.tmall.com/", "characters"),
        ("http://shancha.tmall.com/", "scheme"),
        ("https://shancha.tmall.com:22/", "address"),
        ("https://evil.com/", "host"),
        ("https://login.tmall.com/", "reserved"),
        ("https://shancha.tmall.com/search.htm", "page"),
        ("https://detail.tmall.com/item.htm?id=1", "item"),
    ],
)
def test_each_refusal_says_what_is_wrong(text, code):
    with pytest.raises(BadDestination) as caught:
        parse_destination(text)
    assert caught.value.code == code


def test_a_refusal_speaks_the_readers_language_when_it_is_shown():
    refusal = BadDestination("host")
    with translation.override("en"):
        assert str(refusal) == "The address must be an item or a store page at Tmall."


@pytest.mark.parametrize("shop", sorted(RESERVED))
def test_names_of_tmall_itself_are_no_stores(shop):
    with pytest.raises(BadDestination):
        parse_destination(f"https://{shop}.tmall.com/")


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": "item", "item_id": "1"},
        {"kind": "item", "item_id": "612345678901&url=evil.com"},
        {"kind": "item", "item_id": "612345678901\n"},
        {"kind": "item", "item_id": "612345678901", "shop": "shancha"},
        {"kind": "item", "shop": "shancha"},
        {"kind": "store", "shop": "evil.com/"},
        {"kind": "store", "shop": "evil.com#"},
        {"kind": "store", "shop": "login"},
        {"kind": "store", "shop": "xn--80ak6aa92e"},
        {"kind": "store", "shop": "shancha\n"},
        {"kind": "store", "shop": "shancha", "item_id": "612345678901"},
        {"kind": "store"},
        {"kind": "page", "shop": "shancha"},
    ],
)
def test_a_destination_cannot_be_made_from_bad_parts(parts):
    with pytest.raises(BadDestination):
        Destination(**parts)


HOSTS = re.compile(r"detail\.tmall\.com|detail\.m\.tmall\.com|[a-z0-9-]+(\.m)?\.tmall\.com")
PIECES = [
    *("https://", "http://", "//", "/", "\\", "@", ":", "?", "#", "&", ";", "=", "%", ".", "-"),
    *("detail.tmall.com", "detail.m.tmall.com", "shancha", ".tmall.com", ".m.tmall.com"),
    *("evil.com", "/item.htm", "id", "612345678901", "?id=612345678901", "%0d", "%2f", "xn--"),
    *("\t", "\n", " ", "\x00", "。", "／", "а", "A", "443", "login", "user:pw@"),
]


def browser_host(url):
    """Read the host as a browser does: tabs and newlines vanish, a backslash is a slash."""
    text = re.sub(r"[\t\r\n]", "", url.strip()).replace("\\", "/")
    authority = re.split(r"[/?#]", re.sub(r"^https:/*", "", text), maxsplit=1)[0]
    return unquote(authority.rpartition("@")[2].partition(":")[0]).lower()


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
        st.lists(st.sampled_from(PIECES), max_size=3).map(
            lambda tail: "https://detail.tmall.com/item.htm?id=612345678901" + "".join(tail)
        ),
        st.lists(st.sampled_from(PIECES), max_size=3).map(
            lambda middle: f"https://shancha{''.join(middle)}.tmall.com/"
        ),
    )
)
def test_whatever_is_accepted_leads_to_tmall_for_python_and_for_a_browser(text):
    try:
        destination = parse_destination(text)
    except BadDestination:
        return
    for url in (destination.h5_url, destination.canonical_url):
        assert HOSTS.fullmatch(urlsplit(url).hostname)
        assert browser_host(url) == urlsplit(url).hostname
    if not text.isdigit():
        assert HOSTS.fullmatch(urlsplit(text).hostname)
        assert browser_host(text) == urlsplit(text).hostname
