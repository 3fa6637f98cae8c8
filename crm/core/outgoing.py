"""Requests to addresses that people typed in: never into our own network, never for long.

The name is resolved once, every address it has is checked, and the socket goes to one that was checked: a
name that answers otherwise a moment later changes nothing. Redirects are answers like others. Proxies from
the environment are not used, for behind one nobody knows which address is asked.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[..., Sequence[tuple[Any, ...]]]

UNICAST = ipaddress.ip_network("2000::/3")  # not NAT64, mapped or local addresses
NOBODYS = [  # protocols' own blocks, Teredo, 6to4 and its relays: they lead elsewhere
    ipaddress.ip_network(block) for block in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16")
]
PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """We do not ask this address; the words say why."""


class Unanswered(Exception):
    """Nobody answered, or not in time, or not in HTTP; the words say what happened."""


@dataclass(frozen=True)
class Answer:
    """What came back. `body` ends where the limit was; `is_cut` says that there was more."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool


def request(method: str, url: str, *, limit: int = 64 * 1024, **options: Any) -> Answer:
    """Ask `url` and read at most `limit` bytes of the answer; `options` are those of `opened`."""
    with opened(method, url, **options) as response:
        body = response.read(limit + 1)
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body[:limit], len(body) > limit)


@contextmanager
def opened(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 10,
    resolve: Resolver = socket.getaddrinfo,
) -> Iterator[http.client.HTTPResponse]:
    """An answer to read from while the block lasts, `timeout` seconds in all. Raises Refused, Unanswered."""
    parts = check_url(url)
    address = checked_address(str(parts.hostname), parts.port or PORTS[parts.scheme], resolve)
    connection = PinnedConnection(parts, address, timeout)
    clock = threading.Timer(timeout, connection.cut)
    clock.daemon = True
    clock.start()
    try:
        with closing(connection):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(
                method, target, body=body, headers={"Accept-Encoding": "identity", **(headers or {})}
            )
            yield connection.getresponse()
            if connection.is_late:
                raise Unanswered(_("No complete answer within %(seconds)g s.") % {"seconds": timeout})
    except (OSError, http.client.HTTPException) as error:
        if connection.is_late or isinstance(error, TimeoutError):
            raise Unanswered(_("No answer within %(seconds)g s.") % {"seconds": timeout}) from error
        raise Unanswered(f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        clock.cancel()


class PinnedConnection(http.client.HTTPConnection):
    """A connection to the address that was checked, speaking of the host that was asked for."""

    def __init__(self, parts: SplitResult, address: tuple[Any, ...], timeout: float) -> None:
        super().__init__(str(parts.hostname), parts.port or PORTS[parts.scheme], timeout=timeout)
        self.default_port = PORTS[parts.scheme]  # left out of the Host header
        self.address = address
        self.is_secure = parts.scheme == "https"
        self.is_late = False

    def connect(self) -> None:
        family, kind, protocol, _name, place = self.address
        self.sock = socket.socket(family, kind, protocol)
        self.sock.settimeout(self.timeout)
        self.sock.connect(place)
        if self.is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()  # now that `cut` can reach it
        if self.is_late:
            raise TimeoutError

    def cut(self) -> None:
        """End whatever is being waited for: a receiver that sends a byte a second would hold us for hours."""
        self.is_late = True
        sock = self.sock
        if sock is not None:
            try:
                # not SSLSocket's own: it drops the TLS state under the feet of the thread that is reading
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


def check_url(url: str) -> SplitResult:
    """The parts of an address we would ask. Raises Refused; the name itself is checked at the connect."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(_("This is not a web address.")) from error
    if parts.scheme not in PORTS or not host or any(ord(sign) <= 32 or ord(sign) >= 127 for sign in url):
        raise Refused(_("This is not a web address."))
    if parts.scheme == "http" and not settings.OUTGOING_ALLOW_HTTP:
        raise Refused(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise Refused(_("Names and passwords do not belong into an address."))
    return parts


def checked_address(host: str, port: int, resolve: Resolver) -> tuple[Any, ...]:
    """The address to connect to, as getaddrinfo gives it. One forbidden address among several refuses all."""
    try:
        found = resolve(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unanswered(_("The name %(host)s is not known.") % {"host": host}) from error
    if not found:
        raise Unanswered(_("The name %(host)s is not known.") % {"host": host})
    for entry in found:
        address = ipaddress.ip_address(entry[4][0].partition("%")[0])
        if not is_allowed(host, address):
            raise Refused(
                _("%(host)s leads to %(address)s, which is not on the open internet.")
                % {"host": host, "address": address}
            )
    return found[0]


def is_allowed(host: str, address: Address) -> bool:
    return is_public(address) or any(
        permits(entry, host, address) for entry in settings.OUTGOING_ALLOWED_HOSTS
    )


def permits(entry: str, host: str, address: Address) -> bool:
    """Whether an entry of OUTGOING_ALLOWED_HOSTS, a host name or a network, lets us go there."""
    try:
        return address in ipaddress.ip_network(entry)
    except ValueError:
        return entry.lower() == host.lower()


def is_public(address: Address) -> bool:
    """Whether an address belongs to somebody on the open internet, and is what it looks like."""
    if address.version == 6 and address not in UNICAST:
        return False
    if any(address in block for block in NOBODYS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
