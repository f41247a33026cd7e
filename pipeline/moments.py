"""When the article was published and changed: the surest place that says so, how exactly it says it, and who
disagrees.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from pipeline import jsonld
from pipeline.dates import day_in_url, parse_date, precision_of
from pipeline.stated import Stated

Candidates = Sequence[tuple[str, str | None]]

PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "cxenseparse:recs:publishtime",
    "article.published",
    "article:create_time",
    "citation_publication_date",
    "pub_date",
)
# Some sites put the time of the answer here, so what the page marks up as its date goes first.
LAST_RESORT = ("date", "dc.date", "created", "datecreated")
MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "dcterms.modified",
    "last-modified",
)
PAGES = frozenset(["webpage", "itempage", "aboutpage", "faqpage", "qapage", "medicalwebpage"])
# How the state that scripts fill a page from names the moment, quotes escaped or not.
STATE = re.compile(
    r"[\"'](?:datePublished|publishedAt|published_at|publishDate|publish_date|publicationDate|publishedDate|"
    r"firstPublished(?:At|Date)?|pubDate|published_date|spt:published)\\?[\"']\s{0,9}:\s{0,9}\\?[\"'](\d{4}-\d\d-\d\d[^\"'\\]{0,25})"
)
SLACK = timedelta(days=1)  # clocks and zones apart, nothing is changed before it is published
RIVALS = 8  # candidates asked whether they state another day
MAX_RAW = 60  # characters of a date's own words that are kept


def moments_of(
    evidence: dict[str, str],
    stated: Stated,
    chosen: Candidates,
    url: str | None,
    language: str | None,
) -> tuple[datetime | None, datetime | None]:
    """When the article was published and last changed, both aware UTC; None for what nothing states.

    A day that comes after the page's own last change is only believed where no other place states one.
    `evidence` receives, under the field's name, the place, and with " raw", " zone", " precision" and
    " conflict" behind it the words read, whether they state a zone, how exact they are, and another day that
    the page states.
    """
    changed = [*stated.node("dateModified"), *stated.meta(*MODIFIED)]
    modified = first_date(evidence, "modified_at", changed, language, None)
    told = [
        *chosen,
        *stated.node("datePublished", "dateCreated", "uploadDate"),
        *stated.meta(*PUBLISHED),
        *stated.dates[:4],
        *stated.meta(*LAST_RESORT),
        *paged(stated),
    ]
    day = day_in_url(url)
    if day:
        told.append(("address", day.isoformat()))
    latest = modified + SLACK if modified else None
    published = first_date(evidence, "published_at", told, language, latest)
    return published or first_date(evidence, "published_at", told, language, None), modified


def paged(stated: Stated) -> Candidates:
    """What JSON-LD says of the page where it says nothing of an article."""
    if stated.article and stated.article.get("datePublished"):
        return []
    pages = (node for node in stated.nodes if jsonld.types_of(node) & PAGES)
    dates = ((jsonld.text_of(node, "datePublished")) for node in pages)
    return [("json-ld page", told) for told in dates if told][:1]


def in_scripts(scripts: Iterable[str]) -> str | None:
    """The moment of publication that the page's scripts carry, where all that they carry is one day."""
    likely = (script for script in scripts if "ublish" in script or "pubDate" in script)
    told = [found.group(1) for script in likely for found in islice(STATE.finditer(script), RIVALS)]
    return told[0] if told and len({words[:10] for words in told}) == 1 else None


def first_date(
    evidence: dict[str, str], name: str, candidates: Candidates, language: str | None, latest: datetime | None
) -> datetime | None:
    """The first candidate that is a moment not after `latest`; what is known of it goes to `evidence`."""
    for at, (place, value) in enumerate(candidates):
        read = parse_date(value, language)
        if value and read and not (latest and read > latest):
            note(evidence, name, place, value)
            if other := rival(candidates[at + 1 :], read.date(), language):
                evidence[f"{name} conflict"] = other
            return read
    return None


def note(evidence: dict[str, str], name: str, place: str, value: str) -> None:
    """Write down where a date stood, its own words, and how exact they are."""
    exact, zoned = precision_of(value)
    evidence[name] = place
    evidence[f"{name} raw"] = " ".join(value.split())[:MAX_RAW]
    evidence[f"{name} zone"] = "given" if zoned else "assumed"
    evidence[f"{name} precision"] = exact


def rival(candidates: Iterable[tuple[str, str | None]], day: date, language: str | None) -> str | None:
    """The first candidate that states a day further from `day` than zones explain; None where all agree."""
    for place, value in islice(candidates, RIVALS):
        read = parse_date(value, language)
        if read and abs(read.date() - day) > SLACK:
            return f"{place}: {' '.join((value or '').split())[:MAX_RAW]}"
    return None
