"""Crankcase Courier: a made English site in the shape of a 2019 car blog, pictures between the paragraphs."""

from collections.abc import Sequence
from html import escape

from demo import traps
from demo.markup import (
    RSS,
    XML,
    block,
    head,
    html_answer,
    jsonld,
    lasting,
    metas,
    news_sitemap,
    robots,
    rss,
    rss_item,
)
from demo.page import Answer, DemoCaption, DemoPage, MadeSite
from demo.story import Piece, Story, body_lines, stories

NAME, TITLE, LANGUAGE = "crankcase", "Crankcase Courier", "en"
PER_PAGE = 8
FEED_ITEMS = 10
ARTICLES = r"(?:news|features)/[a-z0-9-]+$"
OPINIONS = (
    ("gasket_greg", "Called it. I said this on here two years ago and got laughed out of the thread."),
    ("MidwestMiles", "My brother-in-law works for a supplier and swears this is only half of the story."),
    ("tina.v", "Nice write-up, but where are the pictures of the trunk?"),
    ("oldschool77", "They lost me when they took away the dipstick."),
    ("wrenchbender", "Wake me up when one of these shows up on my used lot."),
)


def site(home: str) -> MadeSite:
    """The whole site as served at `home`."""
    told = stories(NAME)
    pages = {url_path(story): article(home, story) for story in told}
    answers = {path: html_answer(text) for path, (text, _) in pages.items()}
    trap_pages, trap_answers = traps.pages(NAME, home, lambda title, body: frame(title, home, body))
    answers |= trap_answers | listings(home, told, trap_pages) | channels(home, told)
    articles = tuple(page for _, page in pages.values())
    return MadeSite(NAME, TITLE, home, articles + trap_pages, answers)


def url_path(story: Story) -> str:
    return f"/news/{story.slug}"


def url_of(home: str, story: Story) -> str:
    return home.rstrip("/") + url_path(story)


def channels(home: str, told: Sequence[Story]) -> dict[str, Answer]:
    """Feed (with the byte order mark such sites sent), news sitemap and robots.txt."""
    items = [
        rss_item(s.title, url_of(home, s), s.at, escape(s.dek or "", quote=False), s.by)
        for s in told[:FEED_ITEMS]
    ]
    feed = "\ufeff" + rss(TITLE, home, items, told[0].at)
    news = news_sitemap(told, lambda story: url_of(home, story), TITLE, LANGUAGE)
    return {
        "/rss/news": lasting(feed, RSS, told[0].at),
        "/sitemaps/news.xml": lasting(news, XML, told[0].at),
        "/robots.txt": robots(home, ["/sitemaps/news.xml"], ["/search", "/news/drafts-"]),
    }


def listings(home: str, told: Sequence[Story], others: Sequence[DemoPage]) -> dict[str, Answer]:
    """The paged list of news; its first page also links to everything that only looks like an article."""
    pages = [told[start : start + PER_PAGE] for start in range(0, len(told), PER_PAGE)]
    answers = {}
    for number, shown in enumerate(pages, start=1):
        path = "/news" if number == 1 else f"/news?page={number}"
        more = f'<a rel="next" href="/news?page={number + 1}">Older posts</a>' if number < len(pages) else ""
        teasers = "\n".join(card(url_path(s), s.title, s.dek or "") for s in shown)
        if number == 1:
            linked = [page for page in others if "section" in page.channels]
            teasers += "\n".join(card(page.url, page.title or "", "") for page in linked)
        body = f'<main class="feed"><h1>Car News</h1>\n{teasers}\n<nav class="pager">{more}</nav></main>'
        answers[path] = html_answer(frame("Car News", home.rstrip("/") + path, body))
    return answers | {"/": answers["/news"]}


def card(href: str, title: str, dek: str) -> str:
    return (
        f'<div class="feed-item"><div class="cb-post-preview__right"><a href="{escape(href)}">'
        f'{escape(title)}</a><p class="cb-post-preview__subtitle">{escape(dek)}</p></div></div>'
    )


def frame(title: str, url: str, body: str, extra: str = "") -> str:
    """`body` between the site's header and footer."""
    return f"""{head(f"{title} | {TITLE}", url, LANGUAGE, extra)}<body>
<header class="site-header"><a class="logo" href="/">{TITLE}</a>
<nav class="main-nav"><ul><li><a href="/news">News</a></li><li><a href="/reviews">Reviews</a></li>
<li><a href="/cars">Cars For Sale</a></li><li><a href="/search">Search</a></li></ul></nav></header>
{body}
<footer class="site-footer"><p>© 2026 {TITLE}. All rights reserved.</p>
<ul><li><a href="/about">About Us</a></li><li><a href="/privacy">Privacy Policy</a></li></ul></footer>
</body>
</html>
"""


def article(home: str, story: Story) -> tuple[str, DemoPage]:
    """The page of `story` and its truth."""
    url = url_of(home, story)
    more = {"description": story.dek, "image": [f"{home}img/{story.slug}-0.jpg"]}
    data = jsonld(story, url, TITLE, **more) if story.data == "jsonld" else metas(story)
    social = '<meta property="og:type" content="article">\n'
    social += f'<meta property="og:title" content="{escape(story.title)}">'
    described = f'<meta name="description" content="{escape(story.dek or "")}">'
    text = frame(story.title, url, post(story), f"{social}\n{described}\n{data}")
    return text, truth(url, story)


def post(story: Story) -> str:
    content = "\n".join(body_parts(story))
    line = f'<div class="post-byline">By {byline(story)}</div>' if story.byline and story.by else ""
    return f"""<main class="post-page">
<h1 class="post-title">{escape(story.title, quote=False)}</h1>
<div class="post-crumb"><a href="/news">{story.section}</a> / <a href="#comments">{counter(story)}</a></div>
<h2 class="post-subtitle">{escape(story.dek or "", quote=False)}</h2>
{line}
<ul class="post-share-toolbar"><li>Facebook</li><li>Twitter</li><li>Email</li></ul>
<div class="post-content">
{content}
</div>
{discussion(story)}
{thumbs(story)}
{cards(story)}
<a class="to-top" href="#top">To Top</a>
</main>"""


def byline(story: Story) -> str:
    return " and ".join(f'<a rel="author" href="/authors/{name[0].lower()}">{name}</a>' for name in story.by)


def counter(story: Story) -> str:
    """The words behind the slash of the breadcrumb; without comments the number is missing."""
    word = "Comment" if story.comments == 1 else "Comments"
    return f"{story.comments} {word}" if story.comments else word


def body_parts(story: Story) -> list[str]:
    parts = [
        gallery(piece, story) if piece.kind == "pictures" else block(piece, lambda slug: f"/news/{slug}")
        for piece in story.pieces
    ]
    parts.insert(2, '<div class="cb-video-ad-block">Advertisement</div>')
    return parts


def gallery(piece: Piece, story: Story) -> str:
    items = []
    for number, (subject, view, credit) in enumerate(triples(piece)):
        alt = " ".join(part for part in (subject, view) if part)
        items.append(
            f'<div class="post-gallery__item"><img src="/img/{story.slug}-{number}.jpg" alt="{escape(alt)}">'
            f'<span class="post-gallery__alt">{escape(alt)}</span> '
            f'<span class="post-gallery__credit">{escape(credit)}</span></div>'
        )
    return '<div class="post-gallery">\n' + "\n".join(items) + "\n</div>"


def triples(piece: Piece) -> list[tuple[str, str, str]]:
    """Subject, view and credit of each picture; a line that names nothing else is a bare credit."""
    return [("", "", s) if not (v or c) else (s, v, c) for s, v, c in piece.cells]


def pictures(story: Story) -> list[tuple[str, str, str]]:
    return [triple for piece in story.pieces if piece.kind == "pictures" for triple in triples(piece)]


def thumbed(story: Story) -> list[tuple[str, str]]:
    """The strip under the comments: the pictures that have words, last first, without their credits."""
    return [(subject, view) for subject, view, _ in reversed(pictures(story)) if view]


def thumbs(story: Story) -> str:
    lines = [" ".join(part for part in pair if part) for pair in thumbed(story)]
    items = "".join(f"<li><img src='/img/t.jpg' alt=''><span>{escape(line)}</span></li>\n" for line in lines)
    return f'<ul class="post-thumbs">\n{items}</ul>'


def discussion(story: Story) -> str:
    shown = "\n".join(
        f'<div class="comment"><b>{name}</b><p>{escape(text, quote=False)}</p></div>'
        for name, text in opinions(story)
    )
    return f'<section class="post-comments" id="comments"><h3>Join The Discussion</h3>\n{shown}\n</section>'


def opinions(story: Story) -> list[tuple[str, str]]:
    start = story.comments % len(OPINIONS)
    return [OPINIONS[(start + n) % len(OPINIONS)] for n in range(min(story.comments, 2))]


def cards(story: Story) -> str:
    shown = ""
    for car in story.cars:
        name, make, segment = car.split("|")
        shown += (
            f'<div class="car-card"><a href="/cars/{make.lower()}">{name}</a><dl><dt>Make</dt><dd>{make}</dd>'
            f"<dt>Segment</dt><dd>{segment}</dd></dl></div>\n"
        )
    return f'<section class="related-cars"><h3>Related Cars</h3>\n{shown}</section>'


def truth(url: str, story: Story) -> DemoPage:
    newest = [other.slug for other in stories(NAME)[:FEED_ITEMS]]
    channels = ("feed", "sitemap") if story.slug in newest else ("sitemap",)
    return DemoPage(
        site=NAME,
        url=url,
        kind="article",
        channels=channels,
        title=story.title,
        standfirst=story.dek,
        paragraphs=body_lines(story),
        captions=tuple(caption(*triple) for triple in pictures(story)),
        repeated=tuple(caption(subject, view, "") for subject, view in thumbed(story)),
        authors=story.by,
        published_at=story.published_at,
        section=story.section,
        tags=story.tags,
        language=LANGUAGE,
        removed=removed(story),
    )


def caption(subject: str, view: str, credit: str) -> DemoCaption:
    line = " ".join(part for part in (subject, view, credit) if part)
    return DemoCaption(line, subject or None, view or None, credit or None)


def removed(story: Story) -> tuple[str, ...]:
    lines = [f"{story.section} / {counter(story)}", "Advertisement", "Join The Discussion", "Related Cars"]
    lines += [text for _, text in opinions(story)] + [car.split("|")[0] for car in story.cars]
    return (*lines, "Make", "Segment", "To Top", f"© 2026 {TITLE}. All rights reserved.")
