"""`clean_html`: a page to a `CleanArticle`, through extraction, the list of steps and the verdict."""

from collections.abc import Sequence

from pipeline.article import Block, Caption, CleanArticle, Cut, Extraction, Kind
from pipeline.extract import extract
from pipeline.rules import GENERIC, Rules
from pipeline.claims import BECAME
from pipeline.steps import STEPS, Step, drop_captions, drop_marked
from pipeline.verdict import verdict


def clean_html(
    html: bytes | str, url: str | None = None, *, rules: Rules = GENERIC, content_type: str | None = None
) -> CleanArticle:
    """The page's article with its cleaning receipt; never raises, whatever the bytes are.

    `url` makes relative addresses absolute, `content_type` is the server's header. Where the page is no article,
    `verdict` says why and the fields hold what could be read.
    """
    return article_from(extract(html, url, rules=rules, content_type=content_type), rules)


def article_from(extraction: Extraction, rules: Rules = GENERIC) -> CleanArticle:
    """The article an extraction holds: its kept blocks, and every other block as a cut."""
    kept, cuts = run(STEPS, extraction.blocks, rules)
    meta = extraction.metadata
    captions = captions_from(cuts)
    return CleanArticle(
        url=meta.canonical_url or extraction.url,
        title=meta.title,
        standfirst=meta.standfirst,
        blocks=tuple(kept),
        cuts=tuple(cuts),
        captions=captions,
        authors=meta.authors,
        published_at=meta.published_at,
        modified_at=meta.modified_at,
        section=meta.section,
        tags=meta.tags,
        language=meta.language,
        image=meta.image,
        makes=(),
        verdict=verdict(extraction, kept),
        evidence=meta.evidence,
        flags=extraction.flags,
    )


def run(steps: Sequence[Step], blocks: Sequence[Block], rules: Rules) -> tuple[list[Block], list[Cut]]:
    """What the steps leave, and a cut for each block they took, in page order."""
    cuts: list[Cut] = []
    kept = list(blocks)
    for step in steps:
        left = step(kept, rules)
        if len(left) != len(kept):
            still = {id(block) for block in left}
            cuts += [cut_by(step, block) for block in kept if id(block) not in still]
            kept = left
    return kept, sorted(cuts, key=lambda cut: cut.block.order)


def cut_by(step: Step, block: Block) -> Cut:
    """The receipt for one block: a marked one names its mark, another the step."""
    if step is drop_marked and block.marked:
        return Cut(block.marked, block, BECAME.get(block.marked))
    return Cut(step.__name__, block, "captions" if step is drop_captions else None)


def captions_from(cuts: Sequence[Cut]) -> tuple[Caption, ...]:
    """The captions among the cuts, as data."""
    return tuple(
        Caption(text=cut.block.text, image=cut.block.image)
        for cut in cuts
        if cut.became == "captions" and cut.block.kind is Kind.CAPTION
    )
