"""No crawl connects to a private address: the check is made on the very address the socket will be given.

So it also covers redirects, odd spellings (`2130706433`, `0x7f.1`) and names that change their answer. One
process crawls one site, so one guard per process suffices.
"""

import ipaddress
from collections.abc import Sequence

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

NAT64 = ipaddress.ip_network("64:ff9b::/96")  # `is_global` calls it and multicast global; behind it lies IPv4


class Guard:
    """Which private hosts this process may reach, and which it was kept from."""

    def __init__(self) -> None:
        self.allowed: set[str] = set()  # host names whose site file says allow_private
        self.refused: set[str] = set()

    def permits(self, host: str, address: str) -> bool:
        """Whether a connection to `address`, found for `host`, may be made; a refusal is remembered."""
        if host in self.allowed or is_public(address):
            return True
        self.refused.add(host)
        return False


GUARD = Guard()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return ip.is_global and not ip.is_multicast and not (ip.version == 6 and ip in NAT64)


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, with an answer the guard refuses turned into "no such host"."""

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802 - Twisted's
        def checked(address: str) -> str:
            if not GUARD.permits(name, address):
                raise DNSLookupError(f"{name} is at the private address {address}")
            return address

        return super().getHostByName(name, timeout).addCallback(checked)
