"""Bytes that sites put around stories: feeds, sitemaps, page heads, the plain parts of a body."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from html import escape

from demo.page import Answer
from demo.story import LINK, Piece, Story

HTML = "text/html; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"


def html_answer(text: str, status: int = 200, charset: str = "utf-8") -> Answer:
    """A page of `text`; characters its charset lacks become references."""
    kind = {"Content-Type": f"text/html; charset={charset}"}
    return Answer(text.encode(charset, "xmlcharrefreplace"), status, kind)


def lasting(text: str, kind: str, changed_at: datetime) -> Answer:
    """A feed or sitemap that can be asked for again by ETag or date."""
    body = text.encode()
    tag = blake2b(body, digest_size=8).hexdigest()
    changed = format_datetime(changed_at.astimezone(UTC), usegmt=True)
    return Answer(body, 200, {"Content-Type": kind, "ETag": f'"{tag}"', "Last-Modified": changed})


def linked(line: str, href: Callable[[str], str]) -> str:
    """`line` as HTML, its [words](slug) turned into links."""
    parts, end = [], 0
    for match in LINK.finditer(line):
        parts += [escape(line[end : match.start()], quote=False)]
        parts += [f'<a href="{escape(href(match[2]))}">{escape(match[1], quote=False)}</a>']
        end = match.end()
    return "".join([*parts, escape(line[end:], quote=False)])


def block(part: Piece, href: Callable[[str], str]) -> str:
    """A piece of the body as HTML; pictures are each site's own affair."""
    lines = [linked(line, href) for line in part.lines]
    match part.kind:
        case "list":
            return "<ul>\n" + "\n".join(f"<li>{line}</li>" for line in lines) + "\n</ul>"
        case "quote":
            return "<blockquote>" + "".join(f"<p>{line}</p>" for line in lines) + "</blockquote>"
        case "table":
            return table(part.cells)
        case kind:
            return "\n".join(f"<{kind}>{line}</{kind}>" for line in lines)


def table(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = [[escape(cell, quote=False) for cell in row if cell] for row in rows]
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rest)
    return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def jsonld(story: Story, url: str, publisher: str, **more: object) -> str:
    """The script element in which a page states its article as schema.org data."""
    fields: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": story.title,
        "datePublished": story.at.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.by],
        "publisher": {"@type": "Organization", "name": publisher},
        "articleSection": story.section,
        "keywords": list(story.tags),
        **more,
    }
    if not story.by:
        del fields["author"]
    text = json.dumps(fields, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def metas(story: Story) -> str:
    """Author, date, section and tags as meta elements."""
    lines = [f'<meta name="author" content="{escape(name)}">' for name in story.by]
    lines += [f'<meta property="article:published_time" content="{story.at.isoformat()}">']
    lines += [f'<meta property="article:section" content="{escape(story.section)}">']
    lines += [f'<meta property="article:tag" content="{escape(tag)}">' for tag in story.tags]
    return "\n".join(lines)


def head(title: str, url: str, language: str, extra: str = "", *, charset: bool = True) -> str:
    """The document's opening up to the end of its head; `title` carries the site's tail already."""
    meta = '<meta charset="utf-8">\n' if charset else ""
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
{meta}<title>{escape(title, quote=False)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="canonical" href="{escape(url)}">
{extra}
</head>
"""


def rss(title: str, home: str, items: Iterable[str], changed_at: datetime) -> str:
    """An RSS 2.0 feed around ready items."""
    body = "\n".join(items)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>{escape(title)}</title>
<link>{escape(home)}</link>
<description>{escape(title)}</description>
<lastBuildDate>{format_datetime(changed_at)}</lastBuildDate>
{body}
</channel>
</rss>
"""


def rss_item(title: str, url: str, at: datetime, teaser: str, by: Sequence[str] = ()) -> str:
    """One entry of an RSS feed; `teaser` is HTML."""
    creators = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in by)
    return (
        f"<item><title>{escape(title, quote=False)}</title><link>{escape(url)}</link>"
        f'<guid isPermaLink="true">{escape(url.partition("?")[0])}</guid>'
        f"<pubDate>{format_datetime(at)}</pubDate>{creators}"
        f"<description>{escape(teaser, quote=False)}</description></item>"
    )


def news_sitemap(stories: Iterable[Story], url_of: Callable[[Story], str], name: str, language: str) -> str:
    """A Google-News sitemap of `stories`."""
    entries = "\n".join(
        f"<url><loc>{escape(url_of(story))}</loc><news:news><news:publication><news:name>{name}</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{story.at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.title, quote=False)}</news:title></news:news></url>"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{entries}\n</urlset>\n'
    )


def robots(home: str, sitemaps: Sequence[str], disallowed: Sequence[str]) -> Answer:
    """A robots.txt for everybody."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in disallowed), ""]
    lines += [f"Sitemap: {home}{path.lstrip('/')}" for path in sitemaps]
    return Answer("\n".join(lines).encode() + b"\n", 200, {"Content-Type": "text/plain; charset=utf-8"})
