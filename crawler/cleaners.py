"""Processes that clean pages by the batch, while one process alone reads, decides and writes."""

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Self, TypeVar

from crawler.garbage import collect_seldom, collecting_seldom
from crawler.stages import Work, cleaned
from pipeline.article import Block, CleanArticle
from pipeline.recurring import lines_of

Cleaned = Sequence[Work | str]  # a sentence stands for a page that could not be read again
T = TypeVar("T")
AHEAD = 2  # batches in the making beyond one a process: enough that none waits, few enough for memory


class CleanersLost(RuntimeError):  # noqa: N818 - named for what it says
    """A process that cleaned pages has ended by itself, most likely for want of memory."""

    exit_code = 1


class Cleaners:
    """`jobs` processes, started when first needed; with one job everything happens in this process.

    Used with `with`. The processes end with this one, however it ends.
    """

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs
        self._held = ExitStack()
        self.ahead = jobs + AHEAD if jobs > 1 else 0  # batches to give away before waiting for the first

    def give(self, task: Callable[[T], Cleaned], batch: T) -> Future[Cleaned]:
        """The promise of what `task`, a function of some module, makes of the batch."""
        if self.jobs > 1:
            return self._pool.submit(_sent_back, task, batch)
        done: Future[Cleaned] = Future()
        done.set_result(task(batch))
        return done

    def __enter__(self) -> Self:
        self._held.enter_context(collecting_seldom())
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    @cached_property
    def _pool(self) -> ProcessPoolExecutor:
        # not forked: a copy of our open database and archive must not live on in a child
        pool = ProcessPoolExecutor(self.jobs, get_context("spawn"), _begin)
        self._held.callback(pool.shutdown, cancel_futures=True)
        return pool


def result_of(promise: Future[Cleaned]) -> Cleaned:
    """What was promised; CleanersLost where the process that was at it is gone."""
    try:
        return promise.result()
    except BrokenProcessPool as wrong:
        raise CleanersLost(
            "a process that cleans pages has ended by itself, perhaps for want of memory; "
            "the same command goes on where this one ended, best with fewer --jobs"
        ) from wrong


def clean_all(works: Sequence[Work]) -> list[Work]:
    """The works with their pages understood."""
    return [cleaned(work) for work in works]


def _begin() -> None:
    """Sets a new process up: Ctrl-C is its parent's affair, and it ends when that is gone."""
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _sent_back(task: Callable[[T], Cleaned], batch: T) -> Cleaned:
    return [work if isinstance(work, str) else light(work) for work in task(batch)]


def light(work: Work) -> Work:
    """The work without what only the cleaning needed: a tenth of the bytes between two processes."""
    assert work.article is not None, "cleaned comes before sent"
    if work.lines is not None:
        return work
    page, article = replace(work.page, body=b""), work.article
    return replace(work, page=page, article=plain(article), lines=lines_of(article))


def plain(article: CleanArticle) -> CleanArticle:
    """The article with the words of its blocks alone; the boxes around them say nothing to a store."""
    cuts = tuple(replace(cut, block=bare(cut.block)) for cut in article.cuts)
    return replace(article, blocks=tuple(map(bare, article.blocks)), cuts=cuts)


def bare(block: Block) -> Block:
    return Block(block.order, block.kind, block.text)
