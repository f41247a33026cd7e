"""Hairpin Weekly: a made English blog in the shape WordPress gives to thousands, found by feed alone."""

from collections.abc import Sequence
from html import escape

from demo import traps
from demo.markup import RSS, block, head, html_answer, jsonld, lasting, metas, robots, rss, rss_item
from demo.page import Answer, DemoCaption, DemoPage, MadeSite
from demo.story import Piece, Story, body_lines, plain, stories

NAME, TITLE, LANGUAGE = "hairpin", "Hairpin Weekly", "en"
TRACKING = "?utm_source=rss&utm_medium=rss&utm_campaign=hairpin-weekly"
TEASER_WORDS = 24
ARTICLES = r"\d{4}/\d{2}/[a-z0-9-]+/(?:amp/)?$"
BIOS = {
    "Nadia Okafor": "Nadia Okafor learned to drive on a beach and has found sand in her cars ever since.",
    "Callum Frith": "Callum Frith writes faster than he drives, which his editor thinks the right way round.",
    "Beatrix Lund": "Beatrix Lund has crossed nine countries in a 2CV and is waiting for the tenth to open.",
}
REPLIES = (
    ("Hamish", "I have the same car and mine never did that. Lovely read all the same."),
    ("Verity P.", "More of this and fewer top-ten lists, please."),
    ("tyrekicker", "What did the insurance quote look like?"),
)


def site(home: str) -> MadeSite:
    """The whole site as served at `home`."""
    told = stories(NAME)
    pages = {url_path(story): article(home, story) for story in told}
    answers = {path: html_answer(text) for path, (text, _) in pages.items()}
    trap_pages, trap_answers = traps.pages(NAME, home, lambda title, body: frame(title, home, body))
    twin = amp(home, told[1])
    answers[url_path(told[1]) + "amp/"] = html_answer(twin)
    answers |= trap_answers | channels(home, told, trap_pages) | {"/": front(home, told)}
    alike = (double(home, told[1], "amp/", "duplicate", ("feed",)), double(home, told[0], TRACKING, "same"))
    articles = tuple(page for _, page in pages.values())
    return MadeSite(NAME, TITLE, home, articles + trap_pages + alike, answers)


def url_path(story: Story) -> str:
    return f"/{story.at:%Y}/{story.at:%m}/{story.slug}/"


def url_of(home: str, story: Story) -> str:
    return home.rstrip("/") + url_path(story)


def double(home: str, story: Story, tail: str, kind: str, channels: tuple[str, ...] = ()) -> DemoPage:
    """A second address of `story`."""
    url = url_of(home, story)
    return DemoPage(NAME, url + tail, kind, same_as=url, channels=channels, title=story.title)


def channels(home: str, told: Sequence[Story], others: Sequence[DemoPage]) -> dict[str, Answer]:
    """The feed with tracked links and cut teasers, a category feed with clean ones, and robots.txt."""
    items = [rss_item(s.title, url_of(home, s) + TRACKING, s.at, teaser(home, s), s.by) for s in told]
    items += [rss_item(told[1].title, url_of(home, told[1]) + "amp/", told[1].at, "AMP")]
    items += [
        rss_item(p.title or "", p.url, told[-1].at, p.title or "") for p in others if "feed" in p.channels
    ]
    electric = [s for s in told if s.section == "Electric"]
    tagged = [rss_item(s.title, url_of(home, s), s.at, teaser(home, s), s.by) for s in electric]
    return {
        "/feed/": lasting(rss(TITLE, home, items, told[0].at), RSS, told[0].at),
        "/category/electric/feed/": lasting(
            rss(f"Electric - {TITLE}", home, tagged, told[0].at), RSS, told[0].at
        ),
        "/robots.txt": robots(home, [], ["/wp-admin/"]),
    }


def teaser(home: str, story: Story) -> str:
    """A feed's description: the first words, then the line WordPress adds."""
    first = next(plain(piece.lines[0]) for piece in story.pieces if piece.kind == "p")
    words = escape(" ".join(first.split()[:TEASER_WORDS]), quote=False)
    link = f'<a href="{url_of(home, story)}">{escape(story.title, quote=False)}</a>'
    return f'<p>{words} […]</p><p>The post {link} appeared first on <a href="{home}">{TITLE}</a>.</p>'


def front(home: str, told: Sequence[Story]) -> Answer:
    cards = "\n".join(
        f'<article class="post type-post"><h2 class="entry-title">{anchor(s)}</h2>'
        f'<p>{escape(s.section)}</p><a class="more-link" href="{url_path(s)}">Continue reading</a></article>'
        for s in told
    )
    return html_answer(frame("Home", home, f'<main id="main" class="site-main">{cards}</main>'))


def frame(title: str, url: str, body: str, extra: str = "") -> str:
    """`body` between the theme's header, sidebar and footer."""
    recent = "".join(f'<li><a href="{url_path(s)}">{escape(s.title)}</a></li>' for s in stories(NAME)[:3])
    feed = f'<link rel="alternate" type="application/rss+xml" title="{TITLE} &raquo; Feed" href="/feed/">'
    return f"""{head(f"{title} - {TITLE}", url, LANGUAGE, feed + extra)}<body class="wp-singular">
<a class="skip-link screen-reader-text" href="#content">Skip to content</a>
<header id="masthead" class="site-header"><p class="site-title"><a href="/" rel="home">{TITLE}</a></p>
<nav id="site-navigation" class="main-navigation"><ul class="menu">
<li class="menu-item"><a href="/">Home</a></li>
<li class="menu-item"><a href="/category/electric/">Electric</a></li></ul></nav></header>
<div id="content" class="site-content">
{body}
<aside id="secondary" class="widget-area"><section class="widget widget_recent_entries">
<h2 class="widget-title">Recent Posts</h2><ul>{recent}</ul></section></aside>
</div>
<footer id="colophon" class="site-footer"><div class="site-info">Proudly powered by WordPress</div></footer>
</body>
</html>
"""


def article(home: str, story: Story) -> tuple[str, DemoPage]:
    """The page of `story` and its truth."""
    url = url_of(home, story)
    data = jsonld(story, url, TITLE) if story.data == "jsonld" else metas(story)
    social = f'<meta property="og:title" content="{escape(story.title)}">'
    return frame(story.title, url, post(story), social + data), truth(url, story)


def amp(home: str, story: Story) -> str:
    """The bare second rendering of `story`; its canonical link names the first."""
    body = "\n".join(part for part in body_parts(story) if "<figure" not in part)
    title = escape(story.title, quote=False)
    extra = metas(story) + "<style amp-boilerplate>body{visibility:visible}</style>"
    opening = head(f"{story.title} - {TITLE}", url_of(home, story), LANGUAGE, extra)
    return (
        f'{opening}<body><article class="amp-wp-article"><h1 class="amp-wp-title">{title}</h1>'
        f'<div class="amp-wp-article-content">\n{body}\n</div></article></body></html>\n'
    )


def post(story: Story) -> str:
    content = "\n".join(body_parts(story))
    slug = story.section.lower().replace(" ", "-")
    tags = ", ".join(f'<a href="/tag/{tag.lower()}/" rel="tag">{tag}</a>' for tag in story.tags)
    return f"""<main id="main" class="site-main">
<article id="post-{story.at:%j%H%M}" class="post type-post status-publish hentry category-{slug}">
<header class="entry-header">
<span class="cat-links"><a href="/category/{slug}/" rel="category tag">{story.section}</a></span>
<h1 class="entry-title">{escape(story.title, quote=False)}</h1>
<div class="entry-meta">{byline(story)}</div>
</header>
<div class="entry-content">
{content}
{SHARING}
{related(story)}
</div>
<footer class="entry-footer"><span class="tags-links">Tagged {tags}</span></footer>
</article>
{bios(story)}
{NEWSLETTER}
{comments(story)}
</main>"""


def byline(story: Story) -> str:
    names = " and ".join(
        f'<span class="author vcard"><a class="url fn n" href="/author/{slugged(name)}/">{name}</a></span>'
        for name in story.by
    )
    day = f"{story.at:%B} {story.at.day}, 2026"
    when = f'<time class="entry-date published" datetime="{story.at.isoformat()}">{day}</time>'
    return f'<span class="posted-on">Posted on {when}</span> <span class="byline">by {names}</span>'


def slugged(name: str) -> str:
    return name.split(maxsplit=1)[0].lower()


def body_parts(story: Story) -> list[str]:
    """The body with the cross links and the pictures that such blogs set between paragraphs."""
    parts = [
        figures(piece, story) if piece.kind == "pictures" else block(piece, lambda slug: f"/?name={slug}")
        for piece in story.pieces
    ]
    others = neighbours(story)
    parts.insert(2, f"<p><strong>Related:</strong> {anchor(others[0])}</p>")
    parts.insert(len(parts) - 1, f"<p>Read more: {anchor(others[1])}</p>")
    return parts


def neighbours(story: Story) -> tuple[Story, Story, Story]:
    """The next three stories of the site, in a ring."""
    told = stories(NAME)
    here = told.index(story)
    first, second, third = (told[(here + step) % len(told)] for step in (1, 2, 3))
    return first, second, third


def anchor(story: Story) -> str:
    return f'<a href="{url_path(story)}">{escape(story.title, quote=False)}</a>'


def figures(piece: Piece, story: Story) -> str:
    shown = "\n".join(
        f'<figure class="wp-block-image size-large"><img src="/uploads/{story.slug}-{n}.jpg" alt="">'
        f'<figcaption class="wp-element-caption">{escape(words, quote=False)} {escape(credit, quote=False)}'
        "</figcaption></figure>"
        for n, (words, credit) in enumerate(piece.cells)
    )
    if len(piece.cells) == 1:
        return shown
    return f'<figure class="wp-block-gallery has-nested-images columns-2">\n{shown}\n</figure>'


SHARING = """<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social">
<h3 class="sd-title">Share this:</h3><div class="sd-content"><ul>
<li class="share-twitter"><a href="?share=twitter">
<span>Click to share on X (Opens in new window)</span> X</a></li>
<li class="share-facebook"><a href="?share=facebook">
<span>Click to share on Facebook (Opens in new window)</span> Facebook</a></li></ul></div></div></div>"""

NEWSLETTER = """<div class="mc4wp-form newsletter-signup"><h3>Get the Hairpin in your inbox</h3>
<p>One bend a week, no straights. Unsubscribe whenever you like.</p>
<form><input type="email" placeholder="Your email address"><button>Sign up</button></form></div>"""

FORM = """<div id="respond" class="comment-respond"><h3 id="reply-title">Leave a Reply</h3>
<form><p class="comment-notes">Your email address will not be published. Required fields are marked *</p>
<p><label>Comment *</label><textarea></textarea></p>
<p class="form-submit"><button>Post Comment</button></p></form></div>
<p class="akismet_comment_form_privacy_notice">This site uses Akismet to reduce spam.
<a href="/privacy">Learn how your comment data is processed.</a></p>"""


def related(story: Story) -> str:
    posts = "".join(
        f'<div class="jp-relatedposts-post"><h4>{anchor(s)}</h4><p>{s.at:%B} {s.at.day}, 2026</p></div>'
        for s in neighbours(story)
    )
    return (
        '<div id="jp-relatedposts" class="jp-relatedposts">'
        '<h3 class="jp-relatedposts-headline"><em>Related</em></h3>'
        f'<div class="jp-relatedposts-items">{posts}</div></div>'
    )


def bios(story: Story) -> str:
    boxes = "".join(f'<p class="author-description">{BIOS[name]}</p>' for name in story.by)
    return f'<div class="author-box author-bio"><h2 class="author-title">About the Author</h2>{boxes}</div>'


def replies(story: Story) -> tuple[tuple[str, str], ...]:
    return REPLIES[: min(story.comments, len(REPLIES))]


def comments(story: Story) -> str:
    shown = "".join(
        f'<li class="comment"><article class="comment-body"><b class="fn">{name}</b> says:'
        f'<div class="comment-content"><p>{text}</p></div></article></li>'
        for name, text in replies(story)
    )
    title = f"{story.comments} thoughts on “{escape(story.title, quote=False)}”" if shown else ""
    listed = f'<h2 class="comments-title">{title}</h2><ol class="comment-list">{shown}</ol>' if shown else ""
    return f'<div id="comments" class="comments-area">{listed}{FORM}</div>'


def truth(url: str, story: Story) -> DemoPage:
    printed = [(w, c) for piece in story.pieces if piece.kind == "pictures" for w, c in piece.cells]
    captions = [
        DemoCaption(f"{words} {credit}", credit=credit.partition(": ")[2]) for words, credit in printed
    ]
    return DemoPage(
        site=NAME,
        url=url,
        kind="article",
        channels=("feed",),
        title=story.title,
        paragraphs=body_lines(story),
        captions=tuple(captions),
        authors=story.by,
        published_at=story.published_at,
        section=story.section,
        tags=story.tags,
        language=LANGUAGE,
        removed=removed(story),
    )


def removed(story: Story) -> tuple[str, ...]:
    first, second, _ = neighbours(story)
    lines = [
        f"Related: {first.title}",
        f"Read more: {second.title}",
        "Share this:",
        "Related",
        "About the Author",
    ]
    lines += [BIOS[name] for name in story.by] + [text for _, text in replies(story)]
    return (*lines, "Get the Hairpin in your inbox", "Leave a Reply", "Recent Posts", "Skip to content")
