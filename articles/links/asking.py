"""Asking another server whether a page is there, without being led where we must not go.

Every connection is made to an address that was looked at: whatever the name says the second
time, and wherever a server sends us, nothing inside this network is asked unless the
organisation says so.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

from articles.models import Address

Found = Address.Found
SECONDS = 5.0  # of silence, on each of connect and read
PAUSE = 1.0  # between two requests to one host
HOPS = 3
MOVED = (301, 302, 303, 307, 308)
GONE = (404, 410)
SAFE = "/%:=&?~+!$,;'@()*[]-._"
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(Exception):
    """This address is inside some network, or no address that is asked."""


class Unresolved(Exception):
    """Nobody has this name."""


@dataclass(frozen=True)
class Answer:
    found: str
    status: int | None = None


def is_public(ip: str) -> bool:
    """Whether everybody's network leads to this address, whatever it is wrapped in."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inner = address.teredo[1]
        if inner is None and (address in NAT64 or address.packed[:12] == bytes(12)):
            inner = ipaddress.IPv4Address(address.packed[12:])
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def reach(host: str, port: int, *, private: bool) -> socket.socket:
    """A connection to this host, at an address that was looked at."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise Unresolved(host) from error
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5)):
            raise Unresolved(host) from error
        raise
    places = [place for *_kind, place in found if private or is_public(str(place[0]))]
    if not places:
        raise Forbidden(host)
    refusal: OSError | None = None
    for place in places[:3]:
        try:
            return socket.create_connection((str(place[0]), port), timeout=SECONDS)
        except OSError as error:
            refusal = error
    assert refusal is not None
    raise refusal


class Asker:
    """Asks addresses one after the other, no host more often than once a second."""

    def __init__(
        self, *, private: bool = False, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self.private = private
        self.wait = wait
        self.last: dict[str, float] = {}
        self.tls = ssl.create_default_context()

    def ask(self, url: str) -> Answer:
        """What the server says of this page, and of the page it sends us to."""
        try:
            return self._follow(url)
        except Forbidden:
            return Answer(Found.REFUSED)
        except Unresolved:
            return Answer(Found.UNRESOLVED)
        except (OSError, http.client.HTTPException, ValueError):
            return Answer(Found.SILENT)

    def _follow(self, url: str) -> Answer:
        for _hop in range(HOPS + 1):
            status, further = self._status(url)
            if status in MOVED and further:
                url = urljoin(url, further)
                continue
            if status in GONE:
                return Answer(Found.GONE, status)
            # Whoever wants a sign-in or has had too much of us is there all the same.
            return Answer(Found.SILENT if status >= 500 else Found.THERE, status)
        return Answer(Found.SILENT)

    def _status(self, url: str) -> tuple[int, str]:
        status, further = self._send("HEAD", url)
        if status >= 400:
            # Some servers have never heard of HEAD, and say anything.
            status, further = self._send("GET", url)
        return status, further

    def _send(self, method: str, url: str) -> tuple[int, str]:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme not in ("http", "https") or not host:
            raise Forbidden(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._be_polite(host)
        sock = reach(host, port, private=self.private)
        try:
            if parts.scheme == "https":
                sock = self.tls.wrap_socket(sock, server_hostname=host)
            connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
            connection.sock = sock
            target = quote(parts.path or "/", safe=SAFE)
            if parts.query:
                target += f"?{quote(parts.query, safe=SAFE)}"
            connection.request(method, target, headers=self._headers())
            response = connection.getresponse()
            return response.status, response.headers.get("Location", "")
        finally:
            sock.close()

    def _headers(self) -> dict[str, str]:
        agent = f"SolveLoop link check (+{settings.SITE_URL})"
        return {"User-Agent": agent, "Accept": "*/*", "Connection": "close"}

    def _be_polite(self, host: str) -> None:
        now = time.monotonic()
        free = self.last.get(host, now - PAUSE) + PAUSE
        if free > now:
            self.wait(free - now)
        self.last[host] = max(free, now)
