"""How far a crawl has come: what is open, what went wrong in a row, and so how the run ends."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.budget import Budget
from db.errors import StoreError
from db.ledger import Address, State
from db.runs import Balance, RunRow
from db.runs import Outcome as Ending
from pipeline.article import WALLS

SILENCES = 5  # fetches in a row without contact, or refused, after which the site is left alone for now
FEW = 3  # pages behind walls that may be chance

# how a run's note says that the site wants to be left alone; the next run reads it there
WAIT = "asked to wait until %Y-%m-%d %H:%M:%S UTC"

DONE, WITH_FAILURES, LATER = 0, 1, 75  # exit codes


def wait_note(reason: str, until: datetime) -> str:
    """The note of a run whose site asked to be left alone until then."""
    return f"{reason}; {until.astimezone(UTC).strftime(WAIT)}"


def awaited(note: str | None) -> datetime | None:
    """The moment that the note of an earlier run says to wait for; None where it says nothing of the kind."""
    found = re.search(r"asked to wait until [-\d]{10} [:\d]{8} UTC", note or "")
    return datetime.strptime(found[0], WAIT).replace(tzinfo=UTC) if found else None


@dataclass(slots=True)
class CrawlProgress:
    """The memory of one crawl. `gave_up` says why the site is out of reach."""

    open: dict[int, Address] = field(default_factory=dict)
    found: int = 0
    unchanged: int = 0  # channels that had nothing new to give
    problems: list[str] = field(default_factory=list)
    failed: int = 0
    errors: int = 0
    limit_reached: bool = False
    gave_up: str | None = None
    store_error: StoreError | None = None
    budget: Budget = field(default_factory=Budget)
    _contacts: int = 0
    _silences: int = 0
    _faults: int = 0
    _silence: str | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, address: Address) -> None:
        """Notes that the address is on its way."""
        self.open[address.id] = address

    def settled(self, address_id: int, state: State) -> None:
        """Notes that the address has come to its end in the store."""
        if address := self.open.pop(address_id, None):
            self.budget.settled(address.url, state)
        self.failed += state == State.FAILED
        self._changed.set()

    def contact(self, fault: str | None = None) -> None:
        """Notes an answer of the site; five in a row that fail or refuse us, and it is left alone."""
        self._contacts += 1
        self._silences = 0
        self._faults = self._faults + 1 if fault else 0
        if fault and self._faults >= SILENCES:
            self.give_up(fault)

    def no_contact(self, reason: str) -> None:
        """Notes a request without an answer; five in a row, and the site counts as down."""
        self._silences += 1
        self._silence = reason
        if self._silences >= SILENCES:
            self.give_up(reason)

    def give_up(self, why: str) -> None:
        """Notes that the site is out of reach; what is open stays pending for the next run."""
        self.gave_up = self.gave_up or why
        self._changed.set()

    async def wait(self) -> None:
        """Returns at the next change."""
        self._changed.clear()
        await self._changed.wait()

    def ending(self, reason: str) -> tuple[Ending, str | None]:
        """How the run ended and a note, when Scrapy closed the spider for `reason`."""
        left_over = list(self.budget.notes())
        note = "; ".join([*left_over, *self.problems[:5]]) or None
        if reason == "shutdown":
            return Ending.INTERRUPTED, note
        if self.gave_up or (self._silence and not self._contacts):
            return Ending.UNREACHABLE, self.gave_up or self._silence
        if reason.startswith("closespider"):
            return Ending.LIMIT, reason
        if reason != "finished" or self.errors:
            return Ending.FAILED, f"{reason}; internal errors: {self.errors}"
        if self.limit_reached or left_over:
            return Ending.LIMIT, note
        looked = self.found or self.unchanged
        return (Ending.FINISHED, note) if looked else (Ending.FAILED, note or "no address found")

    def exit_code(self, run: RunRow) -> int:
        """What the process ends with: what this crawl came to, not what earlier ones left behind."""
        if run.outcome in {Ending.UNREACHABLE, Ending.INTERRUPTED}:
            return LATER
        found = run.balance.found
        nothing_allowed = found > 0 and run.balance.by_state.get(State.BLOCKED, 0) == found
        if run.outcome == Ending.FAILED or self.failed or nothing_allowed or is_walled(run.balance):
            return WITH_FAILURES
        return DONE


def is_walled(balance: Balance) -> bool:
    """Whether most pages that a run fetched were walls: then somebody has to look at the site."""
    walled = sum(balance.by_reason.get(f"blocked: {wall}", 0) for wall in WALLS)
    sound = (State.STORED, State.NOT_ARTICLE, State.DUPLICATE)
    return walled >= FEW and walled > sum(balance.by_state.get(state, 0) for state in sound)
