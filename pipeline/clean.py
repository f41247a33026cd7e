"""`clean_html`: a page to a `CleanArticle`, through extraction, the list of steps and the verdict."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.article import ARTICLE, FAULT, Block, Caption, CleanArticle, Cut, Extraction, Metadata
from pipeline.captions import read_caption, split_credit
from pipeline.extract import extract
from pipeline.receipts import cuts_of, with_repeats_named
from pipeline.rules import GENERIC, Rules
from pipeline.scorer import step_for
from pipeline.steps import STEPS, Step, cut_outside_body, drop_foreign_boxes, drop_link_lines
from pipeline.urls import canonical_url, host_of
from pipeline.vehicles import makes_in, vehicles_in
from pipeline.verdict import against, verdict


def clean_html(
    html: bytes | str, url: str | None = None, *, rules: Rules = GENERIC, content_type: str | None = None
) -> CleanArticle:
    """The page's article with its cleaning receipt; never raises, whatever the bytes are.

    `url` makes relative addresses absolute, `content_type` is the server's header. Where the page is no
    article, `verdict` says why and the fields hold what could be read.
    """
    try:
        return article_from(extract(html, url, rules=rules, content_type=content_type), rules)
    except Exception as error:  # noqa: BLE001 - the one place that keeps the promise never to raise
        # Only a fault of ours comes here; the flag carries it to the log, and the archive keeps the page.
        return unread(url, f"{FAULT}{type(error).__name__}: {error}")


def unread(url: str | None, flag: str) -> CleanArticle:
    """The answer for a page that could not be read: no field, no block, and the flag that says why."""
    return article_from(Extraction(url, Metadata(), (), (flag,)))


def article_from(extraction: Extraction, rules: Rules = GENERIC) -> CleanArticle:
    """The article an extraction holds: its kept blocks, and every other block as a cut."""
    steps = steps_for(extraction, rules)
    kept, cuts = run(steps, extraction.blocks, rules)
    meta = extraction.metadata
    told = verdict(extraction, kept)
    texts = [meta.title or "", meta.standfirst or "", *(block.text for block in kept)]
    return CleanArticle(
        url=own_address(extraction.url, meta.canonical_url),
        title=meta.title,
        standfirst=meta.standfirst,
        blocks=tuple(kept),
        cuts=tuple(cuts),
        captions=captions_from(cuts),
        authors=meta.authors,
        published_at=meta.published_at,
        modified_at=meta.modified_at,
        section=meta.section,
        tags=meta.tags,
        language=meta.language,
        image=meta.image,
        makes=makes_in(texts),
        verdict=told,
        evidence=meta.evidence if told == ARTICLE else {**meta.evidence, **refusal(extraction, kept)},
        flags=extraction.flags,
        vehicles=vehicles_in(texts),
    )


# What the scorer knows better: measured on hosts it never saw, these steps only took text after it.
SCORED = (drop_foreign_boxes, drop_link_lines)


def refusal(extraction: Extraction, kept: Sequence[Block]) -> dict[str, str]:
    """What spoke most against a page that is no article, as evidence; nothing for an empty one."""
    facts = against(extraction, kept) if extraction.blocks else ()
    return {"verdict": ", ".join(facts)} if facts else {}


def steps_for(extraction: Extraction, rules: Rules) -> Sequence[Step]:
    """The steps, the learned scorer in place of the choice of a box unless the site names its own."""
    scored = None if rules.body else step_for(extraction)
    if scored is None:
        return STEPS
    return [scored if step is cut_outside_body else step for step in STEPS if step not in SCORED]


def own_address(url: str | None, stated: str | None) -> str | None:
    """The address an article is known by: what the page calls its own, if that is of the same site, else
    `url`.
    """
    if stated and (url is None or host_of(stated) == host_of(url)):
        return canonical_url(stated) or url
    return (canonical_url(url) or url) if url else None


def run(steps: Sequence[Step], blocks: Sequence[Block], rules: Rules) -> tuple[list[Block], list[Cut]]:
    """What the steps leave, and a cut for each block they took, in page order."""
    cuts: list[Cut] = []
    kept = list(blocks)
    for step in steps:
        left = step(kept, rules)
        if len(left) != len(kept):
            still = {id(block) for block in left}
            cuts += cuts_of(step, [block for block in kept if id(block) not in still], rules)
            kept = left
    return kept, with_repeats_named(sorted(cuts, key=lambda cut: cut.block.order))


def captions_from(cuts: Sequence[Cut]) -> tuple[Caption, ...]:
    """The captions among the cuts, taken apart as far as their words allow."""
    return tuple(caption_of(cut.block) for cut in cuts if cut.became == "captions")


def caption_of(block: Block) -> Caption:
    """A caption block as data: by the photo desks' grammar, else the words and the credit they end in."""
    read = read_caption(block.text, in_run=True)
    if read is not None and (read.view or read.credit):
        return replace(read, text=block.text, image=block.image)
    return Caption(text=block.text, credit=split_credit(block.text)[1], image=block.image)
