"""Pages from files: WARC, saved HTML, text dumps; twice, cut short, killed."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from loopback import ROOT, Place, article
from sqlalchemy import Engine

from crawler.ingest import NO_ADDRESS, Asked, IngestResult, Progress, batches_of, ingest
from crawler.intake import NOT_ASKED, STRANGER
from crawler.recall import recalled
from crawler.sites import load_sites
from db.archive import Archive
from db.engine import open_store, reading
from pipeline.article import RawPage

THEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
HTML = (("Content-Type", "text/html; charset=utf-8"),)


def page(n: int, **changed: object) -> RawPage:
    made = RawPage(f"https://motor.example/news/{n}", article(n), 200, HTML, THEN + timedelta(minutes=n))
    return replace(made, **changed)  # type: ignore[arg-type]


def record(kind: str, url: str, at: datetime, block: bytes) -> bytes:
    """One gzip member as another tool writes it: no digests, no fields of ours."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r\n"
        f"WARC-Record-ID: <{uuid4().urn}>\r\nContent-Type: application/http;msgtype={kind}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def warc(path: Path, pages: list[RawPage]) -> Path:
    """A WARC file with a request before each answer."""
    with path.open("wb") as file:
        for one in pages:
            lines = [f"HTTP/1.1 {one.status} X", *(f"{name}: {value}" for name, value in one.headers), "", ""]
            file.write(record("request", one.url, one.fetched_at, b"GET / HTTP/1.1\r\n\r\n"))
            file.write(record("response", one.url, one.fetched_at, "\r\n".join(lines).encode() + one.body))
    return path


class Store(Place):
    """A place with its store opened for ingesting."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir(exist_ok=True)
        self.engine: Engine = open_store(self.store)
        self.archive = Archive(folder / "archive")

    def ingest(
        self, *paths: Path, url: str | None = None, asked: Asked | None = None, jobs: int = 1
    ) -> IngestResult:
        return ingest(paths, self.engine, self.archive, url=url, asked=asked, jobs=jobs)

    @property
    def archived(self) -> int:
        return sum(1 for _ in self.archive)

    def close(self) -> None:
        self.archive.close()
        self.engine.dispose()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "place")
    yield made
    made.close()


def test_a_warc_becomes_articles_and_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", [page(n) for n in range(60)])
    first = store.ingest(path)
    assert (first.pages, dict(first.states), first.problems) == (60, {"stored": 60}, [])
    before = store.articles()
    assert len(before) == 60
    assert store.archived == 60
    second = store.ingest(path)
    assert dict(second.states) == {"unchanged": 60}
    assert store.articles() == before
    assert store.archived == 60
    assert store.runs() == [("finished", 60, {"stored": 60}), ("finished", 60, {"unchanged": 60})]


def test_a_warc_cut_short_gives_what_is_whole_and_the_rest_next_time(store: Store, tmp_path: Path) -> None:
    whole = warc(tmp_path / "a.warc.gz", [page(n) for n in range(20)])
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(whole.read_bytes()[:-60])
    result = store.ingest(torn)
    assert len(store.articles()) == 19
    [problem] = result.problems
    assert "damaged or cut short" in problem
    assert store.ingest(whole).problems == []
    assert len(store.articles()) == 20


KILLED = """
import os, sys
from pathlib import Path
from crawler.ingest import ingest
from crawler.recall import recalled
from crawler.sites import load_sites
from db.archive import Archive
from db.engine import open_store, reading
folder = Path(sys.argv[1])

def die(progress):
    if progress.pages >= int(sys.argv[3]):
        os.kill(os.getpid(), 9)

if __name__ == "__main__":
    store = open_store(f"sqlite:///{folder}/store.db")
    ingest([Path(sys.argv[2])], store, Archive(folder / "archive"), jobs=int(sys.argv[4]), report=die)
"""


@pytest.mark.parametrize(("after", "jobs"), [(50, 1), (100, 1), (50, 2)])
def test_an_ingest_killed_in_the_middle_ends_in_the_same_store(
    store: Store, tmp_path: Path, after: int, jobs: int
) -> None:
    path = warc(tmp_path / "a.warc.gz", [page(n) for n in range(120)])
    rough = Store(tmp_path / "rough")
    words = [sys.executable, "-c", KILLED, str(rough.folder), str(path), str(after), str(jobs)]
    killed = subprocess.run(words, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert killed.returncode == -9
    assert len(rough.articles()) == after
    rough.ingest(path)
    store.ingest(path)
    assert rough.articles() == store.articles()
    assert rough.states() == store.states()
    assert [outcome for outcome, _, _ in rough.runs()] == ["died", "finished"]
    rough.close()


def test_what_is_no_page_is_settled_or_counted_never_lost(store: Store, tmp_path: Path) -> None:
    pages = [
        page(1),
        page(2, status=404),
        page(3, status=500),
        page(4, headers=(("Content-Type", "application/pdf"),)),
        page(5, status=301),
        page(6, url="dns:motor.example"),
        page(7, body=b""),
        page(8, url="https://motor.example/news/1?utm_source=x"),
    ]
    result = store.ingest(warc(tmp_path / "a.warc.gz", pages))
    states = store.states()
    assert states["/news/1"] == ("stored", None)
    assert states["/news/2"] == ("gone", "http 404")
    assert states["/news/3"] == ("failed", "http 500")
    assert states["/news/4"] == ("not_article", "not html: application/pdf")
    assert states["/news/7"][0] == "not_article"
    assert len(states) == 5
    assert result.passed["redirect"] == 1
    assert result.passed[NO_ADDRESS] == 1
    assert store.runs()[0][1] == 5


STATED = {
    "link": '<link rel="canonical" href="https://motor.example/news/{n}?utm_source=x">',
    "og:url": '<meta property="og:url" content="https://motor.example/news/{n}">',
}


@pytest.mark.parametrize("stated", STATED)
def test_a_page_under_a_made_up_address_is_kept_under_the_one_it_states(
    store: Store, tmp_path: Path, stated: str
) -> None:
    said = STATED[stated].format(n=7).encode()
    body = article(7).replace(b"</head>", said + b"</head>")
    pages = [
        page(7, url="hard::motor.example-seven.html", body=body),
        page(8, url="hard::motor.example-eight.html"),
        page(9, url="urn:missing", body=body, status=404),
    ]
    path = warc(tmp_path / "a.warc.gz", pages)
    result = store.ingest(path)
    assert (dict(result.states), result.problems) == ({"stored": 1}, [])
    assert result.passed[NO_ADDRESS] == 2
    assert "--url" in NO_ADDRESS
    assert store.states() == {"/news/7": ("stored", None)}
    assert dict(store.ingest(path).states) == {"unchanged": 1}
    with reading(store.engine) as s:
        known, again = recalled(s, store.archive, load_sites(), "https://motor.example/news/7?utm_source=y")
    assert known is not None
    assert [run.site for run in known.runs] == ["a.warc.gz"] * 2
    assert again is not None
    assert again.url == "https://motor.example/news/7"


def test_the_newer_of_two_pages_wins_in_whatever_order_they_come(tmp_path: Path) -> None:
    old = page(
        1, body=article(1, body="<p>The old wording, long enough to be taken for a paragraph.</p>" * 6)
    )
    new = replace(
        old, body=old.body.replace(b"old wording", b"new wording"), fetched_at=THEN + timedelta(days=1)
    )
    for order in ([old, new], [new, old]):
        store = Store(tmp_path / f"order{order[0] is new}")
        store.ingest(warc(tmp_path / "a.warc.gz", order))
        [row] = store.articles()
        assert "new wording" in str(row[2])
        assert store.runs()[0][1] == 1
        store.close()


def test_a_saved_page_is_kept_under_its_canonical_address_or_the_given_one(
    store: Store, tmp_path: Path
) -> None:
    link = b'<link rel="canonical" href="https://motor.example/news/7?utm_source=x">'
    named = tmp_path / "named.html"
    named.write_bytes(article(7).replace(b"</head>", link + b"</head>"))
    nameless = tmp_path / "nameless.html"
    nameless.write_bytes(article(8))
    result = store.ingest(named, nameless)
    [problem] = result.problems
    assert "nameless.html: the page names no address of its own; give it with --url" in problem
    assert store.ingest(nameless, url="https://motor.example/news/8").problems == []
    assert store.states() == {"/news/7": ("stored", None), "/news/8": ("stored", None)}
    assert dict(store.ingest(named).states) == {"unchanged": 1}


def test_a_text_dump_needs_the_address_it_came_from(store: Store, tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    body = "\n".join(
        f"The estate number {n} left the works on a rainy day, and nobody saw it go." for n in range(9)
    )
    dump.write_text("Estate leaves works\n" + body, encoding="utf-8")
    assert "a text dump carries no address; give it with --url" in store.ingest(dump).problems[0]
    assert store.ingest(dump, url="https://motor.example/news/estate-leaves-works").problems == []
    [row] = store.articles()
    assert "rainy day" in str(row[2])
    assert store.archived == 1


def test_a_page_of_a_known_site_gets_its_name(store: Store, tmp_path: Path) -> None:
    store.ingest(
        warc(tmp_path / "a.warc.gz", [page(1, url="https://www.motor1.com/news/123456/new-van/"), page(2)])
    )
    assert [row[4] for row in store.articles()] == ["motor.example", "motor1"]


def test_a_file_that_cannot_be_read_stops_no_other(store: Store, tmp_path: Path) -> None:
    junk = tmp_path / "junk.warc.gz"
    junk.write_bytes(gzip.compress(b"no warc at all" * 100))
    empty = tmp_path / "empty.warc"
    empty.write_bytes(b"")
    good = warc(tmp_path / "good.warc.gz", [page(1)])
    result = store.ingest(junk, empty, tmp_path / "missing.html", good)
    assert len(result.problems) == 3
    assert all(name in text for name, text in zip(("junk", "empty", "missing"), result.problems, strict=True))
    assert len(store.articles()) == 1


def test_one_address_cannot_stand_for_two_files(store: Store, tmp_path: Path) -> None:
    result = store.ingest(tmp_path / "a.html", tmp_path / "b.html", url="https://motor.example/")
    assert "names one page, but 2 files were given" in result.problems[0]


def test_progress_grows_to_the_whole_file(store: Store, tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", [page(n) for n in range(120)])
    told: list[Progress] = []
    ingest([path], store.engine, store.archive, report=told.append)
    assert [one.pages for one in told] == [50, 100, 120]
    shares = [one.bytes_read / one.bytes_total for one in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


def test_a_batch_is_bounded_in_pages_and_bytes() -> None:
    from crawler.ingest import BATCH_BYTES, Page
    from crawler.savedpages import Offer

    def made(n: int, size: int) -> Page:
        return Page(Offer(page(n, body=b" " * size), "warc:x", 0), f"https://motor.example/{n}", "x")

    assert [len(batch) for batch in batches_of(made(n, 10) for n in range(120))] == [50, 50, 20]
    assert [len(batch) for batch in batches_of(made(n, BATCH_BYTES // 2) for n in range(6))] == [3, 3]
    assert [len(batch) for batch in batches_of(made(0, 10) for _ in range(3))] == [1, 1, 1]


def response(page: RawPage) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page.body


def test_what_the_store_has_from_a_file_is_passed_over_with_its_content_unread(
    store: Store, tmp_path: Path
) -> None:
    store.ingest(warc(tmp_path / "a.warc.gz", [page(n) for n in range(3)]))
    before = store.articles()
    junk = [record("response", page(n).url, page(n).fetched_at, b"no answer of any server") for n in range(3)]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(junk))
    again = store.ingest(tmp_path / "a.warc.gz")
    assert (dict(again.states), again.problems, +again.passed) == ({"unchanged": 3}, [], {})
    assert store.articles() == before
    assert store.runs()[1] == ("finished", 3, {"unchanged": 3})


def test_only_the_site_and_the_addresses_asked_for_are_read(store: Store, tmp_path: Path) -> None:
    other = [page(n, url=f"https://van.example/news/{n}") for n in range(3)]
    known = page(7, url="https://www.motor1.com/news/123456/new-van/")
    junk = record("response", "https://van.example/news/9", THEN, b"no answer of any server")
    path = warc(tmp_path / "a.warc.gz", [*(page(n) for n in range(5)), *other, known])
    path.write_bytes(path.read_bytes() + junk)
    first = store.ingest(path, asked=Asked(site="motor.example", match=re.compile("/[0-2]$")))
    assert (dict(first.states), first.passed[NOT_ASKED], first.problems) == ({"stored": 3}, 7, [])
    assert dict(store.ingest(path, asked=Asked(site="motor1")).states) == {"stored": 1}
    assert store.states().keys() == {"/news/0", "/news/1", "/news/2", "/news/123456/new-van/"}
    rest = store.ingest(path)
    assert dict(rest.states) == {"stored": 5, "unchanged": 4}  # another site's copies are kept and linked
    assert rest.passed["no page of a web server"] == 10


def test_a_revisit_says_that_a_page_we_have_is_the_same(store: Store, tmp_path: Path) -> None:
    later = THEN + timedelta(days=1)
    path = warc(tmp_path / "a.warc.gz", [page(1)])
    block = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    known, unknown = (record("revisit", page(n).url, later, block) for n in (1, 2))
    path.write_bytes(path.read_bytes() + known + unknown)
    result = store.ingest(path)
    assert (dict(result.states), result.passed[STRANGER]) == ({"stored": 1, "unchanged": 1}, 1)
    assert store.states() == {"/news/1": ("stored", None)}
    assert dict(store.ingest(path).states) == {"unchanged": 2}
    assert store.runs()[0] == ("finished", 1, {"unchanged": 1})


def test_a_damaged_member_is_counted_and_those_after_it_are_stored(store: Store, tmp_path: Path) -> None:
    members = [record("response", page(n).url, page(n).fetched_at, response(page(n))) for n in range(3)]
    spoilt = bytearray(members[1])
    spoilt[len(spoilt) // 2 :] = bytes(len(spoilt) - len(spoilt) // 2)
    path = tmp_path / "a.warc.gz"
    path.write_bytes(members[0] + bytes(spoilt) + members[2])
    [problem] = store.ingest(path).problems
    assert "records damaged or cut short: 1; the others are stored" in problem
    assert store.states().keys() == {"/news/0", "/news/2"}


def test_several_processes_end_in_the_same_store_as_one(store: Store, tmp_path: Path) -> None:
    old = [
        page(n, body=article(n, body="<p>The first wording of this story, and a long one.</p>" * 6))
        for n in (3, 60)
    ]
    late = [replace(page(n), fetched_at=THEN + timedelta(days=1)) for n in (3, 60)]
    pages = [*old, *(page(n) for n in range(130) if n not in {3, 60}), *late, page(3, status=404)]
    path = warc(tmp_path / "a.warc.gz", pages)
    one, many = store.ingest(path), Store(tmp_path / "many")
    both = many.ingest(path, jobs=2)
    assert (both.states, both.pages, both.passed, both.problems) == (
        one.states,
        one.pages,
        one.passed,
        one.problems,
    )
    assert many.articles() == store.articles()
    assert many.states() == store.states()
    assert many.runs() == store.runs()
    assert many.archived == store.archived
    many.close()


def test_ingest_needs_no_scrapy() -> None:
    code = "import sys, crawler.ingest; print([m for m in ('scrapy', 'twisted') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).strip() == "[]"
