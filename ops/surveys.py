"""Looks at sites, each in a child process of its own, because only children talk to the network."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from db.settings import settings
from ops.children import Ended, run_child
from ops.fleet import stop_on_signal
from ops.launch import DONE, FAILURES, TRY_LATER, environment, last_words

DEADLINE_S = 600.0  # of one look: forty requests with a delay of 10 s; most take half a minute
ARTICLE = "article"
Report = dict[str, Any]  # crawler.survey.report.Report as its process prints it


class SurveyError(Exception):
    """The look itself failed; the message is what its process said last."""

    def __init__(self, said: str | None, exit_code: int) -> None:
        super().__init__((said or "the look at the site ended without a word").removeprefix("carnews: "))
        self.exit_code = exit_code if exit_code > 0 else FAILURES


def look_at(name: str) -> Report:
    """What the channels of the site `name` answer, and how three of its articles read."""
    return _report([name])


def look_around(url: str, *, private: bool) -> Report:
    """What the unknown site at `url` has, with a draft of its file where that is enough."""
    return _report(["--new", url, *(["--allow-private"] if private else [])])


def verdict_of(report: Report) -> int:
    """The exit code a report deserves: 0 where all its channels work and its articles are articles."""
    if report["unreachable"]:
        return TRY_LATER if report["later"] else FAILURES
    works = all(channel["works"] and channel["articles"] for channel in report["channels"])
    reads = [reading["verdict"] == ARTICLE for reading in report["readings"]]
    return DONE if works and reads and all(reads) else FAILURES


def _report(words: Sequence[str]) -> Report:
    argv = [sys.executable, "-P", "-m", "crawler.survey", *words]
    ended = asyncio.run(_run(argv))
    if ended.stopped:
        raise KeyboardInterrupt
    if ended.timed_out:
        raise SurveyError(f"the look at the site took more than {DEADLINE_S:.0f} s", TRY_LATER)
    if ended.exit_code or not ended.out:
        raise SurveyError(last_words(ended), ended.exit_code)
    report: Report = json.loads(ended.out[-1])
    return report


async def _run(argv: Sequence[str]) -> Ended:
    async with stop_on_signal() as stop:
        return await run_child(argv, environment(settings()), DEADLINE_S, stop=stop)
