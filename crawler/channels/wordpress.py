"""WordPress' own list of posts (`/wp-json/wp/v2/posts`), which says more than the site's feed."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from crawler.channels.feeds import joined, named
from crawler.channels.link import MAX_LINKS, Link, Listing, from_text, newest_first, phrase, plain

PER_PAGE = 50  # posts in one answer; WordPress gives at most 100, and a post with its text has some 20 kB
FIELDS = "link,title,date_gmt,modified_gmt,content,yoast_head_json.author"
PAGE = re.compile(r"(?<=[?&]page=)\d{1,5}\b")


def posts_address(endpoint: str, since: datetime | None = None, until: datetime | None = None) -> str:
    """Where the newest posts are, or the newest between the two moments."""
    asked = {"per_page": str(PER_PAGE), "orderby": "date", "_fields": FIELDS, "page": "1"}
    if since:
        asked["after"] = f"{since:%Y-%m-%dT%H:%M:%S}Z"
    if until:
        asked["before"] = f"{until:%Y-%m-%dT%H:%M:%S}Z"
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked, safe=',:')}"


def post_links(body: bytes, url: str) -> Listing:
    """The posts in an answer, newest first; a full answer has a next one."""
    try:
        posts = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return Listing(problem="invalid answer of WordPress: not JSON")
    if not isinstance(posts, list):
        return Listing(problem="invalid answer of WordPress: no list of posts")
    links = [link for post in posts[:MAX_LINKS] if isinstance(post, dict) and (link := post_link(post, url))]
    following = PAGE.sub(lambda page: str(int(page[0]) + 1), url) if len(posts) >= PER_PAGE else None
    problem = None if links else "WordPress names no posts"
    return Listing(newest_first(links), next_page=following, problem=problem)


def post_link(post: dict[str, Any], url: str) -> Link | None:
    """One post; None where it has no address."""
    address = joined(url, post.get("link"))
    if address is None:
        return None
    yoast = post.get("yoast_head_json")
    return Link(
        address,
        title=phrase(plain(rendered(post.get("title")))),
        published_at=from_text(post.get("date_gmt")),
        modified_at=from_text(post.get("modified_gmt")),
        author=named([yoast.get("author")]) if isinstance(yoast, dict) else None,
        text=plain(rendered(post.get("content"))),
    )


def rendered(field: object) -> object:
    """The HTML of a field."""
    return field.get("rendered") if isinstance(field, dict) else field
