"""A made page's head: its titles, meta elements and JSON-LD, in the ways sites state their facts."""

import json
from html import escape

from madepress.grammar import Pen
from madepress.story import Story
from madepress.truth import Lines, plain

WAYS = ("full", "full", "full", "ld", "ld", "og", "og", "bare")
TAILS = (" | {site}", " - {site}", " – {site}", "", " :: {site}", " | {section0} | {site}")
NOISE = (
    "<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments);}</script>",
    "<style>.a{color:#111}.b p{margin:0 0 1em}</style>",
    '<link rel="preconnect" href="https://cdn.example"><link rel="stylesheet" href="/style.css">',
    '<script async src="https://ads.example/gpt.js"></script>',
    '<script type="text/javascript">var _sf={"path":"/news","uid":4711};</script>',
    '<noscript><img src="https://stats.example/p.gif" width="1" height="1"></noscript>',
)


def head(pen: Pen, story: Story, lines: Lines, url: str, standfirst: str | None) -> str:
    """The head; what it states agrees with the page."""
    way = pen.pick(WAYS)
    title = plain(story.title)
    said = standfirst or (plain(story.dek) if pen.chance(0.5) else " ".join(lines.body)[:150])
    found = [f"<title>{escape(title + pen.fill(pen.pick(TAILS)))}</title>", '<meta charset="utf-8">']
    if way != "bare" and pen.chance(0.8):
        found.append(f'<meta name="description" content="{escape(said)}">')
    found.append(f'<link rel="canonical" href="{url}">' if pen.chance(0.7) else "")
    if way in ("full", "og"):
        found += opengraph(pen, story, title, said, url)
    if way in ("full", "ld"):
        found.append(linked_data(pen, story, title, said, lines))
    found += pen.rng.sample(NOISE, pen.number(0, 4))
    return "<head>" + "\n".join(found) + "</head>"


def opengraph(pen: Pen, story: Story, title: str, said: str, url: str) -> list[str]:
    iso = story.published.isoformat()
    found = [
        f'<meta property="og:title" content="{escape(title)}">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:url" content="{url}">',
        f'<meta property="og:description" content="{escape(said)}">',
        f'<meta property="og:site_name" content="{escape(plain(pen.fill("{site}")))}">',
        f'<meta property="article:published_time" content="{iso}">',
    ]
    if pen.chance(0.6):
        found.append(f'<meta name="author" content="{escape(", ".join(story.authors))}">')
    return found


def linked_data(pen: Pen, story: Story, title: str, said: str, lines: Lines) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": pen.pick(("NewsArticle", "Article", "BlogPosting", "ReportageNewsArticle")),
        "headline": title,
        "datePublished": story.published.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "Organization", "name": plain(pen.fill("{site}"))},
    }
    if pen.chance(0.7):
        data["description"] = said
    if pen.chance(0.1):
        data["articleBody"] = pen.pick((" ", "\n\n")).join(lines.body)
    both = {"@context": data.pop("@context"), "@graph": [data]} if pen.chance(0.2) else data
    text = json.dumps(both, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'
