"""We ask nobody inside our own network, whatever the address looks like, and nobody for long."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from crm.core.outgoing import Refused, Unanswered, check_url, is_public, opened, request
from tests.webhooks.receiving import Receiver, receiving


def found(*addresses: str) -> list[tuple[Any, ...]]:
    """What getaddrinfo answers for a name with these addresses."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]


def port_of(receiver: Receiver) -> int:
    port = urlsplit(receiver.url).port
    assert port
    return port


def test_it_works(receiver):
    answer = request("POST", receiver.url + "?a=1", body=b"hello", headers={"X-Word": "care"})

    assert (answer.status, answer.body, answer.is_cut) == (200, b"thanks", False)
    came = receiver.received[0]
    assert (came.path, came.body, came.headers["x-word"]) == ("/hook?a=1", b"hello", "care")
    assert came.headers["host"] == f"127.0.0.1:{port_of(receiver)}"


@pytest.fixture
def closed_receiver(settings: Settings) -> Iterator[Receiver]:
    """A server on this machine's loopback address, which nobody has allowed."""
    settings.OUTGOING_ALLOW_HTTP = True
    with receiving() as server:
        yield server


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "LOCALHOST.",
    ],
)
def test_loopback_in_every_spelling(closed_receiver, host):
    with pytest.raises((Refused, Unanswered)):
        request("GET", f"http://{host}:{port_of(closed_receiver)}/")

    assert closed_receiver.received == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_it_is_the_check_that_refuses_them(closed_receiver, host):
    with pytest.raises(Refused, match="not on the open internet"):
        request("GET", f"http://{host}:{port_of(closed_receiver)}/")


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/"]
)
def test_the_machines_metadata(closed_receiver, url):
    with pytest.raises(Refused, match="not on the open internet"):
        request("GET", url)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "127.0.0.1",
        "0.0.0.0",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.1.1", "2606:4700::1111", "2a00:1450:4001::1"])
def test_addresses_that_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "https://",
        "https:///path",
        "https://user:word@shop.example/",
        "https://shop.example@127.0.0.1/",
        "https://shop.example:port/",
        "https://[::1/",
        "https://shop.example/a b",
        "https://shop.example/\r\nHost: other",
        "https://sho\u0440.example/",
        "shop.example",
    ],
)
def test_what_is_no_address_of_ours(url):
    with pytest.raises(Refused):
        check_url(url)


def test_a_redirect_to_loopback_is_an_answer_like_others(receiver, settings):
    with receiving("127.0.0.2") as inside:
        receiver.answers, receiver.location = [302], inside.url
        assert request("GET", receiver.url).status == 302
        assert inside.received == []


def test_the_address_that_was_checked_is_the_one_that_is_asked(settings):
    """Rebinding: the name leads to an allowed address when it is looked at, to loopback a moment later."""
    settings.OUTGOING_ALLOW_HTTP, settings.OUTGOING_ALLOWED_HOSTS = True, ["127.0.0.2/32"]
    asked = count(1)

    def rebinding(host: str, port: int, **hints: Any) -> list[tuple[Any, ...]]:
        address = "127.0.0.2" if next(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with receiving("127.0.0.2") as outside, receiving("127.0.0.1", port_of(outside)) as inside:
        url = f"http://rebind.example:{port_of(outside)}/"
        assert request("GET", url, resolve=rebinding).status == 200
        assert next(asked) == 2  # the name was asked for once
        with pytest.raises(Refused):
            request("GET", url, resolve=rebinding)
        assert outside.received[0].headers["host"] == f"rebind.example:{port_of(outside)}"
        assert (len(outside.received), inside.received) == (1, [])


def test_one_forbidden_address_among_several_refuses_all():
    with pytest.raises(Refused, match=r"127\.0\.0\.1"):
        request("GET", "https://both.example/", resolve=lambda *_, **__: found("8.8.8.8", "127.0.0.1"))


def test_a_name_that_nobody_knows():
    with pytest.raises(Unanswered, match="not known"):
        request("GET", "https://nobody.invalid/")


def test_an_answer_is_read_no_further_than_asked(receiver):
    receiver.words = b"x" * 1_000_000

    answer = request("GET", receiver.url, limit=1000)

    assert (len(answer.body), answer.is_cut) == (1000, True)


def test_a_long_answer_can_be_read_piece_by_piece(receiver):
    receiver.words = b"x" * 100_000

    with opened("GET", receiver.url) as response:
        assert sum(len(piece) for piece in iter(lambda: response.read(1 << 14), b"")) == 100_000


def test_no_answer_in_time(receiver):
    receiver.holds = threading.Event()

    began = time.monotonic()
    with pytest.raises(Unanswered, match=r"0\.3 s"):
        request("GET", receiver.url, timeout=0.3)

    assert time.monotonic() - began < 3


def test_a_byte_now_and_then_does_not_hold_us(receiver):
    receiver.words, receiver.drips = b"x" * 400, True

    began = time.monotonic()
    with pytest.raises(Unanswered, match=r"0\.5 s"):
        request("GET", receiver.url, timeout=0.5)

    assert time.monotonic() - began < 5


def test_nobody_listens(settings):
    settings.OUTGOING_ALLOW_HTTP, settings.OUTGOING_ALLOWED_HOSTS = True, ["127.0.0.1"]
    with pytest.raises(Unanswered, match="ConnectionRefusedError"):
        request("GET", "http://127.0.0.1:1/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a key and a certificate for hooks.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "hooks.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_https_with_a_certificate_of_that_name(settings, certificate, monkeypatch):
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1/32"]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with receiving(tls=tls) as server:
        here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port_of(server)))]
        ask = f"https://hooks.example:{port_of(server)}/"
        with pytest.raises(Unanswered, match="CERTIFICATE_VERIFY_FAILED"):
            request("GET", ask, resolve=lambda *_, **__: here)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert request("GET", ask, resolve=lambda *_, **__: here).status == 200
        with pytest.raises(Unanswered, match="Hostname mismatch"):
            request("GET", ask.replace("hooks", "other"), resolve=lambda *_, **__: here)
        server.words, server.drips = b"x" * 400, True
        with pytest.raises(Unanswered, match=r"0\.5 s"):
            request("GET", ask, resolve=lambda *_, **__: here, timeout=0.5)
