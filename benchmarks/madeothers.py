"""Made pages that are no articles, each with its verdict: walls, errors, lists, threads and galleries.

Words and manner are those of `madecars.py`; `train_verdict.py` fits by them, tests ask for other seeds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from madecars import Maker
from madeparts import WORDS, cards, image

# What each kind of page says of itself, by language; the first of each pair is the title, the rest are lines.
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "consent wall": {
        "en": (
            "Your privacy",
            "We and our 214 partners store and use information on your device.",
            "Accept all",
            "More options",
        ),
        "de": (
            "Zustimmung",
            "Wir und unsere 214 Partner verarbeiten Daten auf Ihrem Gerät.",
            "Alle akzeptieren",
            "Einstellungen",
        ),
        "fr": (
            "Votre vie privée",
            "Nous et nos 214 partenaires utilisons des cookies.",
            "Tout accepter",
            "Continuer sans accepter",
        ),
    },
    "bot challenge": {
        "en": ("Just a moment...", "Verify you are human by completing the action below.", "Ray ID: 8fa1c2"),
        "de": ("Einen Augenblick", "Bestätigen Sie, dass Sie ein Mensch sind.", "Referenz 8fa1c2"),
    },
    "not found page": {
        "en": (
            "Page not found",
            "Sorry, the page you are looking for has moved or never existed.",
            "Back to the home page",
        ),
        "de": ("Seite nicht gefunden", "Die gewünschte Seite wurde nicht gefunden.", "Zur Startseite"),
        "es": ("Página no encontrada", "La página que busca ya no existe.", "Ir a la portada"),
    },
}
MORE = {
    "en": "Read more",
    "de": "Weiterlesen",
    "fr": "Lire la suite",
    "es": "Leer más",
    "it": "Continua",
    "nl": "Lees meer",
}
HEADS = {
    "en": ("All {make} news", "Latest in electric cars", "Tag: {model}", "News archive"),
    "de": ("Alle Artikel zu {make}", "Neues zu Elektroautos", "Schlagwort: {model}", "Archiv"),
    "fr": ("Toute l'actualité {make}", "Nos derniers essais"),
    "es": ("Todas las noticias de {make}", "Últimas pruebas"),
    "it": ("Tutte le notizie {make}", "Ultime prove"),
    "nl": ("Al het nieuws over {make}", "Laatste tests"),
}
PATHS = {
    "listing": ("news/", "tag/{m}/", "category/electric/", "{m}/", "news/page/3/"),
    "author page": ("author/{a}/", "staff/{a}/", "autor/{a}/"),
    "search page": ("search?q={m}", "?s={m}", "suche?query={m}"),
    "forum": ("forums/thread-{n}/", "threads/{m}-oil-leak.{n}/", "viewtopic.php?t={n}"),
    "gallery": ("gallery/{m}-{n}/", "photos/{m}/", "fotostrecke/{m}-{n}"),
}


@dataclass(slots=True)
class OtherPage:
    """A page that is no article, and its verdict."""

    url: str
    html: str
    verdict: str


def told(maker: Maker, kind: str) -> str:
    """A page with little but what it says of itself, sometimes above teasers."""
    title, *lines = SAID[kind].get(maker.language) or SAID[kind]["en"]
    maker.page.title = title
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    teasers = (
        cards(maker, maker.draw.randint(3, 6))
        if kind == "not found page" and maker.draw.random() < 0.5
        else ""
    )
    return f"<div{maker.name('box wall message')}><h1>{escape(title)}</h1>{body}</div>{teasers}"


def paywall(maker: Maker) -> str:
    """The beginning of an article before the call to subscribe."""
    head = maker.head()
    lines = "".join(f"<p>{escape(maker.said('wall'))}</p>" for _ in range(2))
    return f"{head}<p>{escape(maker.sentence())} \u2026</p><div{maker.name('paywall offer')}>{lines}</div>"


def listing(maker: Maker) -> str:
    """Teasers under a heading, with or without excerpts, dates and links to go on."""
    maker.page.title = maker.filled(maker.draw.choice(HEADS[maker.language]))
    more = MORE[maker.language] if maker.draw.random() < 0.5 else ""
    tag, out = maker.draw.choice(("h2", "h3", "div", "p")), []
    for number in range(maker.draw.randint(6, 24)):
        headline, excerpt = escape(maker.said("teaser")), escape(maker.sentence())
        text = f'<{tag}><a href="/a/{number}">{headline}</a></{tag}><p>{excerpt}</p>'
        out.append(
            f"<div{maker.name('card item teaser')}>{image(maker)}{text}<a href='/a/{number}'>{more}</a></div>"
        )
    return f"<h1>{escape(maker.page.title)}</h1>{''.join(out)}<a href='?page=2'>2</a> <a href='?page=3'>3</a>"


def author(maker: Maker) -> str:
    """Who somebody is, and what they wrote."""
    person = maker.draw.choice(WORDS["people"])
    maker.page.title = person
    about = escape(maker.said("biography", person=person))
    return f"<h1>{person}</h1><p>{about}</p>{cards(maker, maker.draw.randint(6, 14))}"


def search(maker: Maker) -> str:
    """What was found for a word."""
    heads = {
        "de": "Suchergebnisse für {}",
        "fr": "Résultats pour {}",
        "es": "Resultados para {}",
        "en": "Search results for {}",
    }
    word = maker.draw.choice(WORDS["models"])
    maker.page.title = heads.get(maker.language, heads["en"]).format(word)
    return f"<h1>{maker.page.title}</h1><form><input name=q></form>{cards(maker, maker.draw.randint(4, 12))}"


def forum(maker: Maker) -> str:
    """Members talking, each introduced."""
    maker.page.title = f"{maker.draw.choice(WORDS['makes'])} {maker.draw.choice(WORDS['models'])}: oil leak?"
    joined = {"de": "Dabei seit: {} Beiträge: {}"}.get(maker.language, "Joined: {} Posts: {}")
    out = []
    for number in range(maker.draw.randint(3, 9)):
        name = maker.draw.choice(WORDS["people"]).split()[0].lower() + str(number)
        member = joined.format(maker.draw.randint(2003, 2025), maker.draw.randint(1, 9000))
        first, _, second = member.partition(" " + member.split()[-2])
        rest = f"{member.split()[-2]}{second}"
        text = " ".join(maker.sentence() for _ in range(maker.draw.randint(1, 5)))
        out.append(
            f"<div{maker.name('post message')}><div><b>{name}</b><div>{first}</div><div>{rest}</div></div>"
            f"<div>{escape(text)}</div></div>"
        )
    return f"<h1>{maker.page.title}</h1>{''.join(out)}"


def gallery(maker: Maker) -> str:
    """Pictures with captions and no text."""
    maker.page.title = f"{maker.draw.choice(WORDS['makes'])} {maker.draw.choice(WORDS['models'])}"
    pictures = "".join(
        f"<figure>{image(maker)}<figcaption>{maker.page.title} {view}</figcaption></figure>"
        for view in maker.draw.choices(WORDS["views"], k=maker.draw.randint(6, 20))
    )
    return f"<h1>{maker.page.title}</h1>{pictures}"


KINDS: dict[str, Callable[[Maker], str]] = {
    "consent wall": lambda maker: told(maker, "consent wall"),
    "bot challenge": lambda maker: told(maker, "bot challenge"),
    "not found page": lambda maker: told(maker, "not found page"),
    "login or paywall": paywall,
    "listing": listing,
    "author page": author,
    "search page": search,
    "forum": forum,
    "gallery": gallery,
}


def made_others(seed: int, count: int) -> Iterator[OtherPage]:
    """`count` pages of all kinds in turn; the same seed gives the same pages."""
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        maker = Maker(seed * 100_003 + number)
        inner = KINDS[kind](maker)
        html = maker.frame(inner)
        forms = (
            PATHS.get(kind, ("news/made-{n}-{m}/",)) if maker.draw.random() < 0.6 else ("news/made-{n}-{m}/",)
        )
        person = maker.draw.choice(WORDS["people"]).lower().replace(" ", "-")
        path = maker.draw.choice(forms).format(
            m=maker.draw.choice(WORDS["makes"]).lower(), a=person, n=1000 + number
        )
        yield OtherPage(f"https://cars{number % 97}.example/{path}", html, kind)
