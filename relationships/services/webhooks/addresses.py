"""Where messages may go: to public addresses by https, unless the setting allows any."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 2000

_UNSEEN = re.compile(r"[\x00-\x20\x7f]")
_PLAIN = re.compile(r"[!-~]+")
_EMBEDS_IPV4 = ipaddress.ip_network("64:ff9b::/96")
# What counts as public, to some versions of Python, and is not: protocol assignments, which
# a cloud uses for itself, relays into IPv4, and another cloud's own services.
_NEVER = tuple(
    ipaddress.ip_network(one)
    for one in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "64:ff9b:1::/48")
)


class RefusedUrlError(ValueError):
    """Messages cannot or must not be sent to this address; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An URL taken apart: whom to connect to, and what to ask for."""

    is_tls: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """Take an URL apart, or raise `RefusedUrlError`."""
    if len(url) > LONGEST_URL:
        raise RefusedUrlError(f"Use at most {LONGEST_URL:,} characters.")
    if _UNSEEN.search(url) or "\\" in url:
        raise RefusedUrlError("Leave out spaces and backslashes; in a path write %20 and %5C.")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError as error:
        raise RefusedUrlError("This is no address: its host or port cannot be read.") from error
    _check(url, parts, host)
    is_tls = parts.scheme == "https"
    if port == 0:
        raise RefusedUrlError("Use a port from 1 to 65535.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls, host, port or (443 if is_tls else 80), path)


def _check(url: str, parts: SplitResult, host: str) -> None:
    schemes = ("https", "http") if settings.WEBHOOKS_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in schemes:
        raise RefusedUrlError(f"Begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    if not host:
        raise RefusedUrlError("Name a host, as in https://example.com/hooks.")
    if "@" in parts.netloc:
        raise RefusedUrlError(
            "Leave out the name and password: every message is signed, so the receiver can be "
            "sure who sends it."
        )
    if "#" in url:
        raise RefusedUrlError("Leave out what follows #: it is never sent.")
    if not _PLAIN.fullmatch(parts.path + parts.query + "/"):
        raise RefusedUrlError("Write special characters of the path as %C3%A9 and so on.")
    if "%" in host or not _PLAIN.fullmatch(host):
        raise RefusedUrlError("This is no address: its host cannot be read.")


def addresses_of(target: Target) -> list[str]:
    """Return the numbers a host stands for now, or raise `RefusedUrlError`.

    One that is not public among several refuses all: whoever names both means no good.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedUrlError(
            f"There is no host {target.host}, or its name server is silent."
        ) from error
    numbers = list(dict.fromkeys(str(address[0]) for *_, address in found))
    if not settings.WEBHOOKS_ALLOW_PRIVATE:
        for number in numbers:
            if not is_public(ipaddress.ip_address(number.partition("%")[0])):
                raise RefusedUrlError(
                    f"{target.host} is at {number}, which is not a public address. To allow "
                    f"addresses of your own network, set WEBHOOKS_ALLOW_PRIVATE=1 on the server."
                )
    return numbers


def check_url(url: str) -> None:
    """Raise `RefusedUrlError` unless messages could be sent to this address now."""
    addresses_of(target_of(url))


def is_public(address: Address) -> bool:
    """Whether an address belongs to nobody's own network, nor to something else in disguise.

    >>> [is_public(ipaddress.ip_address(one)) for one in ("93.184.215.14", "2606:2800::1")]
    [True, True]
    >>> [is_public(ipaddress.ip_address(one)) for one in ("169.254.169.254", "::ffff:10.0.0.1")]
    [False, False]
    """
    inner = _embedded(address)
    if inner is not None:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not (address.version == 6 and address.is_site_local)
        and not any(address in network for network in _NEVER)
    )


def _embedded(address: Address) -> Address | None:
    """Return the IPv4 address that an IPv6 address leads to."""
    if address.version == 4:
        return None
    if address in _EMBEDS_IPV4:
        return ipaddress.ip_address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
