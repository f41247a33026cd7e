from datetime import UTC, datetime

from loguru import logger

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
