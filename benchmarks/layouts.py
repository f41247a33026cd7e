"""How right made car pages in many layouts are read, whose truth is exact; `--peers` adds others to the run.

    python benchmarks/layouts.py [--count 300] [--seed 7] [--peers] [--worst 5]

Three tables: 25 layouts written by hand that nothing is fitted to (`madelayouts/`); the same as sites, where
twenty pages of a layout have taught what recurs on them before twenty others are read; and pages of the maker
whose other seeds the scorer is fitted to (`madecars.py`): that flatters us alone. Shares are means over
pages: F1 of the multiset of paragraphs, bodies that are right as a whole, lines of boilerplate that stand in
the text, captions given as data.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from statistics import fmean as mean

import madelayouts
from madecars import MadePage, folded, made_pages
from peers import PEERS, reading

from pipeline import clean_html
from pipeline.recurring import Recurring
from pipeline.recurring import lines_of as told_by
from pipeline.rules import GENERIC, Rules

TEACHING = 20  # pages of a layout
TAUGHT = "carnews, taught"
Read = tuple[list[str], list[str]]  # paragraphs and captions


@dataclass(slots=True)
class Marks:
    """How one page was read: shares 0-1, and the lines that leaked or were lost, each with its kind."""

    f1: float
    exact: bool
    leaked: list[tuple[str, str]]
    lost: list[str]
    captions: float | None  # None where the page has none


def marks(page: MadePage, texts: list[str], captions: list[str]) -> Marks:
    """The paragraphs and captions that a reader gave, held against the page's truth."""
    wanted, found = Counter(map(folded, page.paragraphs)), Counter(map(folded, texts))
    common = sum((wanted & found).values())
    f1 = 2 * common / (sum(wanted.values()) + sum(found.values()) or 1)
    whole = " \n ".join(found)
    leaked = [
        (kind, line)
        for kind, line in page.boilerplate
        if folded(line) in found or (len(line) > 30 and line in whole)
    ]
    held = [folded(caption) in {folded(c) for c in captions} for caption in page.captions]
    return Marks(
        f1,
        wanted == found,
        leaked,
        list((wanted - found).elements()),
        sum(held) / len(held) if held else None,
    )


def ours(page: MadePage, rules: Rules = GENERIC) -> Read:
    article = clean_html(page.html, page.url, rules=rules)
    return article.paragraphs, [caption.text for caption in article.captions]


def read(name: str, page: MadePage) -> Read:
    """The page as the reader called `name` reads it."""
    return ours(page) if name == "carnews" else (lines_of(reading(name, page.html, page.url).text), [])


def lines_of(text: str) -> list[str]:
    """A peer's lines, freed of the signs it sets before items."""
    return [line.strip(" -*\u2022") for line in text.split("\n") if line.strip(" -*\u2022")]


HEADER = f"{'reader':<18} paragraph F1  whole bodies   leaked  captions"


def row(name: str, rows: list[tuple[MadePage, Marks]]) -> str:
    """One reader's line of the table."""
    lines = sum(len(page.boilerplate) for page, _ in rows)
    captions = mean(m.captions for _, m in rows if m.captions is not None)
    return (
        f"{name:<18} {mean(m.f1 for _, m in rows):12.4f} {mean(m.exact for _, m in rows):13.3f}"
        f" {sum(len(m.leaked) for _, m in rows) / lines:8.4f} {captions:9.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--peers", action="store_true", help="add the other extractors")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list our N worst pages")
    options = parser.parse_args()
    readers = ["carnews", *(PEERS if options.peers else ())]
    show("25 layouts nothing is fitted to", validation(), readers, options.worst)
    sites(validation(2 * TEACHING, seed=2))
    show(
        "the fitted maker's, other seeds",
        list(made_pages(options.seed, options.count)),
        readers,
        options.worst,
    )


def sites(pages: list[MadePage]) -> None:
    """Print how every layout's later pages are read, without and with what its first ones taught."""
    plain, taught = [], []
    for start in range(0, len(pages), 2 * TEACHING):
        first = pages[start : start + TEACHING]
        told = Counter(line for page in first for line in told_by(clean_html(page.html, page.url)))
        rules = Rules(recurring=Recurring(TEACHING, told))
        for page in pages[start + TEACHING : start + 2 * TEACHING]:
            plain.append((page, marks(page, *ours(page))))
            taught.append((page, marks(page, *ours(page, rules))))
    print(f"25 layouts as sites: {len(plain)} pages")
    print(HEADER)
    print(row("carnews", plain))
    print(row(TAUGHT, taught), end="\n\n")


def validation(each: int = 4, seed: int = 1) -> list[MadePage]:
    """The validation layouts' pages in the form of the maker's, layout by layout."""
    return [
        MadePage(
            page.url,
            page.html,
            page.language,
            page.title,
            page.standfirst,
            list(page.paragraphs),
            list(page.captions),
            [(page.layout, line) for line in page.boilerplate],
        )
        for page in madelayouts.made_pages(each, seed)
    ]


def show(title: str, pages: list[MadePage], readers: list[str], count: int) -> None:
    """Print one table, and what leaked most and our worst pages."""
    print(f"{title}: {len(pages)} pages")
    print(HEADER)
    for name in readers:
        rows = [(page, marks(page, *read(name, page))) for page in pages]
        print(row(name, rows))
        if name == "carnews":
            own = rows
    print("leaked most:", dict(Counter(kind for _, m in own for kind, _ in m.leaked).most_common(8)))
    for page, m in sorted(own, key=lambda pair: pair[1].f1)[:count]:
        print(f"{m.f1:.2f} {page.url} lost {m.lost[:3]} leaked {m.leaked[:4]}")
    print()


if __name__ == "__main__":
    main()
