"""What the database says about past and running crawls, as the clock and the command need it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Engine, func, select

from db.addresses import State
from db.engine import reading, writing
from db.models import Run
from db.runs import Outcome, RunRow, close, is_alive, run_row

CRAWL = "crawl"
LITTLE = 3  # pages fetched: less work for a process shared with others than for one to be started


def settled_since(engine: Engine, site: str, moment: datetime) -> bool:
    """Whether a crawl of the site began after `moment` and came to an end of its own, good or bad."""
    cut_off = [Outcome.RUNNING, Outcome.DIED, Outcome.INTERRUPTED]
    query = select(Run.id).where(
        Run.site == site, Run.kind == CRAWL, Run.started_at >= moment, Run.outcome.not_in(cut_off)
    )
    with reading(engine) as s:
        return s.scalar(query.limit(1)) is not None


def newest_run(engine: Engine) -> int:
    """The id of the newest run of any site; 0 before the first."""
    with reading(engine) as s:
        return s.scalar(select(func.max(Run.id))) or 0


def close_dead(engine: Engine, now: datetime) -> int:
    """How many runs were closed as died: those still open whose process is gone.

    The next run of any site would do it too; doing it at once keeps the ledger in balance meanwhile.
    """
    with reading(engine) as s:  # nearly always there is nothing to write
        if all(is_alive(run, now) for run in s.scalars(select(Run).where(Run.outcome == Outcome.RUNNING))):
            return 0
    with writing(engine) as s:
        open_runs = s.scalars(select(Run).where(Run.outcome == Outcome.RUNNING).order_by(Run.id)).all()
        dead = [run for run in open_runs if not is_alive(run, now)]
        for run in dead:
            close(s, run, Outcome.DIED, now, "its process was ended by force")
        return len(dead)


def crawls_after(engine: Engine, run_id: int, sites: Iterable[str]) -> dict[str, RunRow]:
    """The newest crawl of each site that began after the run `run_id`; its balance is counted now."""
    query = select(Run).where(Run.id > run_id, Run.kind == CRAWL, Run.site.in_(list(sites))).order_by(Run.id)
    with reading(engine) as s:
        return {run.site: run_row(s, run) for run in s.scalars(query)}


def quiet_streaks(engine: Engine, sites: Iterable[str], most: int) -> dict[str, int]:
    """How many of each site's last crawls in a row, `most` at most, ended well and had little to fetch."""
    newest = (
        select(Run.outcome, Run.found, Run.balance)
        .where(Run.kind == CRAWL)
        .order_by(Run.id.desc())
        .limit(most)
    )
    streaks = {}
    with reading(engine) as s:
        for site in sites:  # each served by the index on (site, id); one query for all would read every run
            ends = s.execute(newest.where(Run.site == site)).all()
            loud = (
                n
                for n, end in enumerate(ends)
                if end.outcome != Outcome.FINISHED or not is_little(end.found, end.balance)
            )
            streaks[site] = next(loud, len(ends))
    return streaks


def is_little(found: int, states: Mapping[str, int]) -> bool:
    """Whether a crawl of so many addresses, which came to these states, had little to fetch.

    Once a day each channel is read in full and shows what is known: nothing of that is fetched.
    """
    return found - states.get(State.UNCHANGED, 0) <= LITTLE
