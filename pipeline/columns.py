"""The two matrices the scorer judges by: a column for each fact about a block, a row for each block.

`first` says what the block, its boxes and its neighbours are; `second` adds what the first stage thinks of
them.
All sums run in block order and every number is rounded, so that the same page gives the same matrices on
every
machine.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.article import Kind
from pipeline.features import (
    BYLINE,
    DATELINE,
    ENCLOSING,
    FAR,
    FURNITURE,
    KIND,
    KINDS,
    LEVEL,
    LINK,
    MEANING,
    RULE,
    TEXT,
    TITLE,
    TITLED,
    Floats,
    Page,
    holder,
)

PICTURE, BOLD, CAPTIONED, ENDING = (TEXT.index(name) for name in ("pictures", "bold", "caption", "ending"))
Columns = dict[str, Floats]
NOWHERE = -999.0  # the distance from what the page does not have


def moved(value: Floats, steps: int, fill: float = 0.0) -> Floats:
    """`value` of the block `steps` before (after, where negative)."""
    out = np.full_like(value, fill)
    if steps > 0:
        out[steps:] = value[:-steps]
    else:
        out[:steps] = value[-steps:]
    return out


def running(value: NDArray[np.floating[Any]]) -> Floats:
    """The sums of `value` before each block, and of all."""
    return np.concatenate(([0.0], np.cumsum(value)))


def around(sums: Floats, weights: Floats, reach: int) -> Floats:
    """The weighted mean over the blocks at most `reach` away, from running sums."""
    size = len(sums) - 1
    place = np.arange(size)
    low, high = np.maximum(place - reach, 0), np.minimum(place + reach + 1, size)
    return (sums[high] - sums[low]) / (weights[high] - weights[low] + 1e-6)


def distances(flag: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Blocks since the last flagged one and until the next; `FAR` where there is none."""
    place = np.arange(len(flag))
    last = np.maximum.accumulate(np.where(flag, place, -len(flag) - 100))
    after = np.minimum.accumulate(np.where(flag, place, 2 * len(flag) + 100)[::-1])[::-1]
    return np.minimum(place - last, FAR), np.minimum(after - place, FAR)


def position(page: Page, box: int) -> tuple[Floats, Floats, Floats]:
    """For each block how deep it lies below `box` (negative outside), and how far from the box's start and
    end.
    """
    line = np.zeros(page.boxes)
    outer = box
    while outer >= 0:
        line[outer] = 1.0
        outer = int(page.parent[outer])
    shared = np.add.reduceat(line[page.flat], page.starts)
    members = page.of[page.flat == box]
    below = np.where(shared >= page.depth[box], page.depth[page.inner], shared) - page.depth[box]
    place = np.arange(page.size)
    return below, place - members[0], members[-1] - place


def best(sums: Floats) -> int:
    """The number of the largest sum; of equal ones the innermost."""
    rounded = np.round(sums, 3)
    return int(len(sums) - 1 - np.argmax(rounded[::-1]))


def surroundings(page: Page, value: Floats, weight: Floats, prefix: str) -> Columns:
    """How `value` (0-1) is spread over the boxes around each block and over its neighbours."""
    mass = value * weight
    total = mass.sum() + 1e-6
    held, heavy = page.within(mass), page.within(weight)
    share, density = held / total, held / (heavy + 1e-6)
    out: Columns = {}
    for steps in range(4):
        box = page.outward(steps)
        out[f"{prefix} share {steps}"] = share[box]
        out[f"{prefix} density {steps}"] = density[box]
        if steps:
            out[f"{prefix} others {steps}"] = (held[box] - mass) / (heavy[box] - weight + 1.0)
    out[f"{prefix} before"] = (np.cumsum(mass) - mass) / total
    sums, weights = running(mass), running(weight + 1e-3)
    for reach in (1, 3, 8):
        out[f"{prefix} around {reach}"] = around(sums, weights, reach)
    return out


def same_shape(page: Page, value: Floats, prefix: str) -> Columns:
    """How `value` is spread over the blocks that stand in the same kind of element."""
    weight = np.bincount(page.shape, weights=page.chars)
    held = np.bincount(page.shape, weights=value * page.chars)
    own = value * page.chars
    return {
        f"{prefix} alike": (held / (weight + 1e-6))[page.shape],
        f"{prefix} alike others": (held[page.shape] - own) / (weight[page.shape] - page.chars + 1.0),
        f"{prefix} alike share": (held / (held.sum() + 1e-6))[page.shape],
    }


def places(page: Page, box: int, prefix: str) -> Columns:
    """Where each block stands in relation to `box`, as columns."""
    names = ("below", "from", "to")
    return {f"{prefix} {n}": c for n, c in zip(names, position(page, box), strict=True)}


def boxed(page: Page) -> Columns:
    """What the elements around each block are, and what their names are worth."""
    own, inner = page.own, page.inner
    outer, third = page.outward(1), page.outward(2)
    chain = own[page.flat]
    out = {"tag": own[inner, 0], "outer tag": own[outer, 0], "depth": page.depth[inner]}
    for steps, box in enumerate((inner, outer, third)):
        out[f"names high {steps}"], out[f"names low {steps}"] = own[box, 1], own[box, 2]
    out["names high"] = np.maximum.reduceat(chain[:, 1], page.starts)
    out["names low"] = np.minimum.reduceat(chain[:, 2], page.starts)
    out["names sum"] = np.add.reduceat(chain[:, 3], page.starts)
    for number, name in enumerate(ENCLOSING, RULE + 1):
        out[f"in {name}"] = np.maximum.reduceat(chain[:, number], page.starts)
    return out


def first(page: Page) -> Columns:
    """The first stage's columns: the block, its boxes, its place and what stands around it."""
    text = page.text
    chars, link, kind = page.chars, text[:, LINK], text[:, KIND]
    place, full = np.arange(page.size), np.ones(page.size)
    heading = kind == KINDS[Kind.HEADING]
    value, mass = page.prose, page.mass
    out = {name: text[:, number] for number, name in enumerate(TEXT)} | boxed(page)
    out |= {"place": place / page.size, "blocks": full * page.size, "prose": full * mass.sum()}
    plain = np.where(link > 0.6, -20 - 0.2 * chars, np.where(heading, 0.2 * chars, -5.0))
    worth = np.where(value > 0, np.minimum(chars, 1000.0) * (1 - link), plain)
    out |= places(page, best(page.within(worth)), "worth")
    out |= places(page, best(page.directly(mass)), "parent")
    out |= places(page, holder(page, mass, 0.75), "holder")
    out |= surroundings(page, value, page.weight, "prose") | same_shape(page, value, "prose")
    return out | linked(page) | headed(page, heading) | landmarks(page, mass)


def landmarks(page: Page, mass: Floats) -> Columns:
    """What the innermost telling element around each block calls itself, and its share of the prose."""
    box = page.called[page.inner]
    told = box >= 0
    share = page.within(mass) / (mass.sum() + 1e-6)
    picture = page.text[:, PICTURE]
    return {
        "landmark": np.where(told, page.own[box, RULE], 0.0),
        "landmark's share": np.where(told, share[box], 1.0),
        "landmark's depth": np.where(told, page.depth[page.inner] - page.depth[box], -1.0),
        "since closing": page.since_closing,
        "since picture": distances(picture > 0)[0],
        "bold around": around(running(np.multiply(page.text[:, BOLD], page.chars)), running(page.chars), 3),
        "furniture around": around(
            running((page.text[:, FURNITURE] > 0) * 1.0), running(np.ones(page.size)), 2
        ),
        "caption around": around(
            running(np.where(page.text[:, CAPTIONED] > 0, 1.0, 0.0)), running(np.ones(page.size)), 2
        ),
        "linked before": moved(page.text[:, LINK], 1),
        "linked after": moved(page.text[:, LINK], -1),
        "kind before": moved(page.text[:, KIND], 1, -1.0),
        "kind after": moved(page.text[:, KIND], -1, -1.0),
        "ending before": moved(page.text[:, ENDING], 1),
        "ending after": moved(page.text[:, ENDING], -1),
        "meaning before": moved(page.text[:, MEANING], 1),
        "meaning after": moved(page.text[:, MEANING], -1),
    }


def linked(page: Page) -> Columns:
    """How much of what stands around each block is linked, and how many blocks stand as it does."""
    chars, link = page.chars, page.text[:, LINK]
    alike = np.bincount(page.shape)
    count = page.within(np.ones(page.size))
    density = page.within(link * chars) / (page.within(chars) + 1e-6)
    sums, weights = running(link * chars), running(chars)
    out = {"alike": alike[page.shape].astype(float)}
    out["alike link"] = (np.bincount(page.shape, weights=link) / alike)[page.shape]
    for reach in (1, 3, 8):
        out[f"link around {reach}"] = around(sums, weights, reach)
    for steps in (1, 2):
        box = page.outward(steps)
        out[f"link density {steps}"], out[f"blocks {steps}"] = density[box], count[box]
    size = np.log1p(chars)
    out["size before"], out["size after"] = moved(size, 1), moved(size, -1)
    return out


def headed(page: Page, heading: NDArray[np.bool_]) -> Columns:
    """Where each block stands between headings, title and byline, and what the words there mean."""
    text, place, said = page.text, np.arange(page.size), page.text[:, MEANING]
    out: Columns = {}
    out["since h1"], _ = distances(heading & (text[:, LEVEL] == 1) | (page.mark == TITLE))
    out["since byline"], _ = distances((page.mark == BYLINE) | (page.mark == DATELINE))
    out["since heading"], out["to heading"] = distances(heading)
    titled = np.flatnonzero((page.mark == TITLE) | heading & (text[:, TITLED] > 0.8))
    out["after title"] = place - titled[0] if len(titled) else np.full(page.size, NOWHERE)
    out["meaning around"] = around(running(said), running(np.ones(page.size)), 4)
    under = np.maximum.accumulate(np.where(heading, place, -1))
    out["heading's meaning"] = np.where(under >= 0, said[under], 0.0)
    return out


def second(page: Page, chance: Floats) -> Columns:
    """The second stage's further columns: what the first thinks (0-1) of the block, its boxes and
    neighbours.
    """
    chars = page.chars
    chance = np.where(page.judged, chance, 0.0)
    mass = chance * page.weight
    out: Columns = {"chance": chance}
    out |= surroundings(page, chance, page.weight, "chance") | same_shape(page, chance, "chance")
    out |= places(page, best(page.within((chance - 0.5) * page.weight)), "chance best")
    out |= places(page, holder(page, mass + 1e-3, 0.9), "chance holder")
    out |= places(page, best(page.directly(mass)), "chance parent")
    sure = (chance > 0.7) & (chars > 60)
    out["since sure"], out["to sure"] = distances(sure)
    found = np.flatnonzero(sure)
    place = np.arange(page.size)
    out["after first sure"] = place - found[0] if len(found) else np.full(page.size, NOWHERE)
    out["to last sure"] = found[-1] - place if len(found) else np.full(page.size, NOWHERE)
    out["chance sum"] = np.full(page.size, mass.sum())
    out["chance share"] = np.full(page.size, mass.sum() / (page.weight.sum() + 1.0))
    return out


def matrix(columns: Columns) -> Floats:
    """A row for each column, rounded so that the last bits of a machine's arithmetic cannot matter."""
    out = np.empty((len(columns), len(next(iter(columns.values())))))
    for number, column in enumerate(columns.values()):
        out[number] = column
    return np.round(out, 4)
