from datetime import UTC, datetime, timedelta

import pytest
from loguru import logger
from loopback import article

from crawler.stages import Work, cleaned
from pipeline.article import ARTICLE, RawPage
from pipeline.rules import Rules

PAGE = RawPage("https://motor.example/1", b"<p>A car.</p>", 200, (), datetime(2026, 3, 2, tzinfo=UTC))


def test_a_page_our_own_code_fails_on_is_logged_with_its_address() -> None:
    broken = Rules(drop=(7,))  # type: ignore[arg-type]  # no page is known to break the cleaner; such rules do
    said: list[str] = []
    sink = logger.add(said.append, format="{level} {message}")
    try:
        work = cleaned(Work(1, "motor", PAGE, broken))
    finally:
        logger.remove(sink)
    assert work.article is not None
    assert work.article.verdict != ARTICLE
    assert [line for line in said if line.startswith("ERROR") and PAGE.url in line]


@pytest.mark.parametrize(("ahead", "is_kept"), [(timedelta(hours=20), True), (timedelta(days=30), False)])
def test_a_date_in_the_future_is_none_and_what_the_page_said_is_told(ahead: timedelta, is_kept: bool) -> None:
    fetched_at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    body = article(1).replace(b"2026-10-02T08:00:00Z", (fetched_at + ahead).isoformat().encode())
    page = RawPage("https://motor.example/news/1", body, 200, (), fetched_at)
    read = cleaned(Work(1, "motor", page)).article
    assert read is not None
    assert read.verdict == ARTICLE
    assert read.published_at == (fetched_at + ahead if is_kept else None)
    assert ("published_at in the future" in read.evidence) == (not is_kept)
