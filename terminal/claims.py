"""What channels say of an article, where that is not what its page says."""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.article import CleanArticle
from terminal.screen import Screen, one_line
from terminal.tables import counted, moment

SHOWN_CHARS = 200  # of a title or author; enough to see the difference
SAME_S = 60  # two clocks this far apart tell the same moment


def show_claims(screen: Screen, claims: Sequence[Any], article: CleanArticle | None) -> None:
    """Prints the channels' words that differ from the page's; all of them where no page was read."""
    for claim in claims:
        told = list(differing(claim, article))
        if told:
            screen.line()
            screen.line(f"{one_line(claim.channel)} says since {moment(claim.seen_at)}:")
        for name, value in told:
            screen.line(f"{name:<13} {value}")


def differing(claim: Any, article: CleanArticle | None) -> Iterator[tuple[str, str]]:
    """Field and value for each field where the claim says something else than the article."""
    if claim.title and (article is None or plain(claim.title) != plain(article.title)):
        yield "title", one_line(claim.title)[:SHOWN_CHARS]
    if claim.author and (article is None or names(claim.author) != names(", ".join(article.authors))):
        yield "authors", one_line(claim.author)[:SHOWN_CHARS]
    for name in ("published_at", "modified_at"):
        ours, theirs = getattr(article, name, None), getattr(claim, name)
        if theirs and (ours is None or abs((theirs - ours).total_seconds()) > SAME_S):
            yield name, moment(theirs)
    if claim.text:
        words = counted(len(claim.text.split()), "word")
        share = shared(claim.text, article.text) if article else 0.0
        yield "text", f"{words}, {share:.0%} of its words in the page's article"


def plain(text: str | None) -> str:
    """`text` without regard to case and spaces."""
    return " ".join((text or "").casefold().split())


def names(text: str) -> set[str]:
    """The names in a byline, in any order."""
    return {plain(name) for name in text.split(",")} - {""}


def shared(text: str, other: str) -> float:
    """The share of the different words of `text`, 0 to 1, that `other` has too."""
    words = set(text.casefold().split())
    return len(words & set(other.casefold().split())) / len(words) if words else 1.0
