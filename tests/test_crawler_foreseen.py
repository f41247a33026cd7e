"""A dry run over a whole archive of real pages names exactly the articles that the real one then changes."""

from pathlib import Path

import pytest
from test_crawler_reprocess import REAL_PAGES, Shop

from crawler import stages
from crawler.compared import ARTICLE_NOW, DETAILS, TEXT
from crawler.ingest import ingest
from db.changes import changes, newest_change
from db.engine import reading
from pipeline import clean
from pipeline.steps import STEPS, cut_after_closing, drop_caption_lines

OFF = {cut_after_closing, drop_caption_lines}  # rules that the store's articles were read without
BECAME = {TEXT: "re-extracted", DETAILS: "re-extracted", ARTICLE_NOW: "added"}


@pytest.mark.slow
@pytest.mark.skipif(
    not REAL_PAGES.exists(), reason=f"NO REAL PAGES: {REAL_PAGES} is not there; set CARNEWS_REALPAGES"
)
def test_a_dry_run_names_exactly_the_articles_that_then_change(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path / "shop", store_url)
    with monkeypatch.context() as earlier:
        earlier.setattr(stages, "RULES_VERSION", "0")
        earlier.setattr(clean, "STEPS", tuple(step for step in STEPS if step not in OFF))
        assert len(ingest([REAL_PAGES], shop.engine, shop.archive).problems) < 5
    with reading(shop.engine) as s:
        before = newest_change(s)
    foreseen, told = shop.dry()
    assert shop.again().rows() == foreseen.rows()
    said = {(one.id, BECAME[one.became], one.fields) for one in told if one.became in BECAME}
    with reading(shop.engine) as s:
        after = [change for change in changes(s, before) if change["kind"] not in {"merged", "unmerged"}]
    done = {(change["article_id"], change["kind"], tuple(change["fields"])) for change in after}
    print(f"{len(told)} articles foreseen, {len(after)} changed")
    assert done == said
    assert len(after) == len(said) > 10
    shop.close()
