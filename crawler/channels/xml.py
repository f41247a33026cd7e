"""What must hold before bytes of a stranger reach an XML parser."""

import re

PROLOG_BYTES = 64 * 1024  # what may stand before the root element
ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|urlset|sitemapindex)\b", re.IGNORECASE)


def unfit_xml(body: bytes) -> str | None:
    """Why `body` must not reach an XML parser; None where it may.

    Entities are declared before the root element, so bombs and external entities show there. A document
    type alone is harmless and old feeds have one.
    """
    prolog = uncommented(body[:PROLOG_BYTES].replace(b"\0", b""))  # UTF-16 reads like ASCII without its zeros
    root = ROOT.search(prolog)
    if root is None:
        return "no feed or sitemap element at its beginning"
    return "it declares entities" if b"<!ENTITY" in prolog[: root.start()].upper() else None


def uncommented(prolog: bytes) -> bytes:
    """`prolog` without comments and instructions, in which anything may stand, such as a root element."""
    for opening, closing in ((b"<!--", b"-->"), (b"<?", b"?>")):
        first, *rest = prolog.split(opening)
        prolog = first + b" ".join(part.partition(closing)[2] for part in rest)
    return prolog
