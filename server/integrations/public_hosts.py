"""Connections to addresses that others have given us: to public hosts only, whatever their names lead to.

A host's name is looked up here and the connection made to the very address that was looked at, so a name that leads
elsewhere a moment later changes nothing; and every redirect comes this way again.
"""

import asyncio
import ipaddress
import socket
import ssl
from functools import cache
from ipaddress import IPv4Address, IPv6Address

import httpx

from server.integrations.asking import NotAnswered
from sessions.channels import Trouble

Address = IPv4Address | IPv6Address

# What stands behind a gateway from IPv6 (RFC 6052), an IPv4 address in its last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Is this address one that everybody in the internet can reach, and one host's?"""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.sixtofour is not None and not is_public(address.sixtofour):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


@cache
def _usual_authorities() -> ssl.SSLContext:
    """Reading all authorities' certificates takes a tenth of a second: once is enough."""
    return httpx.create_ssl_context(trust_env=False)


class PublicHosts(httpx.AsyncBaseTransport):
    """A transport of requests without a body that reaches public hosts by https, and nothing else.

    Args:
        loopback: this very machine as well, and there by http, too: for development and tests.
        tls: whose certificates count; None: the usual authorities'.
    """

    def __init__(self, *, loopback: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self._loopback = loopback
        # Connections are known by address: one that is kept could serve another name, with the first one's certificate.
        self._inner = httpx.AsyncHTTPTransport(
            verify=tls or _usual_authorities(), trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Raises:
            NotAnswered: FORBIDDEN.
            httpx.TransportError: as usual.
        """
        host, secure = request.url.host, request.url.scheme == "https"
        found = await _addresses(host, request.url.port or (443 if secure else 80))
        if not all(self._may_reach(address, secure) for address in found):
            raise NotAnswered(Trouble.FORBIDDEN)
        for address in found[:-1]:
            try:
                return await self._inner.handle_async_request(_directed(request, address))
            except httpx.ConnectError:
                continue
        return await self._inner.handle_async_request(_directed(request, found[-1]))

    def _may_reach(self, address: Address, secure: bool) -> bool:
        return (secure and is_public(address)) or (self._loopback and address.is_loopback)


def _directed(request: httpx.Request, address: Address) -> httpx.Request:
    """The request, to one address. The host's name stays in its head, and is what the certificate must be for."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


async def _addresses(host: str, port: int) -> list[Address]:
    """Where a name leads; at least one.

    Raises:
        httpx.ConnectError: there is no such host.
    """
    try:
        if port >= 1 << 16:
            raise ValueError("there is no such port")
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [ipaddress.ip_address(name[4][0]) for name in found]
    except (OSError, UnicodeError, ValueError) as error:
        raise httpx.ConnectError("no such host") from error
