"""The time that flies in the benchmark of the clock's day."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flying import Ahead, FlyingLoop

START = datetime(2026, 11, 3, tzinfo=UTC)


def lived(ahead: Ahead, seconds: float, *, busy: bool) -> float:
    """The machine's seconds that so many of the loop's took."""
    began = time.monotonic()
    with asyncio.Runner(loop_factory=lambda: FlyingLoop(ahead, lambda: busy)) as runner:
        runner.run(asyncio.sleep(seconds))
    return time.monotonic() - began


def test_time_flies_while_nothing_is_under_way_and_all_who_share_it_see_it(tmp_path: Path) -> None:
    ahead, seen = Ahead(tmp_path / "ahead"), Ahead(tmp_path / "ahead")
    ahead.begin(START)
    lived(ahead, 3600, busy=False)
    now = datetime.now(UTC) + timedelta(seconds=seen.seconds)
    assert START + timedelta(hours=1) <= now < START + timedelta(hours=1, minutes=5)


def test_what_is_under_way_takes_the_time_it_takes(tmp_path: Path) -> None:
    assert lived(Ahead(tmp_path / "ahead"), 0.05, busy=True) >= 0.04
