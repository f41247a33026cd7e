"""Whether exceptions come in rows: films after films, releases after releases. A row then means little.

Kept for each share, as [row, stayed, left, good, all]: how many runs in a row were mostly exceptions until
now, how often one such run followed another and how often it did not, and the share over all runs. The
present row counts only when it has ended, for it may be what is to be found.
"""

from collections.abc import Mapping

from ops.health.blocks import Part

Row = list[int]
FADING = 4000  # pages after which the past counts half
PRIOR_STAY, PRIOR_LEAVE = 0.4, 1.6  # before a site's own rows are known


def note(rows: dict[str, Row], name: str, part: Part, counts: Mapping[str, int]) -> None:
    """Takes one run's counts into account for the share called `name`."""
    total, good = counts.get(part.total, 0), counts.get(part.good, 0)
    if not total:
        return
    row = rows.setdefault(name, [0, 0, 0, 0, 0])
    usual = (row[3] + 1) / (row[4] + 1)
    if good / total < usual / 2:
        row[0] += 1
    elif row[0]:
        row[1], row[2], row[0] = row[1] + row[0] - 1, row[2] + 1, 0
    row[3], row[4] = row[3] + good, row[4] + total
    if row[4] > FADING:
        row[1:] = [number // 2 for number in row[1:]]


def clumping(rows: Mapping[str, Row], name: str) -> float:
    """By how much more than by chance the share varies because exceptions come in rows; 1 or more.

    That of a chain of runs whose neighbours are correlated so: (1 + r) / (1 - r).
    """
    row = rows.get(name)
    if row is None:
        return 1.0
    _, stayed, left, good, total = row
    bad = 1 - good / max(total, 1)
    after_bad = (stayed + PRIOR_STAY) / (stayed + left + PRIOR_STAY + PRIOR_LEAVE)
    alike = min(0.95, max(0.0, (after_bad - bad) / max(1 - bad, 0.05)))
    return (1 + alike) / (1 - alike)
