"""One history, told to both databases, leaves the same store for every reader."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from made_articles import NOW, Keeper, counted, made
from sqlalchemy import Engine, text

from db import ledger
from db.changes import changes
from db.engine import open_store, reading, writing
from db.exports import Wanted, exported, withdrawals
from db.queries import articles, versions
from db.stories import regroup_stories
from terminal.formats import as_json

HOUR = timedelta(hours=1)
STEPS = 60
MAKES = ("BMW", "Audi", "Škoda", "Citroën")
KINDS = {"added", "edited", "corrected", "details", "withdrawn", "restored", "merged", "unmerged"}


class History:
    """A drawn sequence of what publishers do: each step is the same for every store that goes through it."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.names: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.gone: list[str] = []

    def steps(self) -> list[Callable[[Keeper], None]]:
        return [self.step(n) for n in range(STEPS)]

    def step(self, n: int) -> Callable[[Keeper], None]:
        kinds = (
            [self.print] * 3
            + [self.copy] * 2
            + [self.edit, self.correct, self.tag, self.withdraw, self.group]
        )
        kinds += [self.restore] * len(self.gone[:1])
        kind = self.draw.choice(kinds) if len(self.names) > 3 else self.print
        return kind(n)

    def saving(self, n: int, name: str, **fields: object) -> Callable[[Keeper], None]:
        site = name.partition("-")[0]
        published_at = NOW - timedelta(hours=self.draw.randint(0, 90)) if self.draw.random() < 0.9 else None
        article = made(
            *self.texts[name],
            **{"title": f"Title of {name}", "published_at": published_at, "makes": MAKES[: n % 4], **fields},
        )
        return lambda keeper: keeper.save(name, article, NOW + n * HOUR, site=site) and None

    def print(self, n: int) -> Callable[[Keeper], None]:
        name = f"outlet{self.draw.randint(1, 4)}-{n}-é"
        self.names.append(name)
        self.texts[name] = [f"{counted(f'{n} {line}')} for £{line + 20},995." for line in range(5)]
        return self.saving(n, name)

    def copy(self, n: int) -> Callable[[Keeper], None]:
        of, name = self.draw.choice(self.names), f"outlet{self.draw.randint(1, 4)}-{n}-copy"
        self.names.append(name)
        self.texts[name] = self.texts[of][self.draw.randint(0, 1) :]
        return self.saving(n, name, title=f"Another title {n}")

    def edit(self, n: int) -> Callable[[Keeper], None]:
        name = self.draw.choice(self.names)
        keep = self.draw.choice((0, 3))
        self.texts[name] = [
            *self.texts[name][:keep],
            *(counted(f"edit {n} {line}") for line in range(5 - keep)),
        ]
        return self.saving(n, name)

    def correct(self, n: int) -> Callable[[Keeper], None]:
        name = self.draw.choice(self.names)
        self.texts[name] = [line.replace(",995", f",{n % 9}95") for line in self.texts[name]]
        return self.saving(n, name, title=f"Title of {name}")

    def tag(self, n: int) -> Callable[[Keeper], None]:
        return self.saving(n, self.draw.choice(self.names), tags=(f"tag {n}", "ž"))

    def withdraw(self, n: int) -> Callable[[Keeper], None]:
        name = self.draw.choice(self.names)
        self.gone.append(name)

        def go(keeper: Keeper) -> None:
            with writing(keeper.store) as s:
                known = ledger.history(s, f"https://motor.example/{name}")
                assert known
                ledger.settle(s, keeper.run_id, known.address.id, "gone", NOW + n * HOUR, "http 410")

        return go

    def restore(self, n: int) -> Callable[[Keeper], None]:
        return self.saving(n, self.gone.pop())

    def group(self, _n: int) -> Callable[[Keeper], None]:
        def go(keeper: Keeper) -> None:
            with writing(keeper.store) as s:
                regroup_stories(s)

        return go


def told(store: Engine) -> list[str]:
    """All that readers are told, times of storing left aside."""
    with reading(store) as s:
        rows = list(exported(s, Wanted()))
        rows += [
            row
            for since in (0, 20, 45)
            for row in (*exported(s, Wanted(since)), *withdrawals(s, Wanted(since)))
        ]
        rows += [{**change, "changed_at": None} for change in changes(s)]
        rows += articles(s, search="harbour OR ferry -orchard")
        rows += articles(s, make="Škoda", site="outlet2", limit=7)
        for view, order in (("article_copies", "article_id"), ("article_stories", "article_id")):
            columns = "article_id, url, title, " + (
                "copy_of, reason" if view == "article_copies" else "story_id"
            )
            rows += [
                dict(row)
                for row in s.execute(text(f"SELECT {columns} FROM {view} ORDER BY {order}")).mappings()
            ]
        keys = sorted(str(row) for row in s.scalars(text("SELECT id FROM article_feed")))
        rows += [{**version, "seen_at": None} for key in keys for version in versions(s, key)]
    return [as_json(row) for row in rows]


@pytest.mark.parametrize("seed", [1, 2])
def test_edits_copies_and_withdrawals_leave_the_same_bytes_in_both(
    sqlite_url: str, postgres_url: str, seed: int
) -> None:
    answers = []
    for url in (sqlite_url, postgres_url):
        store = open_store(url)
        keeper = Keeper(store)
        for step in History(seed).steps():
            step(keeper)
        answers.append(told(store))
        with reading(store) as s:
            assert {change["kind"] for change in changes(s)} == KINDS
        store.dispose()
    assert answers[0] == answers[1]
    assert len(answers[0]) > STEPS
