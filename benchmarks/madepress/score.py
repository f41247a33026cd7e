"""How well clean articles meet the truth of made pages: as functions, and as a table.

python benchmarks/madepress/score.py --count 300 --seed 7 [--worst 10] [--layout NAME]
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parent.parent)  # the package, not this file's own folder

from madepress import MadePage, pages
from pipeline.article import ARTICLE, CleanArticle

INSIDE = 25  # letters; a shorter line found within a longer text may stand there by right


@dataclass(slots=True)
class Marks:
    """One page's marks. `leaked` has (kind, line), `lost` (role, paragraph) of what the text lacks."""

    f1: float
    exact: bool
    leaked: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)
    lines: int = 0
    captions: tuple[int, int] = (0, 0)
    right: dict[str, bool] = field(default_factory=dict)
    article: bool = True

    @property
    def leak(self) -> float:
        """The share of boilerplate lines found in the text; 0 for a page without."""
        return len(self.leaked) / self.lines if self.lines else 0.0


def folded(text: str) -> str:
    return " ".join(text.split())


def paragraph_f1(found: Iterable[str], wanted: Iterable[str]) -> float:
    """F1 of two multisets of paragraphs, white space folded; 1 where both are empty."""
    ours, truth = Counter(map(folded, found)), Counter(map(folded, wanted))
    total = ours.total() + truth.total()
    return 2 * (ours & truth).total() / total if total else 1.0


def leaks(paragraphs: Sequence[str], page: MadePage) -> list[tuple[str, str]]:
    """The boilerplate and captions that the text holds, each with its kind.

    A line counts where it is a paragraph more often than the truth has it, or where it is longer than
    `INSIDE` letters and stands within a paragraph that the truth does not have.
    """
    extra = Counter(map(folded, paragraphs)) - Counter(map(folded, page.paragraphs))
    within = "\n".join(extra)
    furniture = [*zip(page.kinds, page.boilerplate, strict=True), *(("caption", c) for c in page.captions)]
    found = []
    for kind, line in furniture:
        text = folded(line)
        if extra[text]:
            extra[text] -= 1
            found.append((kind, line))
        elif len(text) > INSIDE and text not in extra and text in within:
            found.append((kind, line))
    return found


def losses(paragraphs: Sequence[str], page: MadePage) -> list[tuple[str, str]]:
    """The paragraphs of the truth that the text lacks, each with its role."""
    kept = Counter(map(folded, paragraphs))
    found = []
    for role, text in zip(page.roles, page.paragraphs, strict=True):
        if kept[folded(text)]:
            kept[folded(text)] -= 1
        else:
            found.append((role, text))
    return found


def score(article: CleanArticle, page: MadePage) -> Marks:
    """One article held against its page's truth."""
    truth = [folded(text) for text in page.paragraphs]
    wanted, ours = set(map(folded, page.captions)), {folded(caption.text) for caption in article.captions}
    day = article.published_at.date().isoformat() if article.published_at else None
    marks = Marks(
        f1=paragraph_f1(article.paragraphs, page.paragraphs),
        exact=[folded(text) for text in article.paragraphs] == truth,
        leaked=leaks(article.paragraphs, page),
        lost=losses(article.paragraphs, page),
        lines=len(page.boilerplate) + len(page.captions),
        captions=(len(wanted & ours), len(wanted)),
        article=article.verdict == ARTICLE,
    )
    marks.right = {
        "title": folded(article.title or "") == folded(page.title),
        "authors": sorted(article.authors) == sorted(page.authors),
        "date": day == page.published_at[:10],
    }
    if page.standfirst:
        marks.right["standfirst"] = folded(article.standfirst or "") == folded(page.standfirst)
    return marks


def row(name: str, marks: Sequence[Marks]) -> str:
    """One line of the table."""
    count = len(marks)
    mean = sum(m.f1 for m in marks) / count
    exact = 100 * sum(m.exact for m in marks) / count
    leak = 100 * sum(len(m.leaked) for m in marks) / max(1, sum(m.lines for m in marks))
    got, all_captions = (sum(m.captions[side] for m in marks) for side in (0, 1))
    fields = []
    for key in ("title", "authors", "date", "standfirst"):
        judged = [m.right[key] for m in marks if key in m.right]
        fields.append(f"{100 * sum(judged) / len(judged):6.1f}" if judged else "     -")
    called = 100 * sum(m.article for m in marks) / count
    captions = 100 * got / max(1, all_captions)
    first = f"{name:<18} {count:5} {called:6.1f} {mean:7.4f} {exact:6.1f} {leak:6.2f} {captions:6.1f}"
    return " ".join([first, *fields])


HEADER = (
    f"{'':<18} {'pages':>5} {'called':>6} {'parF1':>7} {'exact%':>6} {'leak%':>6} {'capt%':>6} "
    f"{'title':>6} {'author':>6} {'date':>6} {'dek':>6}"
)


def report(scored: Sequence[tuple[MadePage, Marks]], worst: int) -> None:
    """Print totals, groups, and what leaked or was lost most."""
    print(HEADER)
    print(row("all", [marks for _, marks in scored]))
    for title, key in GROUPS.items():
        groups: dict[str, list[Marks]] = defaultdict(list)
        for page, marks in scored:
            groups[key(page)].append(marks)
        print(f"\nby {title}")
        for name in sorted(groups):
            print(row(name, groups[name]))
    captions = Counter({"caption": sum(len(page.captions) for page, _ in scored)})
    printed = Counter(kind for page, _ in scored for kind in page.kinds) + captions
    table("leaked, by kind", printed, [(page, *pair) for page, marks in scored for pair in marks.leaked])
    roles = Counter(role for page, _ in scored for role in page.roles)
    table("lost, by role", roles, [(page, *pair) for page, marks in scored for pair in marks.lost])
    if worst:
        list_worst(scored, worst)


def table(title: str, printed: Counter[str], found: Sequence[tuple[MadePage, str, str]]) -> None:
    """Print lines by kind, the most frequent first."""
    print(f"\n{title} (lines, share of the kind's lines, pages, an example)")
    groups: dict[str, list[tuple[MadePage, str]]] = defaultdict(list)
    for page, kind, text in found:
        groups[kind].append((page, text))
    for kind, lines in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        on = len({page.url for page, _ in lines})
        share = 100 * len(lines) / printed[kind]
        print(f"{kind:<14} {len(lines):5} {share:6.1f}% {on:5}  {lines[0][0].layout}: {lines[0][1][:80]}")


def list_worst(scored: Sequence[tuple[MadePage, Marks]], worst: int) -> None:
    """Print the pages with the lowest F1, what leaked and the first that was lost."""
    print("\nworst pages")
    for page, marks in sorted(scored, key=lambda pair: pair[1].f1)[:worst]:
        kinds = dict(Counter(kind for kind, _ in marks.leaked).most_common(4))
        print(f"{marks.f1:.3f} {page.layout} {page.language} {page.shape} {page.url}")
        print(f"      lost {len(marks.lost)}, leaked {kinds}")
        print("".join(f"      - {role}: {text[:90]}\n" for role, text in marks.lost[:3]), end="")


GROUPS: dict[str, Callable[[MadePage], str]] = {
    "layout": lambda page: page.layout,
    "language": lambda page: page.language,
    "genre": lambda page: page.shape.split()[0],
    "names": lambda page: page.shape.split()[1],
}


def main() -> None:
    from pipeline import clean_html  # noqa: PLC0415 - whoever needs only the marks loads no parser

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N worst pages")
    parser.add_argument("--layout", help="only pages of this layout")
    options = parser.parse_args()
    made = (page for page in pages(options.seed, options.count) if options.layout in (None, page.layout))
    report([(page, score(clean_html(page.html, page.url), page)) for page in made], options.worst)


if __name__ == "__main__":
    main()
