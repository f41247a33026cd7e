"""What stands on a page besides the article: which pieces, how many, in which form and where."""

import re
from collections.abc import Mapping

from madepress.grammar import Pen
from madepress.layouts import Layout
from madepress.truth import as_kind

# Lines a site sets between or after paragraphs, by weight, with names that tell what they are.
LINES = {
    "readmore": (6, ("readmore", "related-link", "next-single", "also", "lesetipp")),
    "newsletter": (2.5, ("newsletter", "nl-signup", "subscribe")),
    "google": (1, ("preferred-source", "google-cta")),
    "app": (0.7, ("app-promo", "download")),
    "whatsapp": (0.8, ("whatsapp", "channel")),
    "follow": (1, ("follow", "social-follow")),
    "podcast": (0.8, ("podcast", "audio")),
    "photo": (1.6, ("credits", "photo-credit", "bildnachweis")),
    "affiliate": (0.8, ("disclaimer", "affiliate")),
    "disclosure": (0.4, ("disclosure", "note")),
    "correction": (0.4, ("correction", "editor-note")),
    "register": (0.6, ("paywall", "regwall")),
    "video": (0.5, ("video", "player")),
    "poll_q": (0.3, ("poll", "quiz")),
    "lease_l": (0.6, ("deals", "leasing")),
    "gallery_h": (0.9, ("gallery-link", "photos")),
}
ENDINGS = {
    "source": 3, "tip": 2, "photo": 2, "firstpub": 2, "affiliate": 2, "correction": 1, "disclosure": 1,
    "press": 1.5, "copyright": 1, "follow": 2, "newsletter": 2, "podcast": 1, "readmore": 4, "google": 1,
    "whatsapp": 1, "gallery_h": 1, "app": 1, "ccount": 1,
}  # fmt: skip
OPENINGS = {
    "newsletter": 2, "google": 2, "affiliate": 2, "podcast": 2, "photo": 1, "firstpub": 1, "readtime": 2,
    "ccount": 1, "video": 1, "correction": 1,
}  # fmt: skip
QUIET = ("module", "box", "c-block", "inset", "extra", "component", "blk", "text", "content")
NAME_HERE = re.compile(r'(?<=["\s-])k(?=["-])')
AFTER = {
    "tags": 5, "bio": 5, "related": 7, "comments": 6, "relcars": 2, "mostread": 2, "lease": 1.5,
    "prevnext": 2, "nlbox": 2, "poll": 1, "share": 3, "gallery": 1.5, "paywall": 0.6, "teaser": 1.5,
    "toc": 0.2,
}  # fmt: skip
INSIDE = {
    "line": 8, "pic": 9, "adslot": 4, "teaser": 3, "gallery": 1.6, "video": 0.8, "related": 0.7, "nlbox": 0.6,
    "relcars": 0.6, "lease": 0.3, "poll": 0.4, "share": 0.4, "mostread": 0.3,
}  # fmt: skip

BEFORE = {
    "share": 3, "related": 2, "nlbox": 1.5, "toc": 1.5, "adslot": 3, "gallery": 2, "video": 2, "lease": 1,
    "poll": 0.4, "mostread": 1, "teaser": 2, "relcars": 1.5, "bio": 1, "line": 3, "paywall": 0.5,
}  # fmt: skip


def weighted(pen: Pen, weights: Mapping[str, float]) -> str:
    return pen.rng.choices(list(weights), list(weights.values()))[0]


def line(pen: Pen, kind: str) -> str:
    """A line of a kind in the form this page has for the kind."""
    key = f"line:{kind}"
    if key not in pen.fixed:
        names = LINES[kind][1] if kind in LINES and pen.chance(0.45) else QUIET
        form = NAME_HERE.sub(pen.pick(names), pen.pick(pen.parts["line"]))
        pen.fixed[key] = as_kind(form, kind.removesuffix("_q").removesuffix("_l").removesuffix("_h"))
    pen.values["line"] = lambda: pen.say(kind)
    return pen.fill(pen.fixed[key])


def part(pen: Pen, name: str) -> str:
    """A part, with the page's picture forms and names filled in."""
    if name == "line":
        return line(pen, weighted(pen, {kind: weight for kind, (weight, _) in LINES.items()}))
    return NAME_HERE.sub("card", pen.part(name)) if name == "teaser" else pen.part(name)


def between(pen: Pen, layout: Layout, size: int) -> list[str]:
    """What stands between the `size` blocks of the body: a page draws few kinds and repeats them."""
    quiet = "quiet" in layout.settings
    kinds = [weighted(pen, INSIDE) for _ in range(pen.number(0, 3 if quiet else 8))]
    most = max(1, size // 2)
    found: list[str] = []
    for kind in kinds:
        times = pen.pick((1, 1, 1, 2, 3)) if kind in ("pic", "line", "adslot") else 1
        found += [part(pen, kind) for _ in range(times)]
    pen.rng.shuffle(found)
    return found[: max(2, most)]


def opening(pen: Pen) -> str:
    """Lines at the head of the body's own box."""
    if not pen.chance(0.22):
        return ""
    draw = pen.random()
    if draw < 0.62:
        return line(pen, weighted(pen, OPENINGS))
    return pen.part(pen.pick(("share", "bio", "toc", "again", "signed", "signed")))


def ending(pen: Pen) -> str:
    """Lines and parts at the end of the body's own box."""
    if not pen.chance(0.5):
        return ""
    found = [line(pen, weighted(pen, ENDINGS)) for _ in range(pen.number(1, 3))]
    if pen.chance(0.12):
        found.insert(0, pen.part("signed"))
    if pen.chance(0.35):
        found.append(part(pen, weighted(pen, AFTER)))
    return "\n".join(found)


def before(pen: Pen) -> str:
    """Parts between the head of the article and its body, on some pages."""
    if not pen.chance(0.3):
        return ""
    return "\n".join(part(pen, weighted(pen, BEFORE)) for _ in range(pen.pick((1, 1, 2))))


def after(pen: Pen) -> str:
    """What follows the body, in any order."""
    names = list(dict.fromkeys(weighted(pen, AFTER) for _ in range(pen.number(2, 7))))
    found = [part(pen, name) for name in names]
    found += [line(pen, weighted(pen, ENDINGS)) for _ in range(pen.pick((0, 0, 1, 2)))]
    pen.rng.shuffle(found)
    return "\n".join(found)


def side(pen: Pen) -> str:
    variants = pen.rng.sample(pen.parts["side"], pen.number(1, 4))
    return "\n".join(pen.fill(variant) for variant in variants)
