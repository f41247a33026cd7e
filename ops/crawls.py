"""One-off crawls from order to account: children, the ledger's word on each, and one exit code."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from db.addresses import State
from db.errors import StoreError
from db.runs import Outcome, RunRow
from ops.fleet import Fleet, Order, crawl_all
from ops.history import close_dead, crawls_after, newest_run
from ops.launch import DONE, TRY_LATER, CrawlResult, environment, verdict
from ops.stores import Store

Row = dict[str, object]
INTERRUPTED = 130  # what a shell expects after Ctrl-C


@dataclass(frozen=True, slots=True)
class Account:
    """What one crawl came to: how its child ended, and what the ledger holds of it.

    `run` is None where the child never began one; `result` None while it runs or where it never started.
    """

    site: str
    result: CrawlResult | None = None
    run: RunRow | None = None

    def as_row(self) -> Row:
        """The account as one flat row; `outcome` is one word, the states are counts."""
        balance = self.run.balance if self.run else None
        return {
            "site": self.site,
            "run": self.run.id if self.run else None,
            "outcome": self._outcome(),
            "found": balance.found if balance else None,
            **{str(state): balance.by_state.get(state, 0) if balance else None for state in State},
            "reasons": dict(balance.by_reason) if balance else {},
            "seconds": round(self.result.seconds, 1) if self.result else None,
            "timed_out": bool(self.result and self.result.timed_out),
            "exit_code": self.result.exit_code if self.result else None,
            "note": self.run.note if self.run else None,
            "said": self.result.said if self.result else None,
        }

    def _outcome(self) -> str:
        if self.result is None:
            return "running" if self.run else "not begun"
        if self.run and self.run.outcome != Outcome.RUNNING:
            return str(self.run.outcome)
        return "put off" if self.result.exit_code == TRY_LATER else "done" if self.ok else "failed"

    @property
    def printed(self) -> tuple[str, ...]:
        """What the child said on standard output: in a dry run, the addresses it would fetch."""
        return self.result.out if self.result else ()

    @property
    def ok(self) -> bool:
        """Whether the crawl did all it was asked to, up to its time limit."""
        return self.result is not None and (self.result.exit_code == DONE or self._ended_at_limit)

    @property
    def _ended_at_limit(self) -> bool:
        orderly = self.run is not None and self.run.outcome not in {Outcome.RUNNING, Outcome.DIED}
        return self.result is not None and self.result.timed_out and orderly


@dataclass(frozen=True, slots=True)
class Crawls:
    """Some one-off crawls in one store. `told` gets the accounts so far as rows, three times a second."""

    store: Store
    orders: Sequence[Order]
    at_once: int = 4
    limit: timedelta | None = None
    told: Callable[[list[Row]], None] | None = None

    def run(self) -> tuple[list[Account], int]:
        """The accounts in the order asked for, and the exit code they come to."""
        before = newest_run(self.store.engine)
        results: dict[str, CrawlResult] = {}

        def ended(result: CrawlResult) -> None:
            results[result.site] = result

        def accounts() -> list[Account]:
            runs = crawls_after(self.store.engine, before, [order.site for order in self.orders])
            return [Account(o.site, results.get(o.site), runs.get(o.site)) for o in self.orders]

        def watch() -> None:
            with suppress(StoreError):  # only a look; whether the store is well, the end will tell
                self._tell(accounts())

        fleet = Fleet(
            env=environment(self.store.settings),
            at_once=self.at_once,
            deadline_s=self.limit.total_seconds() if self.limit else None,
            ended=ended,
            watch=watch,
        )
        _, stopped = asyncio.run(crawl_all(self.orders, fleet))
        close_dead(self.store.engine, datetime.now(UTC))
        final = accounts()
        self._tell(final)
        return final, INTERRUPTED if stopped else verdict([_code(account) for account in final])

    def _tell(self, accounts: list[Account]) -> None:
        if self.told:
            self.told([account.as_row() for account in accounts])


def _code(account: Account) -> int:
    if account.ok or account.result is None:
        return DONE
    return account.result.exit_code
