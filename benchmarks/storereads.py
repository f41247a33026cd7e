"""What readers ask of a store, each beside the bare SQL it stands on.

Bare SQL is a hand-written statement over the same indexes that gives the same ids, and the fetch of the same
columns of the articles and of the lists beside them, of a search also the database's own snippets (ours are
made in Python, alike on both), all through the driver and thrown away. Where two ways
of writing it are known (along the newest articles, or from the words' or the make's own index) the faster
counts, whichever that is at the size.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from madestock import Stock
from sqlalchemy import Engine, text

from db.changes import changes
from db.engine import reading
from db.exports import Wanted, exported
from db.language import asked_for
from db.models import ArticleRow, AuthorRow, CaptionRow, MakeRow, TagRow
from db.queries import articles
from db.search import FOUND, _fts5, _tsquery

LIMIT = 50
REPEATS, SLOW_S, SLOW_REPEATS = 15, 0.3, 3
COLUMNS = ", ".join(f"a.{column.key}" for column in ArticleRow.__table__.columns)
ORDER = {"sqlite": "a.published_at DESC, a.key", "postgresql": "a.published_at DESC NULLS LAST, a.key"}
LIVE = "a.withdrawn_at IS NULL AND a.duplicate_of IS NULL"
NAMED = (
    "a.id IN (SELECT article_id FROM article_makes WHERE name = :make)",
    "EXISTS (SELECT 1 FROM article_makes m WHERE m.name = :make AND m.article_id = a.id)",
)
WORDED = {
    "sqlite": "EXISTS (SELECT 1 FROM article_search WHERE rowid = a.id AND article_search MATCH :query)",
    "postgresql": "EXISTS (SELECT 1 FROM article_search s WHERE s.article_id = a.id "
    "AND s.words @@ to_tsquery('simple', :query))",
}
SNIPPETS = {
    "sqlite": "SELECT rowid, snippet(article_search, 2, '**', '**', ' … ', 30) FROM article_search "
    "WHERE article_search MATCH :query AND rowid IN ({numbers})",
    "postgresql": "SELECT a.id, ts_headline('simple', a.text, to_tsquery('simple', :query), "
    "'StartSel=**,StopSel=**,MaxWords=30,MinWords=20') FROM articles a WHERE a.id IN ({numbers})",
}
CHANGED = (
    "SELECT c.*, a.key, a.site, a.url, a.title FROM changes c JOIN articles a ON a.id = c.article_id "
    "WHERE c.change_seq > :since ORDER BY c.change_seq LIMIT 500"
)
EXPORTED = {
    "sqlite": f"SELECT {COLUMNS} FROM articles a WHERE {LIVE} ORDER BY a.published_at DESC, a.url",
    "postgresql": f"SELECT {COLUMNS} FROM articles a WHERE {LIVE} "
    'ORDER BY a.published_at DESC NULLS LAST, a.url COLLATE "C"',
}
EXPORT_ROWS = 2000


@dataclass(frozen=True)
class Question:
    """Something asked, our way and in hand-written ways, each giving the ids that came out."""

    name: str
    ours: Callable[[], list[Any]]
    bare: Sequence[Callable[[], list[Any]]]


@dataclass(frozen=True)
class Answer:
    """What a question cost, in milliseconds: CPU of both processes, and wall."""

    name: str
    found: int
    ours_ms: float
    bare_ms: float
    ours_wall_ms: float
    bare_wall_ms: float

    @property
    def ratio(self) -> float:
        return self.ours_ms / self.bare_ms


class Reader:
    """The questions to one store; `server_ns` tells the CPU its server process has taken for us."""

    def __init__(self, engine: Engine, stock: Stock, server_ns: Callable[[int], int]) -> None:
        self.engine, self.stock, self.server_ns = engine, stock, server_ns
        self.backend = engine.dialect.name

    def questions(self, newest_seq: int) -> list[Question]:
        """All of them."""
        words, makes = self.stock.words["en"], self.stock.makes
        searches = {
            "search, common word": words[20],
            "search, middling word": words[900],
            "search, rare word": words[40_000],
            "search, two words": f"{words[20]} {words[300]}",
        }
        asked = [Question("newest 50", *self.listed({}, ("1 = 1",)))]
        for name, make in (("often", makes[0]), ("now and then", makes[30]), ("seldom", makes[-1])):
            asked.append(Question(f"by make, {name}", *self.listed({"make": make}, NAMED)))
        for name, search in searches.items():
            query = (_fts5 if self.backend == "sqlite" else _tsquery)(asked_for(search))
            ways = (f"a.id IN ({FOUND[self.backend]})", WORDED[self.backend])
            asked.append(Question(name, *self.listed({"search": search}, ways, {"query": query})))
        since = newest_seq // 2
        asked.append(Question("500 changes", lambda: self.changed(since), [lambda: self.bare_changed(since)]))
        asked.append(Question(f"first {EXPORT_ROWS} of an export", self.exported, [self.bare_exported]))
        return asked

    def listed(
        self, wanted: dict[str, str], ways: Sequence[str], bound: dict[str, str] | None = None
    ) -> tuple[Callable[[], list[Any]], list[Callable[[], list[Any]]]]:
        def ours() -> list[Any]:
            with reading(self.engine) as s:
                return [one["id"] for one in articles(s, limit=LIMIT, **wanted)]  # type: ignore[arg-type]

        def bare(way: str) -> list[Any]:
            query = f"SELECT {COLUMNS} FROM articles a WHERE {LIVE} AND {way} ORDER BY {ORDER[self.backend]}"
            return self.fetched(f"{query} LIMIT {LIMIT}", bound or wanted)

        return ours, [lambda way=way: bare(way) for way in ways]  # type: ignore[misc]

    def fetched(self, query: str, bound: dict[str, Any]) -> list[Any]:
        """The ids that the query gives, after fetching what stands beside the articles."""
        with self.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(*driven(self.backend, query, bound))
            rows = cursor.fetchall()
            for start in range(0, len(rows), 200):
                numbers = ", ".join(str(row[0]) for row in rows[start : start + 200])
                for table in (AuthorRow, TagRow, MakeRow, CaptionRow):
                    within = f"article_id IN ({numbers}) ORDER BY article_id, position"
                    cursor.execute(f"SELECT * FROM {table.__tablename__} WHERE {within}")
                    cursor.fetchall()
                if "query" in bound:
                    snippets = SNIPPETS[self.backend].format(numbers=numbers)
                    cursor.execute(*driven(self.backend, snippets, bound))
                    cursor.fetchall()
            cursor.close()
            return [row[1] for row in rows]

    def changed(self, since: int) -> list[Any]:
        with reading(self.engine) as s:
            return [change["change_seq"] for change in changes(s, since, 500)]

    def bare_changed(self, since: int) -> list[Any]:
        with self.engine.connect() as connection:
            found = connection.connection.cursor()
            found.execute(*driven(self.backend, CHANGED, {"since": since}))
            return [row[0] for row in found.fetchall()]

    def exported(self) -> list[Any]:
        with reading(self.engine) as s:
            rows = exported(s, Wanted())
            return [row["id"] for row, _ in zip(rows, range(EXPORT_ROWS), strict=False)]

    def bare_exported(self) -> list[Any]:
        query = f"{EXPORTED[self.backend]} LIMIT {EXPORT_ROWS}"
        return self.fetched(query, {})

    def answers(self, newest_seq: int) -> list[Answer]:
        """What each costs; the ways take turns."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return [self.answer(question) for question in self.questions(newest_seq)]

    def answer(self, question: Question) -> Answer:
        ways = [question.ours, *question.bare]
        first = [self.timed(way) for way in ways]  # also warms the caches
        for (_, _, ids), _way in zip(first[1:], question.bare, strict=True):
            assert ids == first[0][2], f"{question.name}: the bare SQL finds others"
        repeats = SLOW_REPEATS if max(wall for _, wall, _ in first) > SLOW_S else REPEATS
        times: list[list[tuple[float, float]]] = [[] for _ in ways]
        for _ in range(repeats):
            for way, spent in zip(ways, times, strict=True):
                spent.append(self.timed(way)[:2])
        costs = [tuple(map(statistics.median, zip(*spent, strict=True))) for spent in times]
        best = min(costs[1:])
        return Answer(
            question.name, len(first[0][2]), *(1000 * v for v in (costs[0][0], best[0], costs[0][1], best[1]))
        )

    def timed(self, way: Callable[[], list[Any]]) -> tuple[float, float, list[Any]]:
        """CPU and wall seconds, and what came out."""
        server, cpu, wall = self.server_ns(self.pid), time.process_time(), time.perf_counter()
        ids = way()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return cpu + (self.server_ns(self.pid) - server) / 1e9, wall, ids

    @property
    def pid(self) -> int:
        """The server's process for our one connection; 0 where there is none."""
        if self.backend == "sqlite":
            return 0
        with self.engine.connect() as connection:
            return int(connection.connection.driver_connection.info.backend_pid)


def driven(backend: str, query: str, bound: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The statement with its parameters as the driver spells them."""
    if backend == "postgresql":
        for name in bound:
            query = query.replace(f":{name}", f"%({name})s")
    return query, bound
