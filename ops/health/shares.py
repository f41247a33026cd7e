"""What is watched of a site's pages: shares that should not fall, in the words for when one does."""

from dataclasses import dataclass

from db.alarms import ALARM, NOTICE
from db.summaries import FIELDS
from ops.health.blocks import Part

KNOWN_PAIRS = 120  # pages of other sites that speak for a known page still showing what it showed
PAGE = "URL"  # in a remedy: one of the pages meant, whose address the watch puts there
WORDS = {
    "title": "the headline",
    "standfirst": "the standfirst",
    "published_at": "the date",
    "authors": "the authors",
    "section": "the section",
    "tags": "the tags",
    "language": "the language",
    "image": "the lead picture",
    "captions": "the captions",
    "makes": "any make",
    "text": "the text",
}
EXPLAIN = f"carnews explain {PAGE}"
READ_AGAIN = "then correct its site file and run: carnews reprocess --site {site}"
PLACED = ("title", "published_at", "authors", "image", "text")


@dataclass(frozen=True, slots=True)
class Share:
    """A share that should not fall. `cause` and `remedy` are for people, with {site} and {was}, {now}."""

    kind: str
    subject: str
    parts: tuple[Part, ...]
    cause: str
    remedy: str
    grade: str = ALARM

    @property
    def name(self) -> str:
        """By which its fall is noted."""
        return f"{self.kind}.{self.subject}"

    @property
    def is_told_by_known_pages(self) -> bool:
        """Whether known pages, asked for again, would show the same."""
        return self.parts[-1].good.startswith("kept.") or self.kind == "refused"


def _field(name: str) -> Share:
    return Share(
        "field",
        name,
        (
            Part(f"has.{name}", "articles", restless=12.0),
            Part(f"apart.{name}", "articles", restless=1.5),
            Part(f"kept.{name}", f"had.{name}", KNOWN_PAIRS),
        ),
        f"pages no longer give {WORDS[name]}: {{now}} of them do, {{was}} did",
        f"{EXPLAIN}; {READ_AGAIN}",
    )


def _place(name: str) -> Share:
    return Share(
        "layout",
        name,
        (Part(f"usual.{name}", f"placed.{name}", restless=2.0),),
        f"{WORDS[name]} no longer stands where it used to: {{now}} of the pages have it there, {{was}} had",
        f"{EXPLAIN}; is what is read still right, nothing has to be done",
        NOTICE,
    )


SHARES: tuple[Share, ...] = (
    *map(_field, FIELDS),
    Share(
        "text",
        "",
        (Part("long", "measured", restless=1.5), Part("kept.text", "had.text", KNOWN_PAIRS)),
        "texts have collapsed: {now} of the pages give as much text as usual, {was} did",
        f"{EXPLAIN}; {READ_AGAIN}; until then good texts stay as they are",
    ),
    *map(_place, PLACED),
    Share(
        "refused",
        "",
        (Part("answered", "asked", restless=1.5),),
        "the site refuses pages: {now} of those asked for are given, {was} were",
        "carnews sites check {site}; carnews sites --politeness {site} shows what it answers; ask less often "
        "([crawl] every, delay_s) or ask the publisher",
    ),
    Share(
        "not-article",
        "",
        (Part("articles", "pages", restless=2.0),),
        "pages are no articles: {now} of those fetched are, {was} were",
        f"carnews explain {PAGE}; if it is none, narrow [find] articles in the site file of {{site}}; "
        "else correct that file and run: carnews reprocess --site {site}",
    ),
    Share(
        "duplicates",
        "",
        (Part("original", "articles"),),
        "articles come again under other addresses: {now} of the new ones are new, {was} were",
        "carnews crawl {site} --dry-run shows the addresses; narrow [find] articles in its site file",
    ),
    Share(
        "pattern",
        "",
        (Part("links.fit", "links", 40, sound=0.999),),
        "new links of the channels do not match [find] articles: {now} do, {was} did",
        "carnews crawl {site} --dry-run; carnews sites check {site}; correct [find] articles in its file",
    ),
    Share(
        "channel",
        "first",
        (Part("found.best", "found", 20),),
        "the first channel lacks what the others show: it had {now} of the new articles, {was} before",
        "carnews sites check {site}; where its feed has moved, correct [find] in its site file",
    ),
)
