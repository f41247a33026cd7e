"""What a server knows its own answer by: ETag and Last-Modified, sent back to it as they came.

Both are opaque to us: a weak tag stays weak, a date stays the server's, however wrong its clock.
"""

from collections.abc import Mapping

MOST_CHARS = 500  # a longer one is no validator; it would be sent with every request

ANEW = {"Cache-Control": "no-cache"}  # what asks the caches on the way not to answer for the server


VALIDATORS = ("etag", "last-modified")


def validators(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """ETag and Last-Modified of an answer's `headers`, their names in lower case; None where unusable."""
    etag, modified = headers.get("etag", "").strip(), headers.get("last-modified", "").strip()
    quoted = etag.removeprefix("W/")
    sound = len(quoted) >= 2 and quoted.startswith('"') and quoted.endswith('"') and is_sendable(etag)
    return etag if sound else None, modified if modified and is_sendable(modified) else None


def is_sendable(value: str) -> bool:
    """Whether `value` may stand in a header of ours."""
    return len(value) <= MOST_CHARS and value.isascii() and value.isprintable()


def asking(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The headers that ask for an answer only where it is another than the one known by these."""
    named = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in named.items() if value}
