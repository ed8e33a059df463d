"""Where a webhook may point: never inside, unless the setting names the network.

A name is resolved once, every address behind it must be fit, and the connection is made
to the very address that was looked at: a name that answers differently the second time
gains nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from layers.errors import LayersError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
MOST = 500


class AddressRefused(LayersError, ValueError):
    """An address that nothing is sent to."""


@dataclass(frozen=True)
class WebhookTarget:
    """Where to connect, and what to ask for there."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


def target_of(url: str, resolve: Callable[..., Iterable[Any]] | None = None) -> WebhookTarget:
    """The target of an address, looked up and found fit.

    Raises:
        AddressRefused: it is malformed, has another scheme, is unknown or leads inside.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode().lower()
    except (ValueError, UnicodeError):
        raise AddressRefused("回调地址有误") from None
    schemes = {"https": 443, **({"http": 80} if settings.WEBHOOK_ALLOW_HTTP else {})}
    if parts.scheme not in schemes:
        raise AddressRefused(f"回调地址须以 {' 或 '.join(f'{name}://' for name in schemes)} 开头")
    plain = url.isascii() and url.isprintable() and " " not in url
    if not host or not plain or "@" in parts.netloc or parts.fragment or len(url) > MOST:
        raise AddressRefused("回调地址不得含用户名、片段、空格或非 ASCII 字符，且不超过 500 个字符")
    port = schemes[parts.scheme] if port is None else port
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookTarget(
        parts.scheme, host, port, path, _fit_ip(host, port, resolve or socket.getaddrinfo)
    )


def is_fit(ip: Address) -> bool:
    """Whether something may be sent to an address: public, or in a network that is allowed."""
    inner = _embedded(ip)
    if inner is not None:
        return is_fit(inner)
    allowed = (ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS)
    if any(ip in network for network in allowed if network.version == ip.version):
        return True
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _embedded(ip: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if not isinstance(ip, ipaddress.IPv6Address):
        return None
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    packed = int(ip)
    if ip in NAT64 or packed < 2**32 and packed > 1:  # ::a.b.c.d, the old way
        return ipaddress.IPv4Address(packed & 0xFFFFFFFF)
    return None


def _fit_ip(host: str, port: int, resolve: Callable[..., Iterable[Any]]) -> str:
    try:
        found = [entry[4][0] for entry in resolve(host, port, type=socket.SOCK_STREAM)]
        ips = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
    except (OSError, ValueError, UnicodeError):
        raise AddressRefused("回调地址的主机名解析不到") from None
    if not ips or not all(map(is_fit, ips)):
        raise AddressRefused("回调地址指向不允许的网络")
    return str(ips[0])
