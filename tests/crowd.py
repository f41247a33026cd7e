"""Many writers and readers of one store at once: what the writers do, and what each reader is told of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier, Event

from made_articles import NOW, Keeper, counted, made
from sqlalchemy import Engine, text

from db import ledger
from db.changes import changes, newest_change
from db.engine import open_store, reading, writing
from pipeline.article import Caption

HOUR = timedelta(hours=1)
TURNS = 11  # after so many steps a writer has done each kind of step
AGENCY = 3  # stories that all writers print

Step = Callable[[int], None]


@dataclass
class Writer:
    """One outlet with a connection of its own: prints, edits, corrects, copies, withdraws and restores."""

    engine: Engine
    number: int
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.engine)

    def step(self, n: int) -> None:
        """The n-th thing it does; what is touched again is touched within one round of turns."""
        story, turn = n // TURNS, n % TURNS
        own, agency = f"{self.number}-{story}", f"{self.number}-agency-{story}"
        if turn == 0:
            self.save(own, n, f"{counted(own)}. It costs £24,995.")
        elif turn == 1:  # the same report as all others have of it, in another order: a copy of the earliest
            self.save(agency, n, *self.report(story), site=f"outlet{self.number}")
        elif turn == 2:
            self.save(own, n, f"{counted(own)}. It costs £26,495.")
        elif turn == 3:
            self.save(own, n, f"{counted(own)}. Nobody says what it costs, and {counted(own + 'b')}.")
        elif turn == 4:
            self.withdraw(own, n)
        elif turn == 5:
            self.withdraw(agency, n)
        elif turn == 6:
            self.save(own, n, f"{counted(own)}. It is back, and {counted(own + 'c')}.")
        elif turn == 7:  # a text of its own now: no copy of the others any more, should it come back
            words = (counted(f"{agency} {line}") for line in range(6))
            self.save(agency, n, *words, site=f"outlet{self.number}")
        elif turn in {8, 9}:  # and a copy that nobody else has, whatever the others do meanwhile
            words = (counted(f"{own} twin {line}") for line in range(6))
            self.save(f"{own}-twin-{turn}", n, *words, site=f"outlet{turn}")
        else:  # the other takes its place
            self.withdraw(self.live_twin(own), n)

    def live_twin(self, own: str) -> str:
        """The twin that the other is a copy of."""
        with reading(self.engine) as s:
            query = text("SELECT url FROM article_feed WHERE url LIKE :name")
            (url,) = s.scalars(query, {"name": f"%/{own}-twin-%"}).all()
        return str(url).rpartition("/")[2]

    def report(self, story: int) -> list[str]:
        lines = [counted(f"agency {story % AGENCY} {story // AGENCY} {line}") for line in range(6)]
        return [*lines[self.number % 6 :], *lines[: self.number % 6]]

    def save(self, name: str, n: int, *words: str, site: str = "motor") -> None:
        """An article all of whose parts name the step that wrote it."""
        parts = {"title": f"{name} step{n}", "tags": (f"step{n}",), "authors": (f"Writer step{n}",)}
        captions = tuple(Caption(f"Picture {m} step{n}", None, None, None) for m in range(3))
        article = made(*words, f"This is step{n}.", **parts, captions=captions, published_at=NOW)
        self.keeper.save(name, article, NOW + n * HOUR, site=site)

    def withdraw(self, name: str, n: int) -> None:
        with writing(self.engine) as s:
            known = ledger.history(s, f"https://motor.example/{name}")
            assert known
            ledger.settle(s, self.keeper.run_id, known.address.id, "gone", NOW + n * HOUR, "http 410")


@dataclass
class Follower:
    """A reader who keeps the number of the last change it has seen, and asks for later ones."""

    engine: Engine
    last: int = 0
    seen: list[int] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def look(self) -> None:
        with reading(self.engine) as s:
            for change in changes(s, self.last):
                self.last = change["change_seq"]
                self.seen.append(self.last)
                self.kinds[change["kind"]] += 1


@contextmanager
def engines(url: str, number: int) -> Iterator[list[Engine]]:
    """So many connections to one store, each with an engine of its own."""
    made = [open_store(url) for _ in range(number)]
    try:
        yield made
    finally:
        for engine in made:
            engine.dispose()


def at_once(steps: list[Step], looks: list[Callable[[], None]], enough: Callable[[int], bool]) -> None:
    """Runs each writer's steps 0, 1, 2 … until there are `enough`, and the readers' looks all the while, once
    more after the last step; raises what any of them raised.
    """
    start, done = Barrier(len(steps)), Event()

    def write(step: Step) -> None:
        start.wait()
        n = 0
        while not enough(n):
            step(n)
            n += 1

    def read(look: Callable[[], None]) -> None:
        is_last = False
        while not is_last:
            is_last = done.wait(0.002)  # lets writers at the interpreter
            look()

    with ThreadPoolExecutor(len(steps) + len(looks)) as pool:
        readers = [pool.submit(read, look) for look in looks]
        writers = [pool.submit(write, step) for step in steps]
        wait(writers)
        done.set()
    for task in (*writers, *readers):
        task.result()


def follow(url: str, writers: int, readers: int, enough: Callable[[int], bool]) -> tuple[int, list[Follower]]:
    """The number of the last change after the writers wrote, and what each reader was told meanwhile."""
    with engines(url, writers + readers) as made:
        busy = [Writer(engine, number) for number, engine in enumerate(made[:writers])]
        followers = [Follower(engine) for engine in made[writers:]]
        at_once([writer.step for writer in busy], [one.look for one in followers], enough)
        with reading(made[0]) as s:
            return newest_change(s), followers
