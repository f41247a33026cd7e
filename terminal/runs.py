"""Past runs as rows and as a table."""

from collections.abc import Sequence
from typing import Any

from terminal.outcomes import STATES, in_words
from terminal.tables import Column, moment, number
from terminal.times import length

RUNS_CSV = ("run", "site", "kind", "started_at", "ended_at", "seconds", "outcome", "found", *STATES, "note")


def run_columns(rows: Sequence[dict[str, Any]], site: str | None) -> tuple[Column, ...]:
    """The columns of `run_rows`: of one site alone, why each ended as it did stands where the site would."""
    kinds = {row["kind"] for row in rows} - {"crawl"}
    return (
        Column("run", align="right"),
        *(() if site else (Column("site", wide=True),)),
        *((Column("kind"),) if kinds else ()),
        Column("started_at", "began", show=moment),
        Column("seconds", "took", show=length, align="right"),
        Column("outcome"),
        number("found"),
        number("stored", style="green"),
        number("failed", style="red"),
        *((Column("note", "why", show=in_words, wide=True),) if site else ()),
    )


def run_rows(runs: Sequence[Any]) -> list[dict[str, Any]]:
    """One row per run, with its balance as counts; `seconds` is None while it runs."""
    return [
        {
            "run": run.id,
            "site": run.site,
            "kind": run.kind,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "seconds": round((run.ended_at - run.started_at).total_seconds(), 1) if run.ended_at else None,
            "outcome": str(run.outcome),
            "found": run.balance.found,
            **dict.fromkeys(STATES, 0),
            **run.balance.by_state,
            "reasons": dict(run.balance.by_reason),
            "note": run.note,
        }
        for run in runs
    ]
