"""Archived pages read again by other rules: shown before, done after, killed between; on both databases."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
import realpages
from command import Folder
from loopback import ROOT, article, until
from sqlalchemy import Engine, select, text, update

from crawler import stages
from crawler.compared import ARTICLE_NOW, DETAILS, REFUSED, TEXT, UNCHANGED, Difference
from crawler.ingest import ingest
from crawler.reprocess import CURRENT, LOST, Reprocessed, reprocess
from crawler.sites import SiteBook, load_sites
from db.archive import Archive
from db.changes import changes
from db.engine import open_store, reading, writing
from db.laws import check_ledger
from db.models import AddressRow, ArticleRow, AuthorRow, Run
from db.queries import export_rows, site_status
from db.reread import Chosen
from db.warc import read_warc
from pipeline.article import RawPage

THEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
HTML = (("Content-Type", "text/html; charset=utf-8"),)
NOTICE = (
    "<p class=weekend>The works closed for the weekend of the fair, and the van stayed in its shed until "
    "Monday.</p>"
)
FOOT = "<p>All prices in this story were right on the morning it was written, and may be wrong by now.</p>"


def page(n: int, more: str = "", **changed: object) -> RawPage:
    body = article(n).replace(b"</article>", f"{more}</article>".encode())
    made = RawPage(f"https://motor.example/news/{n}", body, 200, HTML, THEN + timedelta(minutes=n))
    return replace(made, **changed)  # type: ignore[arg-type]


def book(folder: Path, extra: str = "") -> SiteBook:
    """The one site `motor`, its file ending in `extra`."""
    folder.mkdir(exist_ok=True)
    (folder / "motor.toml").write_text(
        'title = "Motor"\nhome = "https://motor.example/"\n[find]\nfeeds = ["https://motor.example/rss"]\n'
        f"articles = '/news/'\n{extra}",
        encoding="utf-8",
    )
    return load_sites(folder)


DROP = '[clean]\ndrop = ["p.weekend"]\n'
NO_LESSONS = "learn = false\n"


class Shop:
    """A store with its archive, filled from pages by the rules of a site file."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        folder.mkdir(exist_ok=True)
        self.engine: Engine = open_store(url)
        self.archive = Archive(folder / "archive")
        self.book = book(folder / "sites")

    def take(self, pages: list[RawPage], name: str = "pages") -> None:
        """Ingests the pages."""
        with Archive(self.folder / name) as made:
            for one in pages:
                made.put(one)
        files = sorted((self.folder / name).glob("*.warc.gz"))
        assert ingest(files, self.engine, self.archive, book=self.book).problems == []
        self.archive.close()

    def rule(self, extra: str) -> None:
        self.book = book(self.folder / "sites", extra)

    def again(self, chosen: Chosen | None = None, *, jobs: int = 1) -> Reprocessed:
        with reading(self.engine) as s:
            assert check_ledger(s) == []
        result = reprocess(self.engine, self.archive, self.book, chosen, jobs=jobs)
        with reading(self.engine) as s:
            assert check_ledger(s) == []
        return result

    def dry(self, chosen: Chosen | None = None) -> tuple[Reprocessed, list[Difference]]:
        """What a dry run says; fails where it leaves a trace."""
        before, told = self.everything(), list[Difference]()
        result = reprocess(self.engine, self.archive, self.book, chosen, dry=True, tell=told.append)
        assert self.everything() == before
        return result, told

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of the tables."""
        tables = ("runs", "addresses", "address_events", "articles", "changes", "revisions", "page_lines")
        with reading(self.engine) as s:
            found = {name: s.execute(text(f"SELECT * FROM {name}")).all() for name in tables}
        return {name: sorted((tuple(row) for row in rows), key=str) for name, rows in found.items()}

    def export(self) -> list[dict[str, object]]:
        with reading(self.engine) as s:
            return list(export_rows(s))

    def states(self) -> list[tuple[str, str]]:
        with reading(self.engine) as s:
            return sorted((row.url, row.state) for row in s.scalars(select(AddressRow)))

    def changed(self) -> list[tuple[str, str, int]]:
        with reading(self.engine) as s:
            return [(change["url"], change["kind"], change["revision"]) for change in changes(s)]

    def runs(self) -> list[tuple[str, str, dict[str, int]]]:
        with reading(self.engine) as s:
            query = select(Run).where(Run.kind == "reprocess").order_by(Run.id)
            return [(run.site, run.outcome, run.balance) for run in s.scalars(query)]

    def close(self) -> None:
        self.archive.close()
        self.engine.dispose()


@pytest.fixture
def shop(tmp_path: Path, store_url: str) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop", store_url)
    yield made
    made.close()


@pytest.fixture
def shops(tmp_path: Path, new_url: Callable[[], str]) -> Iterator[Callable[[], Shop]]:
    made: list[Shop] = []

    def another() -> Shop:
        made.append(Shop(tmp_path / f"shop{len(made)}", new_url()))
        return made[-1]

    yield another
    for one in made:
        one.close()


def pages(count: int = 12) -> list[RawPage]:
    """Stories of which every third has a notice that a site file can drop."""
    return [page(n, NOTICE if n % 3 == 0 else "") for n in range(count)]


def test_a_dry_run_lists_exactly_what_then_changes(shop: Shop) -> None:
    shop.rule("[clean]\n" + NO_LESSONS)
    shop.take(pages())
    shop.rule(DROP + NO_LESSONS)
    foreseen, told = shop.dry()
    assert {row.url for row in told} == {f"https://motor.example/news/{n}" for n in (0, 3, 6, 9)}
    assert {row.became for row in told} == {TEXT}
    assert all(len(row.lines) == 1 and row.lines[0].startswith("- The works closed") for row in told)
    done = shop.again()
    assert done.rows() == foreseen.rows()
    assert done.sites["motor"] == {CURRENT: 0, TEXT: 4, UNCHANGED: 8}
    later = [change for change in shop.changed() if change[1] != "added"]
    assert later == [(row.url, "re-extracted", 2) for row in told]
    assert not any("The works closed" in str(row["text"]) for row in shop.export())
    assert shop.runs() == [("motor", "finished", {"stored": 4, "unchanged": 8})]
    assert shop.again().sites["motor"] == {CURRENT: 12}
    assert len(shop.runs()) == 1, "nothing to read, no run"


def test_the_end_is_that_of_a_fresh_ingest_by_the_same_rules(shops: Callable[[], Shop]) -> None:
    old, new = shops(), shops()
    old.rule("[clean]\n" + NO_LESSONS)
    old.take(pages())
    for one in (old, new):
        one.rule(DROP + NO_LESSONS)
    old.again()
    new.take(pages())
    assert old.export() == new.export()
    assert old.states() == new.states()


def test_what_a_site_teaches_is_told_anew_and_the_same_from_any_past(shops: Callable[[], Shop]) -> None:
    stories = [page(n, FOOT + (NOTICE if n % 3 == 0 else "")) for n in range(24)]
    grown, fresh = shops(), shops()
    grown.take(stories[:20], "first")
    grown.take(stories[20:], "second")
    texts = [str(row["text"]) for row in grown.export()]
    assert sum("All prices" in one for one in texts) == 20, "the first run had nothing to learn from"
    fresh.take(stories)
    for one in (grown, fresh):
        one.rule(DROP)
        foreseen, told = one.dry()
        assert one.again().rows() == foreseen.rows()
        assert {row.url for row in told} == {url for url, kind, _ in one.changed() if kind == "re-extracted"}
    assert not any("All prices" in str(row["text"]) for row in grown.export())
    assert grown.export() == fresh.export()
    assert grown.again().sites["motor"] == {CURRENT: 24}


def test_another_version_of_our_rules_reads_everything_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.take(pages())
    monkeypatch.setattr(stages, "RULES_VERSION", "next")
    assert shop.again(Chosen(rule="next")).sites == {}
    foreseen, told = shop.dry()
    assert told == []
    assert shop.again().rows() == foreseen.rows()
    assert shop.runs() == [("motor", "finished", {"unchanged": 12})]
    assert shop.again().sites["motor"] == {CURRENT: 12}
    with reading(shop.engine) as s:
        versions = {row.rules_version for row in s.scalars(select(ArticleRow))}
    assert {version.partition("+")[0] for version in versions} == {"next"}


def age(shop: Shop, number: int, **columns: object) -> None:
    """Makes the article at the address one that older rules have read."""
    with writing(shop.engine) as s:
        url = f"https://motor.example/news/{number}"
        values = {"rules_version": "0", "content_digest": "0", **columns}
        s.execute(update(ArticleRow).where(ArticleRow.url == url).values(**values))


def test_only_the_chosen_pages_are_read(shop: Shop) -> None:
    shop.take(pages())
    age(shop, 4, text="Some other text of old")
    age(shop, 5, section="Old")
    with writing(shop.engine) as s:
        fifth = select(ArticleRow.id).where(ArticleRow.url.endswith("/5"))
        s.add(AuthorRow(article_id=s.scalars(fifth).one(), position=9, name="Old Hand"))
    _, told = shop.dry(Chosen(rule="0"))
    assert {(row.url[-1], row.became) for row in told} == {("4", TEXT), ("5", DETAILS)}
    assert [row.lines for row in told if row.became == DETAILS] == [
        ("section ~ [-Old-]", "authors ~ [-Old Hand-]")
    ]
    assert shop.dry(Chosen(site="other"))[0].sites == {}
    assert [row.url[-1] for row in shop.dry(Chosen(since=THEN + timedelta(minutes=5)))[1]] == ["5"]
    assert shop.again(Chosen(site="motor", rule="0")).sites["motor"] == {CURRENT: 0, TEXT: 1, DETAILS: 1}


def test_good_text_stays_where_todays_rules_lose_it(shop: Shop) -> None:
    shop.take([page(n) for n in range(3)])
    before = shop.export()
    shop.rule('[clean]\ndrop = ["article p"]\n')
    _, told = shop.dry()
    assert {row.became for row in told} == {REFUSED}
    assert all(row.lines[0].startswith("degraded: ") for row in told)
    assert shop.again().sites["motor"][REFUSED] == 3
    assert shop.export() == before


def test_what_was_no_article_may_be_one_by_todays_rules(shops: Callable[[], Shop]) -> None:
    old, new = shops(), shops()
    hiding = '[clean]\ndrop = ["article p"]\n' + NO_LESSONS
    old.rule(hiding)
    wall = page(9, body=b"<html><title>Hello</title><body><p>Nothing here.</p></body></html>")
    old.take([page(n) for n in range(4)] + [wall])
    assert {state for _, state in old.states()} == {"not_article"}
    for one in (old, new):
        one.rule("[clean]\n" + NO_LESSONS)
    _, told = old.dry()
    assert [row.became for row in told] == [ARTICLE_NOW] * 4
    assert {row.lines[0] for row in told} == {f"+ Story number {n}" for n in range(4)}
    done = old.again()
    assert done.sites["motor"] == {CURRENT: 0, ARTICLE_NOW: 4, UNCHANGED: 1}
    new.take([page(n) for n in range(4)] + [wall])
    assert (old.export(), old.states()) == (new.export(), new.states())
    assert old.again().sites["motor"] == {CURRENT: 5}


def test_several_processes_end_in_the_same_store(shops: Callable[[], Shop]) -> None:
    one, two = shops(), shops()
    stories = [page(n, FOOT + (NOTICE if n % 3 == 0 else "")) for n in range(120)]
    for shop in (one, two):
        shop.take(stories)
        shop.rule(DROP)
    assert one.again().rows() == two.again(jobs=2).rows()
    assert one.export() == two.export()
    assert one.changed() == two.changed()
    assert one.runs() == two.runs()


def test_a_page_lost_from_the_archive_is_told_and_stops_no_other(shop: Shop) -> None:
    shop.take(pages(6))
    with writing(shop.engine) as s:
        first = AddressRow.url == "https://motor.example/news/0"
        s.execute(update(AddressRow).where(first).values(segment="gone.warc.gz"))
    shop.rule(DROP)
    done = shop.again()
    assert done.sites["motor"] == {CURRENT: 0, LOST: 1, TEXT: 1, UNCHANGED: 4}
    [problem] = done.problems
    assert "gone.warc.gz" in problem


def test_a_site_is_no_better_known_for_having_been_read_again(shop: Shop) -> None:
    shop.take(pages())
    with writing(shop.engine) as s:
        s.execute(update(AddressRow).values(next_visit_at=THEN))
    before = looks(shop)
    shop.rule(DROP)
    shop.again()
    assert looks(shop) == before, "a look that is due stays due"
    with reading(shop.engine) as s:
        motor = next(status for status in site_status(s) if status.site == "motor")
    assert motor.last_run is None


def looks(shop: Shop) -> dict[int, tuple[object, ...]]:
    """When each address was looked at, is to be, and how often it was."""
    with reading(shop.engine) as s:
        rows = s.scalars(select(AddressRow))
        return {row.id: (row.settled_at, row.next_visit_at, row.visits) for row in rows}


KILLED = """
import os, sys
from pathlib import Path
from crawler import reprocess
from crawler.sites import load_sites
from db.archive import Archive
from db.engine import open_store

folder, kept = Path(sys.argv[1]), [0]

class Dying(reprocess.SiteRun):
    def keep(self, works):
        if kept[0] == int(sys.argv[3]):
            os.kill(os.getpid(), 9)
        kept[0] += 1
        super().keep(works)

reprocess.SiteRun = Dying
if __name__ == "__main__":
    book = load_sites(folder / "sites")
    reprocess.reprocess(open_store(sys.argv[2]), Archive(folder / "archive"), book, jobs=int(sys.argv[4]))
"""


def lives(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("after", "jobs"), [(0, 1), pytest.param(1, 1, marks=pytest.mark.slow), (2, 2)])
def test_killed_in_the_middle_and_run_again_it_comes_to_the_same_end(
    shops: Callable[[], Shop], tmp_path: Path, after: int, jobs: int
) -> None:
    calm, rough = shops(), shops()
    stories = [page(n, FOOT + (NOTICE if n % 3 == 0 else "")) for n in range(130)]
    for shop in (calm, rough):
        shop.take(stories)
        shop.rule(DROP)
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    words = [sys.executable, str(script), str(rough.folder), rough.url, str(after), str(jobs)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen(words, cwd=ROOT, env=environment, start_new_session=True)
    assert killed.wait(timeout=60) == -9
    until(lambda: not lives(killed.pid))  # whoever cleaned for it ends too
    calm.again()
    result = reprocess(rough.engine, rough.archive, rough.book)
    assert result.sites["motor"][CURRENT] == after * 50
    assert rough.export() == calm.export()
    assert rough.states() == calm.states()
    assert [outcome for _, outcome, _ in rough.runs()] == ["died", "finished"]
    with reading(rough.engine) as s:
        assert check_ledger(s) == []


def test_the_command_shows_what_would_change_and_then_does_it(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    with Archive(tmp_path / "pages") as made:
        for one in pages():
            made.put(one)
    file = str(next((tmp_path / "pages").glob("*.warc.gz")))
    book(tmp_path / "sites", DROP + NO_LESSONS)
    told = place.each(
        ["ingest", file, "--site", "motor", "--match", "/news/[0-5]$"],
        ["reprocess", "--dry-run"],
        ["reprocess", "--site", "nowhere"],
        ["ingest", file, "--match", "("],
    )
    assert [ended.code for ended in told] == [0, 0, 2, 2], told
    assert "6  passed over: not asked for" in told[0].out
    assert told[1].out.split()[-6:] == ["6", *"·····"]
    assert "no archived page of 'nowhere'" in told[2].err
    assert "no regular expression" in told[3].err
    book(tmp_path / "sites", '[clean]\ndrop = ["article p:first-of-type"]\n' + NO_LESSONS)
    rows = place.carnews("reprocess", "--dry-run", "--format", "jsonl").out.splitlines()
    assert [line.startswith('{"record": "article"') for line in rows] == [True] * 6 + [False]
    table = place.carnews("reprocess", "--dry-run")
    assert table.out.count("changed text: https://motor.example/news/") == 6
    assert "6 articles would change; nothing was stored" in table.err
    done = place.carnews("reprocess", "--jobs", "2", "--format", "csv")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    assert place.carnews("reprocess", "--dry-run", "--format", "jsonl").out.count("\n") == 1


def test_reprocess_needs_no_scrapy() -> None:
    code = "import sys, crawler.reprocess; print([m for m in ('scrapy', 'twisted') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).strip() == "[]"


REAL = 40  # real pages: enough for some sites of several pages each
REAL_PAGES = realpages.folder(None) / "pages.warc.gz"


@pytest.mark.skipif(
    not REAL_PAGES.exists(), reason=f"NO REAL PAGES: {REAL_PAGES} is not there; set CARNEWS_REALPAGES"
)
def test_real_pages_read_again_are_as_if_freshly_ingested(
    new_url: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Shop(tmp_path / "old", new_url()), Shop(tmp_path / "new", new_url())
    real = [entry.page for entry in islice(read_warc(REAL_PAGES), REAL)]
    with monkeypatch.context() as earlier:
        earlier.setattr(stages, "RULES_VERSION", "0")
        old.take(real)
    with writing(old.engine) as s:  # what earlier rules left in: all their texts end alike
        longer = ArticleRow.text + "\n\nRead on in our magazine."
        s.execute(update(ArticleRow).values(text=longer, content_digest="0", section=None))
    foreseen, told = old.dry()
    assert old.again(jobs=2).rows() == foreseen.rows()
    assert all(row.lines[-1] == "- Read on in our magazine." for row in told)
    new.take(real)
    assert len(told) == len(new.export()) > REAL / 2
    assert old.export() == new.export()
    assert old.states() == new.states()
    old.close()
    new.close()
