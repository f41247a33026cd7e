"""Processes that clean pages: what comes back from them, and what happens when one is gone."""

import os
from datetime import UTC, datetime

import pytest
from loopback import article

from crawler.cleaners import Cleaners, CleanersLost, clean_all, result_of
from crawler.stages import Work, kept, told
from db.archive import Position
from pipeline.article import RawPage

PAGE = RawPage(
    "https://motor.example/news/1",
    article(1),
    200,
    (("Content-Type", "text/html"), ("ETag", '"a1"')),
    datetime(2026, 11, 1, tzinfo=UTC),
)
WORK = Work(1, "motor", PAGE, position=Position("a.warc.gz", 0, 1))


def test_what_comes_back_is_all_that_a_store_needs_and_little_more() -> None:
    (here,) = clean_all([WORK])
    with Cleaners(2) as cleaners:
        (back,) = result_of(cleaners.give(clean_all, [WORK]))
    assert isinstance(back, Work)
    assert back.article
    assert here.article
    assert back.article.as_json() == here.article.as_json()
    assert told(back) == told(here)
    assert kept(back).etag == kept(here).etag == '"a1"'
    assert back.page.body == b""


def test_one_job_cleans_in_this_process() -> None:
    with Cleaners() as cleaners:
        assert cleaners.ahead == 0
        assert result_of(cleaners.give(lambda works: [str(os.getpid()) for _ in works], [WORK])) == [
            str(os.getpid())
        ]


def test_a_process_that_is_gone_ends_the_work_with_one_line() -> None:
    with Cleaners(2) as cleaners, pytest.raises(CleanersLost, match="fewer --jobs"):
        result_of(cleaners.give(os._exit, 1))
