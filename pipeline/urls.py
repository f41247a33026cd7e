"""Addresses: one spelling for each page, and which host it is on.

Only what cannot change the page is changed. http or https, `www.`, a final slash and the order of path
parts stay as served: sites differ in what they make of them, and a page's own canonical link decides later.
"""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from w3lib.url import safe_url_string

MAX_URL_CHARS = 2048  # what crawlers, proxies and sitemaps (sitemaps.org) have settled on

# Query parameters that say where a reader came from, never which page it is. Sorted by who adds them.
TRACKING = re.compile(
    r"utm_\w+|pk_\w+|mtm_\w+|piwik_\w+|hsa_\w+|at_(?:medium|campaign|custom\d|format)"  # whole families
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ttclid|twclid|li_fat_id|epik|igshid|igsh|srsltid"
    r"|mc_cid|mc_eid|_hsenc|_hsmi|hsctatracking|mkt_tok|vero_id|vero_conv|oly_enc_id|oly_anon_id|ck_subscriber_id"
    r"|_ga|_gl|wt_mc|wt\.mc_id|wt_zmc|cmpid|s_cid|ncid|ocid|ito|ftag|xtor|sr_share|share_from|__twitter_impression"
    r"|tracklink|gnt-cfr|guccounter|guce_referrer|guce_referrer_sig|ns_campaign|ns_mchannel|ns_source|smid|smtyp"
    r"|replytocom|outputtype|amp_js_v|amp_gsa|usqp",
    re.IGNORECASE,
)
# Parameters that are tracking or a print view with these values, and may be content with others.
TRACKING_VALUES = {
    "print": {"1", "true", "yes"},
    "amp": {"", "1", "true"},
    "ref": {"rss", "feed", "twitter", "facebook", "newsletter", "homepage", "home", "related", "social"},
    "source": {"rss", "feed", "twitter", "facebook", "newsletter", "social"},
    "from": {"rss", "feed", "twitter", "facebook", "newsletter", "homepage"},
}

_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)
_COMMENT_PAGE = re.compile(
    r"(?<=/)comment-page-\d{1,5}/?$"
)  # WordPress: the same post at a page of its comments
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str | None:
    """The one spelling of the absolute address `url`; None when it is no http(s) address one would fetch.

    Loses fragment, default port, session ids and tracking parameters; scheme and host become lower case,
    other languages' hosts punycode. Addresses with a user name or over 2048 characters are refused.
    """
    try:
        parts = urlsplit(safe_url_string(url.strip()))
        authority = _authority(parts)
    except (ValueError, UnicodeError):
        return None
    if authority is None:
        return None
    path = _COMMENT_PAGE.sub("", _SESSION.sub("", _without_dots(parts.path))) or "/"
    found = urlunsplit((parts.scheme.lower(), authority, path, _query(parts.query), ""))
    return found if len(found) <= MAX_URL_CHARS else None


def host_of(url: str) -> str:
    """The host of `url`, or of a bare host, in lower case without port and leading `www.`; "" if none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")


def is_tracking(name: str, value: str = "") -> bool:
    """Whether the query parameter only tells where the reader came from."""
    return bool(TRACKING.fullmatch(name)) or value.lower() in TRACKING_VALUES.get(name.lower(), ())


def _authority(parts: SplitResult) -> str | None:
    """Host and, where it is not the scheme's own, port; None when no server could have this name."""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or parts.username is not None or not host or len(host) > 253:
        return None
    if ":" in host:
        host = f"[{host}]"
    elif not _HOST.fullmatch(host):
        return None
    return host if parts.port in {None, _DEFAULT_PORTS[scheme]} else f"{host}:{parts.port}"


def _query(query: str) -> str:
    """`query` without tracking, every other parameter in its place and spelling."""
    if not query:
        return ""
    return "&".join(pair for pair in query.split("&") if pair and not _tracks(pair))


def _tracks(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return is_tracking(name, value)


def _without_dots(path: str) -> str:
    """`path` with `.` and `..` resolved as browsers do; empty parts stay, some sites mean them."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    ends_in_folder = path.endswith(("/.", "/.."))
    return "/" + "/".join(kept) + ("/" if ends_in_folder and kept else "")
