"""A call to an address that somebody typed: where it may lead, and that it ends."""

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils.translation import override

from portal.lib import deadline, outgoing
from portal.lib.outgoing import Forbidden, Unreached, check, is_public, parse, post
from portal.tests.scripted_server import Listener, says, sends

LOOPBACK = [ip_network("127.0.0.0/8")]
real_look_up = socket.getaddrinfo


@pytest.fixture(autouse=True)
def in_english():
    """What is refused is told in the language of the moment."""
    with override("en"):
        yield


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """Host names and their addresses, as the system's resolver would tell them."""
    known: dict[str, list[str]] = {}

    def look_up(host, port, *args, **options):
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in known[host]]
        try:
            ip_address(host)
        except ValueError:
            raise socket.gaierror(-2, "Name or service not known") from None
        return real_look_up(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def port_of(server) -> int:
    return int(server.url.rpartition(":")[2])


def call(server, **options):
    given = {"networks": LOOPBACK, "seconds": 3.0} | options
    return post(f"{server.url}/in?x=1", b'{"a":1}', {"X-Kind": "test"}, **given)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "ftp://hooks.example.com/",
        "https://user@hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nHost: x",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127.0.0.1./",
        "https://１２７.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[fe80::1%25eth0]/",
        "https://hooks..example.com/",
        "https://-hooks.example.com/",
        "https://hooks.example.com./",
        "https://hooks.example.123/",
        "https://" + "a" * 64 + ".example.com/",
        "https://hooks.example.com/" + "a" * 500,
    ],
    ids=lambda url: url[:40].encode("unicode_escape").decode() or "empty",
)
def test_an_address_that_can_be_read_in_two_ways_is_refused(names, url):
    with pytest.raises(Forbidden):
        check(url)


def test_an_address_is_rebuilt_from_its_parts():
    target = parse("HTTPS://Hooks.Example.COM:443/Path/%41?q=/a?b")

    assert (target.host, target.url) == (
        "hooks.example.com",
        "https://hooks.example.com/Path/%41?q=/a?b",
    )


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.1", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "168.63.129.16"),
        *("255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
        *("3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "5f00::1"),
    ],
)
def test_an_address_that_is_not_public_is_never_called(names, address):
    names["hooks.example.com"] = ["93.184.216.34", address]

    with pytest.raises(Forbidden, match="private network"):
        check("https://hooks.example.com/")


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "240e::1"])
def test_a_public_address_may_be_called(names, address):
    names["hooks.example.com"] = [address]

    assert check("https://hooks.example.com:8443/in") == [address]


def test_no_address_that_python_calls_private_counts_as_public():
    """Steps through all of IPv4, a network of 4,096 at a time."""
    wrong = [
        address
        for number in range(0, 2**32, 4096)
        if is_public(address := IPv4Address(number))
        and (not address.is_global or address.is_multicast or address.is_reserved)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/", "begin with https"),
        ("https://hooks.example.com:22/", "443 and 8443"),
        ("https://nowhere.example.com/", "No address is known"),
    ],
)
def test_only_https_on_its_ports_to_a_host_that_is_known(names, url, words):
    names["hooks.example.com"] = ["8.8.8.8"]

    with pytest.raises((Forbidden, Unreached), match=words):
        check(url)


def test_a_network_that_is_named_is_called_on_any_port_and_without_encryption(server):
    server.will(says("taken", status=202))

    reply = call(server)

    assert (reply.status, reply.body) == (202, b"taken")
    [seen] = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/in?x=1", b'{"a":1}')
    assert (seen.headers["x-kind"], seen.headers["accept-encoding"]) == ("test", "identity")


def test_without_that_name_loopback_is_refused_and_nothing_is_sent(server):
    with pytest.raises(Forbidden):
        call(server, networks=())
    assert server.seen == []


def test_a_resolver_that_changes_its_answer_is_asked_once(server, names, monkeypatch):
    """The check sees an address that may be called; a second look-up would see another."""
    asked = []

    def look_up(host, port, *args, **options):
        if host != "rebind.example.com":
            return real_look_up(host, port, *args, **options)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    server.will(says("taken"))
    url = f"http://rebind.example.com:{port_of(server)}/"

    assert post(url, b"", {}, networks=LOOPBACK).status == 200
    assert asked == ["rebind.example.com"]
    with pytest.raises(Forbidden, match="begin with https"):
        post(url, b"", {}, networks=LOOPBACK)
    assert len(server.seen) == 1
    assert server.seen[0].headers["host"] == f"rebind.example.com:{port_of(server)}"


def test_an_address_that_does_not_answer_is_followed_by_the_next(server, names):
    names["two.example.com"] = ["127.0.0.2", "127.0.0.1"]  # nothing listens at the first
    server.will(says("taken"))

    assert post(f"http://two.example.com:{port_of(server)}/", b"", {}, networks=LOOPBACK).status


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "http://169.254.169.254/", "//evil/"])
def test_a_redirect_is_an_answer_and_is_not_followed(server, target):
    server.will(says("", status=307, location=target))

    assert call(server).status == 307
    assert len(server.seen) == 1


def test_a_proxy_of_the_environment_is_ignored(server, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.will(says("direct"))
    assert call(server).body == b"direct"


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_a_host_that_drips_is_left_at_the_deadline(server, start):
    def drip(handler):
        handler.wfile.write(start)
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    server.will(drip)
    began = time.monotonic()

    with pytest.raises(Unreached, match="10 seconds"):
        call(server, seconds=0.5)
    assert time.monotonic() - began < 1.5


def test_a_resolver_that_says_nothing_is_left_too(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: time.sleep(2) or [])
    began = time.monotonic()

    with pytest.raises(Unreached, match="No address"):
        post("https://hooks.example.com/", b"", {}, seconds=0.3)
    assert time.monotonic() - began < 1.0


def test_no_more_of_a_body_is_read_than_the_cap(server):
    def pour(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10_000):
            handler.wfile.write(b"x" * 10_000)

    server.will(pour)

    reply = call(server)

    assert (reply.status, len(reply.body)) == (200, outgoing.LARGEST_BODY)


def test_a_body_stays_compressed_whatever_it_would_unpack_to(server):
    server.will(says(b"\x1f\x8b bomb", content_encoding="gzip"))
    assert call(server).body == b"\x1f\x8b bomb"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not http\r\n\r\n",
        b"HTTP/1.1 99 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "no http", "odd status", "cut", "endless head"],
)
def test_an_answer_that_is_none_is_told_as_broken(server, raw):
    server.will(sends(raw))
    with pytest.raises(Unreached, match="not HTTP"):
        call(server)


def test_a_port_without_listener_is_told(names):
    with pytest.raises(Unreached, match="takes no connection"):
        post("http://127.0.0.1:9/", b"", {}, networks=LOOPBACK)


def test_a_wait_that_is_asked_for_is_told(server):
    server.will(says("", status=503, retry_after="17"))
    assert call(server).retry_after == 17


@pytest.fixture
def encrypted(tmp_path, monkeypatch, names):
    """A server for hooks.example.com, whose certificate is trusted here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.com")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    hosts = x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")])
    made = made.add_extension(hosts, critical=False).sign(key, hashes.SHA256())
    bundle, secret = tmp_path / "trusted.pem", tmp_path / "server.pem"
    pem = serialization.Encoding.PEM
    bundle.write_bytes(made.public_bytes(pem))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    secret.write_bytes(key.private_bytes(pem, *plain) + made.public_bytes(pem))
    listener = Listener()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(secret)
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    listener.handle_error = lambda *args: None  # a handshake that the client breaks off
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))
    deadline._trusted_authorities.cache_clear()
    outgoing.Thread(target=listener.serve_forever, daemon=True).start()
    yield listener
    listener.shutdown()
    listener.server_close()
    deadline._trusted_authorities.cache_clear()


def test_the_certificate_is_checked_against_the_name_and_not_the_address(encrypted, names):
    names["hooks.example.com"] = names["other.example.com"] = ["127.0.0.1"]
    encrypted.script.will(says("taken"))
    port = encrypted.server_port

    reply = post(f"https://hooks.example.com:{port}/", b"", {}, networks=LOOPBACK)

    assert reply.body == b"taken"
    with pytest.raises(Unreached, match="certificate"):
        post(f"https://other.example.com:{port}/", b"", {}, networks=LOOPBACK)
    assert len(encrypted.script.seen) == 1
