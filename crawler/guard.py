"""No crawl connects to a private address: the check is made on the very address the socket will be given.

So it also covers redirects, odd spellings (`2130706433`, `0x7f.1`) and names that change their answer. One
process crawls one site, so one guard per process suffices.
"""

import ipaddress
from collections.abc import Sequence

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

# The addresses that IANA gives to hosts of the internet. Outside lie many that `is_global` lets pass: NAT64
# (64:ff9b::/96 and 64:ff9b:1::/48), IPv4 in IPv6's clothes (::127.0.0.1), site-local fec0::/10.
UNICAST = ipaddress.ip_network("2000::/3")
# The same within: 6to4, which wraps any IPv4; documentation; protocols' own addresses and relays.
CLOSED = tuple(map(ipaddress.ip_network, ("2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")))


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
    if not ip.is_global or ip.is_multicast or (ip.version == 6 and ip not in UNICAST):
        return False
    return not any(ip in network for network in CLOSED if network.version == ip.version)


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, with an answer the guard refuses turned into "no such host"."""

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802 - Twisted's
        def checked(address: str) -> str:
            if not GUARD.permits(name, address):
                raise DNSLookupError(f"{name} is at the private address {address}")
            return address

        return super().getHostByName(name, timeout).addCallback(checked)
