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
    r"|gad_source|gad_campaignid|fb_(?:action_ids|action_types|ref|source)|mibextid|sfnsn|_openstat|s_kwcid|ef_id"
    r"|dm_i|elqtrack\w*|zanpid|wickedid|nr_email_referer|icid|intcid|noamp"
    r"|phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken"  # whose session it was
    r"|replytocom|outputtype|amp_js_v|amp_gsa|usqp",
    re.IGNORECASE,
)
# Parameters that are tracking or a print view with these values, and may be content with others.
TRACKING_VALUES = {
    "print": {"1", "true", "yes"},
    "printable": {"1", "true", "yes"},
    "view": {"print", "amp"},
    "output": {"print", "amp"},
    "amp": {"", "1", "true"},
    "ref": {"rss", "feed", "twitter", "facebook", "newsletter", "homepage", "home", "related", "social"},
    "source": {"rss", "feed", "twitter", "facebook", "newsletter", "social"},
    "from": {"rss", "feed", "twitter", "facebook", "newsletter", "homepage"},
}

_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)
_COMMENT_PAGE = re.compile(
    r"(?<=/)comment-page-\d{1,5}/?$"
)  # WordPress: the same post at a page of its comments
_BLOGGER_POST = re.compile(
    r"/\d{4}/\d{2}/[^/]+\.html"
)  # Blogger adds ?m=1 for its mobile view, ?m=0 for the other
# Google's copies of AMP pages carry the address they were made from; an "s" stands for https.
_AMP_COPY = re.compile(
    r"^https?://(?:[\w-]+\.cdn\.ampproject\.org/(?:c|v|wp)|www\.google\.[a-z.]{2,6}/amp)/(s/)?(?=[^/?#]+\.)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986, 2.3
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str | None:
    """The one spelling of the absolute address `url`; None when it is no http(s) address one would fetch.

    Loses fragment, default port, session ids and tracking parameters; scheme and host become lower case,
    other languages' hosts punycode, so that look-alike letters show. Addresses with a user name, with control
    characters or over 2048 characters are refused.
    """
    url = url.strip()
    if len(url) > 4 * MAX_URL_CHARS or _CONTROL.search(url):
        return None
    while (original := _AMP_COPY.sub(_original, url)) != url:
        url = original
    try:
        parts = urlsplit(safe_url_string(url))
        authority = _authority(parts)
    except (ValueError, UnicodeError):
        return None
    if authority is None:
        return None
    path = _COMMENT_PAGE.sub("", _SESSION.sub("", _without_dots(_unescaped(parts.path)))) or "/"
    query = _query(_unescaped(parts.query), mobile=_BLOGGER_POST.fullmatch(path) is not None)
    found = urlunsplit((parts.scheme.lower(), authority, path, query, ""))
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


def _original(copy: re.Match[str]) -> str:
    """What the beginning of an AMP copy's address stands for."""
    return "https://" if copy[1] else "http://"


def _unescaped(text: str) -> str:
    """`text` with the escapes that RFC 3986 calls needless undone and the others in capitals."""
    return _ESCAPE.sub(_escape, text) if "%" in text else text


def _escape(found: re.Match[str]) -> str:
    if not found[1]:
        return "%25"  # a percent sign that escapes nothing
    letter = chr(int(found[1], 16))
    return letter if letter in _UNRESERVED else found[0].upper()


def _query(query: str, *, mobile: bool) -> str:
    """`query` without tracking (and Blogger's `m`), every other parameter in its place and spelling."""
    if not query:
        return ""
    pairs = [pair for pair in query.split("&") if pair and not _tracks(pair)]
    return "&".join(pair for pair in pairs if not (mobile and pair in {"m=0", "m=1"}))


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
