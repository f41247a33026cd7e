"""Kurvenblatt: a made German site in the shape of the big motoring portals, one page in windows-1252."""

from collections.abc import Sequence
from html import escape

from demo import traps
from demo.markup import XML, block, head, html_answer, jsonld, lasting, metas, news_sitemap, robots
from demo.page import Answer, DemoCaption, DemoPage, MadeSite
from demo.story import Piece, Story, body_lines, stories

NAME, TITLE, LANGUAGE = "kurvenblatt", "Kurvenblatt", "de"
ARTICLES = r"(?:neuheiten|tests|verkehr|technik)/[a-z0-9-]+-\d{6}\.html(?:\?druck=1)?$"
SECTIONS = {"Neuheiten": "/neuheiten/", "Tests": "/tests/", "Verkehr": "/verkehr/", "Technik": "/technik/"}
PRINT = "?druck=1"
MONTHS = ("Juli", "August", "September")
OPINIONS = (
    ("Kurvenkratzer", "Endlich mal ein Bericht, der ohne Sportauspuff auskommt. Danke!"),
    ("Heinz-Dieter", "Früher hätte man sowas mit einem Schraubendreher gelöst."),
    ("Ladeluft_81", "Und wer bezahlt das am Ende wieder? Eben."),
)


def site(home: str) -> MadeSite:
    """The whole site as served at `home`."""
    told = stories(NAME)
    answers, articles = {}, []
    for story in told:
        url = url_of(home, story)
        answers[url_path(story)] = html_answer(page(home, story), charset=story.charset)
        articles.append(truth(url, story))
    trap_pages, trap_answers = traps.pages(NAME, home, lambda title, body: frame(title, home, body))
    printed = next(s for s in told if s.section == "Technik")
    answers[url_path(printed) + PRINT] = html_answer(plain_print(home, printed))
    twin = DemoPage(
        NAME,
        url_of(home, printed) + PRINT,
        "duplicate",
        same_as=url_of(home, printed),
        channels=("section",),
        title=printed.title,
    )
    answers |= trap_answers | listings(home, told, (*trap_pages, twin)) | channels(home, told)
    return MadeSite(NAME, TITLE, home, (*articles, *trap_pages, twin), answers)


def url_path(story: Story) -> str:
    return f"{SECTIONS[story.section]}{story.slug}.html"


def url_of(home: str, story: Story) -> str:
    return home.rstrip("/") + url_path(story)


def channels(home: str, told: Sequence[Story]) -> dict[str, Answer]:
    """A sitemap index, the news sitemap it names, and robots.txt."""
    index = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"<sitemap><loc>{home}sitemap-news.xml</loc><lastmod>{told[0].at.isoformat()}</lastmod></sitemap>\n"
        "</sitemapindex>\n"
    )
    news = news_sitemap(told, lambda story: url_of(home, story), TITLE, LANGUAGE)
    return {
        "/sitemap.xml": lasting(index, XML, told[0].at),
        "/sitemap-news.xml": lasting(news, XML, told[0].at),
        "/robots.txt": robots(home, ["/sitemap.xml"], ["/neuheiten/vorschau-", "/konto/"]),
    }


def listings(home: str, told: Sequence[Story], others: Sequence[DemoPage]) -> dict[str, Answer]:
    """One list per section; the odd addresses stand in the first."""
    answers = {}
    for section, path in SECTIONS.items():
        shown = [teaser(url_path(s), s.title, s.dek or "") for s in told if s.section == section]
        if section == "Neuheiten":
            shown += [teaser(page.url, page.title or "", "") for page in others if "section" in page.channels]
        body = f'<main><h1>{section}</h1>\n<div class="teaserlist">{"".join(shown)}</div></main>'
        answers[path] = html_answer(frame(section, home.rstrip("/") + path, body))
    everything = "".join(teaser(url_path(s), s.title, s.dek or "") for s in told)
    front = f'<main><h1>{TITLE}</h1>\n<div class="teaserlist">{everything}</div></main>'
    return answers | {"/": html_answer(frame("Startseite", home, front))}


def teaser(href: str, title: str, dek: str) -> str:
    return (
        f'<article class="teaser"><a class="teaser__link" href="{escape(href)}"><h3>'
        f"{escape(title, quote=False)}</h3></a><p>{escape(dek, quote=False)}</p></article>\n"
    )


def frame(title: str, url: str, body: str, extra: str = "", *, charset: bool = True) -> str:
    """`body` between the portal's header and footer."""
    menu = "".join(f'<li><a href="{path}">{name}</a></li>' for name, path in SECTIONS.items())
    most = "".join(f'<li><a href="{url_path(s)}">{escape(s.title)}</a></li>' for s in stories(NAME)[3:6])
    return f"""{head(f"{title} | {TITLE}", url, LANGUAGE, extra, charset=charset)}<body>
<a class="sprung" href="#inhalt">Zum Inhalt springen</a>
<header class="kopf"><a class="logo" href="/">{TITLE}</a><nav class="hauptnavigation"><ul>{menu}</ul></nav>
<a href="/konto/">Anmelden</a></header>
<div id="inhalt">
{body}
<aside class="meistgelesen"><h2>Meistgelesen</h2><ol>{most}</ol></aside>
</div>
<footer class="fuss"><ul><li><a href="/impressum">Impressum</a></li>
<li><a href="/datenschutz">Datenschutz</a></li>
<li><a href="/kontakt">Kontakt</a></li></ul><p>© 2026 Kurvenblatt Verlag</p></footer>
</body>
</html>
"""


def page(home: str, story: Story) -> str:
    """The page of `story`; the windows-1252 one leaves its charset to the server's header."""
    url = url_of(home, story)
    described = f'<meta name="description" content="{escape(story.dek or "")}">'
    data = jsonld(story, url, TITLE, description=story.dek) if story.pictures % 2 else metas(story)
    return frame(story.title, url, post(story), described + data, charset=story.charset == "utf-8")


def plain_print(home: str, story: Story) -> str:
    """The print view of `story`: text alone; its canonical link names the normal page."""
    body = "\n".join(block(piece, str) for piece in story.pieces if piece.kind != "pictures")
    opening = head(f"{story.title} | {TITLE}", url_of(home, story), LANGUAGE, metas(story))
    return (
        f'{opening}<body class="druck"><h1>{escape(story.title, quote=False)}</h1>\n'
        f'<p class="vorspann">{escape(story.dek or "", quote=False)}</p>\n{body}\n</body></html>\n'
    )


def post(story: Story) -> str:
    content = "\n".join(body_parts(story))
    path = SECTIONS[story.section]
    return f"""<nav class="brotkrumen"><ol><li><a href="/">Startseite</a></li>
<li><a href="{path}">{story.section}</a></li></ol></nav>
<article class="artikel">
<header class="artikel__kopf">
<h1 class="artikel__titel">{escape(story.title, quote=False)}</h1>
<p class="artikel__vorspann">{escape(story.dek or "", quote=False)}</p>
<div class="artikel__meta">{byline(story)}<time datetime="{story.at.isoformat()}">{day(story)}</time>
<a class="kommentarzahl" href="#kommentare">{story.comments} Kommentare</a></div>
{SHARE}
</header>
<div class="artikel__galerie"><a href="/bilder/{story.slug}">{story.pictures} Bilder</a></div>
<div class="artikel__text">
{content}
</div>
{after(story)}
</article>"""


def byline(story: Story) -> str:
    names = " und ".join(f'<a rel="author" href="/autoren/{n.split()[0].lower()}">{n}</a>' for n in story.by)
    return f'<span class="artikel__autor">Von {names}</span> ' if names else ""


def day(story: Story) -> str:
    return f"{story.at.day}. {MONTHS[story.at.month - 7]} 2026, {story.at:%H:%M} Uhr"


SHARE = """<ul class="teilen"><li><a href="#">Teilen</a></li><li><a href="#">Auf Facebook teilen</a></li>
<li><a href="#">Auf WhatsApp teilen</a></li><li><a href="#">E-Mail senden</a></li></ul>"""


def body_parts(story: Story) -> list[str]:
    """The body with advertising and a reading tip between its paragraphs."""
    parts = [
        figures(piece, story) if piece.kind == "pictures" else block(piece, str) for piece in story.pieces
    ]
    tip = neighbours(story)[0]
    link = f'<a href="{url_path(tip)}">{escape(tip.title)}</a>'
    parts.insert(1, '<div class="werbung"><span>Anzeige</span></div>')
    parts.insert(4, f'<aside class="lesetipp"><h3>Lesen Sie auch</h3>{link}</aside>')
    return parts


def neighbours(story: Story) -> tuple[Story, Story]:
    """The next two stories of the site, in a ring."""
    told = stories(NAME)
    here = told.index(story)
    first, second = (told[(here + step) % len(told)] for step in (1, 2))
    return first, second


def figures(piece: Piece, story: Story) -> str:
    return "\n".join(
        f'<figure class="artikel__bild"><img src="/bilder/{story.slug}-{number}.jpg" alt="{escape(words)}">'
        f'<figcaption><span class="bild__text">{escape(words, quote=False)}</span> '
        f'<span class="bild__recht">Foto: {escape(credit, quote=False)}</span></figcaption></figure>'
        for number, (words, credit) in enumerate(piece.cells)
    )


def after(story: Story) -> str:
    """All that follows the text inside the same element."""
    more = "".join(f'<li><a href="{url_path(s)}">{escape(s.title)}</a></li>' for s in neighbours(story))
    shown = "".join(
        f'<div class="kommentar"><b>{name}</b><p>{text}</p></div>' for name, text in opinions(story)
    )
    return f"""<section class="thema"><h2>Mehr zum Thema</h2><ul>{more}</ul></section>
<div class="newsletter"><h3>Bleiben Sie informiert!</h3>
<p>Jeden Freitag die schönsten Kurven der Woche in Ihrem Postfach.</p>
<form><input type="email" placeholder="E-Mail-Adresse"><button>Jetzt anmelden</button></form></div>
<section id="kommentare" class="kommentare"><h2>Kommentare</h2>{shown}
<a href="/konto/">Kommentar schreiben</a></section>"""


def opinions(story: Story) -> list[tuple[str, str]]:
    return [OPINIONS[(story.comments + n) % len(OPINIONS)] for n in range(min(story.comments, 2))]


def truth(url: str, story: Story) -> DemoPage:
    printed = [(w, c) for piece in story.pieces if piece.kind == "pictures" for w, c in piece.cells]
    return DemoPage(
        site=NAME,
        url=url,
        kind="article",
        channels=("sitemap", "section"),
        title=story.title,
        standfirst=story.dek,
        paragraphs=body_lines(story),
        captions=tuple(DemoCaption(f"{words} Foto: {credit}", credit=credit) for words, credit in printed),
        authors=story.by,
        published_at=story.published_at,
        section=story.section,
        tags=story.tags,
        language=LANGUAGE,
        removed=removed(story),
    )


def removed(story: Story) -> tuple[str, ...]:
    lines = [
        f"{story.pictures} Bilder",
        f"{story.comments} Kommentare",
        "Anzeige",
        "Lesen Sie auch",
        "Teilen",
    ]
    lines += [s.title for s in neighbours(story)] + [text for _, text in opinions(story)]
    lines += [
        "Mehr zum Thema",
        "Bleiben Sie informiert!",
        "Kommentare",
        "Kommentar schreiben",
        "Meistgelesen",
    ]
    return (*lines, "Impressum", "Zum Inhalt springen")
