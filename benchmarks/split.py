"""How real pages are split for fitting and judging: by registered domain, no site stands on both sides."""

import hashlib

from tld import get_fld

PARTS = 5


def domain_of(url: str) -> str:
    address = url.replace("hard::", "http://")
    return get_fld(address, fail_silently=True, fix_protocol=True) or address


def bucket(kind: str, domain: str, count: int) -> int:
    return hashlib.blake2b(f"{kind}:{domain}".encode(), digest_size=4).digest()[0] % count


def part_of(url: str) -> int:
    """0-4: the part of the split that the page's registered domain falls into."""
    return bucket("split", domain_of(url), PARTS)
