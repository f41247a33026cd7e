"""What the marks of many pages look like: a table for each set, intervals, and our worst pages."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from marks import MEASURES, SUMS, Floats, Score, measures, total

FIELDS = ("title", "authors", "date")
COMPARED = ("4gF1", "tokF1", "exact", "snipF")
DRAWS = 2000  # of domains, for the intervals
WIDTH = 110
Scores = Mapping[str, Sequence[Score]]  # by reader, all of the same pages in the same order


def show(results: Scores) -> None:
    """Prints every set, all sets pooled, and who called what an article; non-articles only in the last."""
    articles = {reader: [s for s in scores if s.kind == "article"] for reader, scores in results.items()}
    sets = sorted({score.set for score in articles["carnews"]})
    for name in sets:
        show_set(name, {reader: [s for s in scores if s.set == name] for reader, scores in articles.items()})
    if len(sets) > 1:
        show_set("all articles", articles)
    show_calls(results)


def show_set(name: str, results: Scores) -> None:
    """Prints what each reader made of one set, and by how much we exceed each peer."""
    ours = results["carnews"]
    domains = len({score.domain for score in ours})
    heads = [*MEASURES, "title", "auth", "date", "called"]
    print(f"{name}: {len(ours)} pages of {domains} domains; all but F1 and 4g in per cent")
    print(f"{'reader':<16}" + "".join(f"{head:>7}" for head in heads))
    for reader, scores in results.items():
        print(f"{reader:<16}" + "".join(row(scores)))
    if domains > 1 and len(results) > 1:
        show_intervals(results)
    print()


def row(scores: Sequence[Score]) -> list[str]:
    """One reader's cells."""
    found = dict(zip(MEASURES, measures(total(scores)), strict=True))
    cells = [cell(value, per_cent="F1" not in name and "4g" not in name) for name, value in found.items()]
    for name in FIELDS:
        right = [score.fields[name] for score in scores if name in score.fields]
        cells.append(cell(sum(right) / len(right) if right else np.nan))
    return [*cells, cell(sum(score.accepted for score in scores) / len(scores))]


def cell(value: float, *, per_cent: bool = True) -> str:
    if np.isnan(value):
        return f"{'-':>7}"
    return f"{100 * value:7.1f}" if per_cent else f"{value:7.3f}"


def show_intervals(results: Scores) -> None:
    """Prints ours less each peer's in hundredths, with 95 % intervals."""
    print(f"{'ours less, x 100':<16}" + "".join(f"{name:>22}" for name in COMPARED))
    for reader, theirs in results.items():
        if reader == "carnews":
            continue
        low, middle, high = 100 * exceeds(results["carnews"], theirs)
        cells = [interval(low[at], middle[at], high[at]) for at in map(MEASURES.index, COMPARED)]
        print(f"{reader:<16}" + "".join(cells))


def interval(low: float, middle: float, high: float) -> str:
    shown = "-" if np.isnan(middle) else f"{middle:+.1f} [{low:+.1f}, {high:+.1f}]"
    return f"{shown:>22}"


def exceeds(ours: Sequence[Score], theirs: Sequence[Score]) -> Floats:
    """Our `MEASURES` less theirs: the 2.5 % quantile, the difference itself, the 97.5 % quantile.

    Domains are drawn with replacement, the same ones for both; a page's marks follow its domain.
    """
    domains = sorted({score.domain for score in ours})
    sides = [by_domain(scores, domains) for scores in (ours, theirs)]
    drawn = np.random.default_rng(1).multinomial(len(domains), [1 / len(domains)] * len(domains), DRAWS)
    many = measures(drawn @ sides[0]) - measures(drawn @ sides[1])
    middle = measures(sides[0].sum(axis=0)) - measures(sides[1].sum(axis=0))
    known = ~np.isnan(middle)
    found = np.full((3, len(middle)), np.nan)
    found[1] = middle
    found[::2, known] = np.nanquantile(many[:, known], (0.025, 0.975), axis=0)
    return found


def by_domain(scores: Sequence[Score], domains: Sequence[str]) -> Floats:
    """The sums of each domain's pages."""
    place = {domain: at for at, domain in enumerate(domains)}
    found = np.zeros((len(domains), len(SUMS)))
    for score in scores:
        found[place[score.domain]] += score.sums
    return found


def show_calls(results: Scores) -> None:
    """Prints what was called an article rightly and wrongly; a peer says so by finding any text."""
    print(f"{'called articles':<16}{'articles':>12}{'others':>12}   refused articles, by reason")
    for reader, scores in results.items():
        right = [score.accepted for score in scores if score.kind == "article"]
        wrong = [score.accepted for score in scores if score.kind != "article"]
        refused = Counter(s.verdict for s in scores if s.kind == "article" and not s.accepted)
        reasons = ", ".join(f"{verdict} {count}" for verdict, count in refused.most_common())
        counts = f"{f'{sum(right)}/{len(right)}':>12}{f'{sum(wrong)}/{len(wrong)}':>12}"
        print(f"{reader:<16}{counts}   {reasons}"[:WIDTH])


def show_worst(scores: Sequence[Score], count: int, lines: int = 8) -> None:
    """Prints our pages with the lowest 4-gram F1: what was lost, to which rule, and what leaked."""
    judged = sorted((s for s in scores if s.shingles and s.kind == "article"), key=lambda s: s.f1)
    for score in judged[:count]:
        precision, recall = score.shingles or (0.0, 0.0)
        print(f"\n{score.f1:.3f} p={precision:.2f} r={recall:.2f} {score.verdict} {score.url}")
        lost = [f"  - [{line['rule']}] {line['text']}" for line in score.faults.get("lost", ())]
        leaked = [f"  + {line}" for line in score.faults.get("leaked", ())]
        if not lost and not leaked:
            print("  the same lines, but not as often or in other words")
        for side in (lost, leaked):
            for line in side[:lines]:
                print(line if len(line) <= WIDTH else line[: WIDTH - 1] + "…")
            if len(side) > lines:
                print(f"  {side[0].strip()[0]} … and {len(side) - lines} more")
    show_causes(judged)


def show_causes(scores: Sequence[Score]) -> None:
    """Prints which rules cut expected lines most, over all pages."""
    lost = Counter(line["rule"] for score in scores for line in score.faults.get("lost", ()))
    leaked = sum(len(score.faults.get("leaked", ())) for score in scores)
    told = ", ".join(f"{rule} {count}" for rule, count in lost.most_common(12))
    print(f"\nlines lost {sum(lost.values())}: {told}\nlines leaked {leaked}")
