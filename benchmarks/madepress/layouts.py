"""The parts and the page layouts, read from `parts/` and `layouts/`.

A part's file holds `=== name` and its variants, parted by `---`. A layout's header has settings behind the
name: `langs`, `para`, `head`, `names` (what may be drawn), `genre`, `url`, `split`, `scroll`, `quiet` (less
furniture), and `part=N`, which fixes a part to its N-th variant (from 1).
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from madepress.truth import shorthand

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Layout:
    """A page's skeleton; `settings` are those of its header."""

    name: str
    markup: str
    settings: dict[str, str] = field(default_factory=dict)

    def options(self, key: str) -> list[str]:
        """What may be drawn for a setting; empty for anything."""
        value = self.settings.get(key, "*")
        return [] if value == "*" else value.split(",")


def sections(path: Path) -> list[tuple[str, str]]:
    """The header and the text of each `===` section of a file."""
    pieces = ("\n" + path.read_text(encoding="utf-8")).split("\n=== ")[1:]
    return [(head, body.strip()) for head, _, body in (piece.partition("\n") for piece in pieces)]


@cache
def parts() -> dict[str, list[str]]:
    """Every part with its variants, lines marked with the part's name as their kind."""
    found = {}
    for path in sorted((HERE / "parts").glob("*.html")):
        for name, text in sections(path):
            found[name] = [shorthand(variant, name) for variant in text.split("\n---\n")]
    return found


@cache
def layouts() -> list[Layout]:
    """All layouts, in the order of their files."""
    found = []
    for path in sorted((HERE / "layouts").glob("*.html")):
        for head, text in sections(path):
            name, *settings = head.split()
            pairs = dict(setting.split("=", 1) for setting in settings)
            found.append(Layout(name, shorthand(text, "furniture"), pairs))
    return found
