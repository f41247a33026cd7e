"""Whole crawls of a made site on loopback, in child processes, into a real store."""

import gzip
import os
import signal
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from loopback import ROOT, Answer, Place, Site, article, closed_port, cut_short, end_of, reset, serving, until
from sqlalchemy import select

from db.models import AddressRow
from ops.children import GRACE_S

BOMB = gzip.compress(b"\0" * 50_000_000)


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    with serving(articles=6) as made:
        place.site("made", made.toml())
        yield made


def held(site: Site, body: bytes) -> Answer:
    """The answer once the gate opens."""
    site.gate.wait(30)
    return Answer(body)


def test_a_crawl_stores_every_article_and_a_second_finds_all_as_it_was(place: Place, site: Site) -> None:
    first = place.crawl("made")
    assert first.code == 0, first.err
    assert len(place.articles()) == 6
    assert len(site.fetched) == 6
    second = place.crawl("made")
    assert second.code == 0
    assert len(site.fetched) == 6
    site.add_articles(7)  # a feed that has changed names the old articles too
    assert place.crawl("made").code == 0
    assert len(site.fetched) == 7
    assert place.runs() == [
        ("finished", 6, {"stored": 6}),
        ("finished", 0, {}),
        ("finished", 7, {"unchanged": 6, "stored": 1}),
    ]
    assert all(agent.startswith("carnews/") for agent in site.agents)


def test_every_kind_of_end_has_its_state_and_reason(place: Place, site: Site) -> None:
    def moved(to: str) -> Answer:
        return Answer(status=302, headers={"Location": to})

    made = {
        "/news/gone": (Answer(status=410), "gone", "http 410"),
        "/news/missing": (Answer(status=404), "gone", "http 404"),
        "/news/broken": (Answer(status=500), "failed", "http 500"),
        "/news/refused": (Answer(status=403), "failed", "refused: http 403"),
        "/news/self": (moved("/news/self"), "failed", "too many redirects"),
        "/news/ping": (moved("/news/pong"), "failed", "too many redirects"),
        "/news/away": (moved("http://elsewhere.invalid/x"), "blocked", "off-site"),
        "/news/file": (moved("file:///etc/passwd"), "blocked", "redirect to something else than http"),
        "/news/user": (
            moved(site.home.replace("//", "//user:s3cret@")),
            "blocked",
            "address with a user name",
        ),
        "/news/big": (Answer(b" " * 9_000_000), "not_article", "too large"),
        "/news/pdf": (Answer(b"%PDF", kind="application/pdf"), "not_article", "not html: application/pdf"),
        "/news/bomb": (Answer(BOMB, headers={"Content-Encoding": "gzip"}), "not_article", "too large"),
        "/news/cut": (Answer(rude=cut_short), "failed", "answer cut short"),
        "/news/reset": (Answer(rude=reset), "failed", "connection"),
        "/news/old": (moved("/news/2026/new"), "stored", None),
    }
    site.pages |= {path: answer for path, (answer, _, _) in made.items()}
    site.pages["/news/pong"] = moved("/news/ping")
    site.pages["/news/2026/new"] = Answer(article(99))
    site.feed(list(made))
    ended = place.crawl("made")
    assert ended.code == 1, ended.err
    assert place.states() == {path: (state, reason) for path, (_, state, reason) in made.items()}
    [(outcome, found, balance)] = place.runs()
    assert (outcome, found) == ("finished", len(made))
    assert sum(balance.values()) == found
    assert "Traceback" not in ended.err
    assert "s3cret" not in ended.err
    assert not [file for file in place.folder.rglob("store.db*") if b"s3cret" in file.read_bytes()]


def test_only_http_articles_of_the_site_are_taken_from_a_feed(place: Place, site: Site) -> None:
    with serving() as canary:
        site.feed(
            [
                "file:///etc/news/passwd",
                "ftp://127.0.0.1/news/x",
                "javascript:alert('/news/')",
                "data:text/html,/news/",
                canary.home + "news/1",
                "http://user:secret@127.0.0.1/news/1",
                "/news/2026/0",
                "/about",
            ]
        )
        ended = place.crawl("made")
        assert ended.code == 0, ended.err
        assert canary.asked == []
    assert list(place.states()) == ["/news/2026/0"]
    assert site.fetched == ["/news/2026/0"]


@pytest.mark.parametrize("where", ["page", "feed", "robots"])
def test_no_redirect_leads_to_another_private_server(place: Place, site: Site, where: str) -> None:
    with serving() as canary:
        path = {"page": "/news/2026/0", "feed": "/rss", "robots": "/robots.txt"}[where]
        site.pages[path] = Answer(status=302, headers={"Location": canary.home + "news/1"})
        place.crawl("made")
        assert canary.asked == []


def test_without_leave_no_spelling_of_a_private_address_is_reached(place: Place) -> None:
    with serving(2) as canary:
        spellings = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0.0.0.0", "[::1]"]
        feeds = [f"http://{host}:{canary.port}/rss" for host in [*spellings, "[::ffff:127.0.0.1]"]]
        place.site("public", f'title = "P"\nhome = "{canary.home}"\n[find]\nfeeds = {feeds}\n')
        ended = place.run("scrapy", "crawl", "public", "-s", "DOWNLOAD_DELAY=0")
        assert canary.asked == []
        assert "failed public: found=0" in ended.err
        alone = place.crawl("-", "--url", f"http://localhost:{canary.port}/news/2026/0")
        assert alone.code == 1  # it will be refused tomorrow too
        assert "private address" in alone.err.splitlines()[-1]
        assert place.runs()[-1] == ("finished", 1, {"blocked": 1})
        assert canary.asked == []


@pytest.mark.parametrize("status", [503, 500, 429])
def test_a_robots_txt_in_error_keeps_us_out(place: Place, site: Site, status: int) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nAllow: /", status)
    ended = place.crawl("made")
    assert ended.code == 75
    assert set(site.asked) == {"/robots.txt"}
    assert place.runs() == [("unreachable", 0, {})]
    assert f"robots unreachable: http {status}" in ended.err


def test_a_robots_txt_that_resets_or_never_comes_keeps_us_out(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(rude=reset)
    assert place.crawl("made").code == 75
    site.gate.clear()
    site.pages["/robots.txt"] = lambda: held(site, b"")
    slow = place.run("scrapy", "crawl", "made", "-s", "DOWNLOAD_TIMEOUT=1")
    assert "robots unreachable: timeout" in slow.err
    assert set(site.asked) == {"/robots.txt"}


def test_the_rules_of_robots_txt_are_kept_even_behind_much_padding(place: Place, site: Site) -> None:
    padding = b"# padding\n" * 40_000
    site.pages["/robots.txt"] = Answer(
        padding + b"User-agent: carnews\nDisallow: /news/2026/3\n", kind="text/plain"
    )
    ended = place.crawl("made")
    assert ended.code == 0, ended.err
    assert place.states()["/news/2026/3"] == ("blocked", "robots")
    assert "/news/2026/3" not in site.asked
    assert len(place.articles()) == 5


def test_a_site_that_forbids_everything_is_no_success(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n", kind="text/plain")
    ended = place.crawl("made")
    assert ended.code == 1
    assert set(site.asked) == {"/robots.txt"}
    assert place.runs()[0][0] == "failed"


def test_a_crawl_delay_is_the_least_gap_between_two_requests(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.3\n", kind="text/plain")
    assert place.crawl("made", "--max-articles", "4").code == 0
    gaps = [later - earlier for earlier, later in zip(site.times, site.times[1:], strict=False)]
    assert len(gaps) == 5
    # seen at the server, which a busy machine may wake late: one gap then shrinks by what the one before grew
    assert min(gaps) >= 0.15
    assert sum(gaps) >= 5 * 0.28


def test_a_server_that_says_wait_is_left_alone(place: Place, site: Site) -> None:
    for n in range(6):
        site.pages[f"/news/2026/{n}"] = Answer(status=429, headers={"Retry-After": "3600"})
    ended = place.crawl("made")
    assert ended.code == 75
    assert len(site.fetched) == 1
    assert "asked to wait until" in ended.err
    states = [state for state, _ in place.states().values()]
    assert sorted(states) == ["failed"] + ["pending"] * 5
    with place.open() as s:
        [waits] = s.scalars(select(AddressRow).where(AddressRow.state == "failed"))
    assert waits.next_try_at is not None
    assert waits.next_try_at > datetime.now(UTC) + timedelta(minutes=50)
    seen = len(site.asked)
    for _ in range(2):  # not even robots.txt before the time, however often we are started
        assert place.crawl("made").code == 75
    assert len(site.asked) == seen


def test_a_site_that_is_down_is_tried_again_later(place: Place) -> None:
    with serving() as gone:
        toml = gone.toml()
    place.site("made", toml)
    ended = place.crawl("made")
    assert ended.code == 75
    assert place.runs() == [("unreachable", 0, {})]
    assert "connection" in ended.err


def test_a_site_that_goes_down_in_mid_crawl_keeps_its_rest_pending(place: Place, site: Site) -> None:
    site.add_articles(30)
    for n in range(30):
        site.pages[f"/news/2026/{n}"] = Answer(rude=reset)
    ended = place.crawl("made")
    assert ended.code == 75
    [(outcome, found, balance)] = place.runs()
    assert (outcome, found) == ("unreachable", 30)
    assert balance["pending"] >= 20
    assert sum(balance.values()) == 30


@pytest.mark.parametrize(
    "feed",
    [
        b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel/></rss>',
        b"<html>Access denied</html>",
        b"",
    ],
)
def test_a_feed_that_cannot_be_read_is_no_success(place: Place, site: Site, feed: bytes) -> None:
    site.pages["/rss"] = Answer(feed)
    ended = place.crawl("made")
    assert ended.code == 1
    assert "invalid feed" in ended.err
    assert place.runs() == [("failed", 0, {})]


def test_max_articles_leaves_the_rest_for_the_next_run(place: Place, site: Site) -> None:
    assert place.crawl("made", "--max-articles", "2").code == 0
    assert place.runs() == [("limit", 6, {"pending": 4, "stored": 2})]
    site.feed([])  # what was found once is fetched though no feed names it any more
    site.pages["/rss"] = Answer(
        site.pages["/rss"].body.replace(b"<channel>", b"<channel><item><link>/x</link></item>")
    )
    place.crawl("made")
    assert len(place.articles()) == 6


def test_what_is_older_than_since_is_settled_as_too_old(place: Place, site: Site) -> None:
    assert place.crawl("made", "--since", "2026-10-04").code == 0
    [(_, _, balance)] = place.runs()
    assert balance == {"stored": 3, "too_old": 3}


def test_a_dry_run_prints_addresses_and_stores_nothing(tmp_path: Path, site: Site) -> None:
    place = Place(tmp_path / "fresh")
    place.folder.mkdir()
    place.site("made", site.toml())
    ended = place.crawl("made", "--dry-run", "--max-articles", "3")
    assert ended.code == 0, ended.err
    told = [f"{site.home}news/2026/{n} - feed:{site.home}rss" for n in range(3)]
    assert ended.out.splitlines() == told
    assert site.fetched == []
    assert not (place.folder / "store.db").exists()
    assert not (place.folder / "archive").exists()


def test_single_addresses_are_fetched_again_on_demand(place: Place, site: Site) -> None:
    url = f"{site.home}news/2026/1"
    for text in ("first", "second"):
        site.pages["/news/2026/1"] = Answer(
            article(1, body=f"<p>{text} version of it, long enough to stay.</p>" * 5)
        )
        ended = place.crawl("-", "--url", url)
        assert ended.code == 0, ended.err
    assert site.asked.count("/rss") == 0
    [row] = place.articles()
    assert "second" in str(row[2])


WRONG_USAGE = {
    "no site 'nobody'": ["nobody"],
    "since 'soon'": ["made", "--since", "soon"],
    "max_articles '0'": ["made", "--max-articles", "0"],
    "not an http(s) address": ["made", "--url", "ftp://x/"],
    "not on 127.0.0.1": ["made", "--url", "http://elsewhere.example/"],
    "no site: give a name or --url": [],
}


def test_wrong_usage_is_one_line_and_code_2(place: Place, site: Site) -> None:
    # all of them in one process: nothing is begun, so nothing can stay behind
    program = (
        "import sys\nfrom crawler.__main__ import main\n"
        f"codes = [main(words) for words in {list(WRONG_USAGE.values())!r}]\n"
        "sys.exit(0 if set(codes) == {2} else f'codes {codes}')\n"
    )
    (place.folder / "usage.py").write_text(program)
    ended = place.run("usage", PYTHONPATH=f"{ROOT}:{place.folder}")
    assert ended.code == 0, ended.err
    for line, told in zip(ended.err.splitlines(), WRONG_USAGE, strict=True):
        assert line.startswith("carnews: ")
        assert told in line


def test_scrapy_lists_the_sites_and_a_broken_file_stops_only_its_own(place: Place, site: Site) -> None:
    from crawler.sites import load_sites

    place.site("broken", "title = ")
    listed = place.run("scrapy", "list")
    assert listed.code == 0
    assert set(listed.out.split()) == {*load_sites().sites, "made"}
    assert "broken.toml: not TOML" in listed.err
    crawled = place.run(
        "scrapy", "crawl", "made", "-a", "max_articles=1", "-O", str(place.folder / "out.json")
    )
    assert "limit made: found=6 pending=5 stored=1" in crawled.err
    assert '"published_at": "2026-10-' in (place.folder / "out.json").read_text()
    assert place.crawl("broken").code == 2


def test_a_crawl_listens_on_no_socket(place: Place, site: Site) -> None:
    site.gate.clear()
    site.pages["/news/2026/0"] = lambda: held(site, article(0))
    child = place.start("crawler", "made")
    until(lambda: "/news/2026/0" in site.asked)
    sockets = psutil.Process(child.pid).net_connections(kind="all")
    site.gate.set()
    assert [s for s in sockets if s.status == psutil.CONN_LISTEN] == []
    assert end_of(child).code == 0


def test_a_second_crawl_of_a_busy_site_tries_again_later(place: Place, site: Site) -> None:
    site.gate.clear()
    site.pages["/news/2026/0"] = lambda: held(site, article(0))
    child = place.start("crawler", "made")
    until(lambda: "/news/2026/0" in site.asked)
    second = place.crawl("made")
    site.gate.set()
    assert second.code == 75
    assert f"process {child.pid}" in second.err
    assert "Traceback" not in second.err
    assert end_of(child).code == 0
    assert [outcome for outcome, _, _ in place.runs()] == ["finished"]


def test_one_sigterm_stores_what_is_in_flight_and_the_next_run_does_the_rest(
    place: Place, site: Site
) -> None:
    site.gate.clear()
    for n in range(6):
        site.pages[f"/news/2026/{n}"] = lambda n=n: held(site, article(n))
    child = place.start("crawler", "made")
    until(lambda: site.fetched)
    child.send_signal(signal.SIGTERM)
    site.gate.set()
    ended = end_of(child)
    assert ended.code == 75
    [(outcome, found, balance)] = place.runs()
    assert (outcome, found) == ("interrupted", 6)
    assert balance["stored"] >= 1
    assert balance["pending"] >= 1
    assert place.crawl("made").code == 0
    assert len(place.articles()) == 6


@pytest.mark.parametrize("silent", ["/robots.txt", "/rss", "/news/2026/3"])
def test_a_stop_hangs_up_on_a_server_that_stays_silent(place: Place, site: Site, silent: str) -> None:
    site.gate.clear()
    site.pages[silent] = lambda: held(site, b"")
    child = place.start("crawler", "made")
    until(lambda: silent in site.asked)
    asked_at = time.monotonic()
    child.send_signal(signal.SIGTERM)
    ended = end_of(child)
    assert time.monotonic() - asked_at < GRACE_S * 0.8
    assert ended.code == 75, ended.err
    assert "Traceback" not in ended.err
    [(outcome, _, balance)] = place.runs()
    assert outcome == "interrupted"
    answered = len([path for path in site.fetched if path != silent])
    assert balance.get("stored", 0) == answered
    assert balance.get("pending", 0) == (6 - answered if site.fetched else 0)


def test_both_databases_hold_the_same_after_the_same_crawls(
    place: Place, site: Site, tmp_path: Path, postgres_url: str
) -> None:
    other = Place(tmp_path / "postgres", postgres_url)
    other.folder.mkdir()
    other.site("made", site.toml())
    site.pages["/news/2026/5"] = Answer(status=404)
    for _ in range(2):
        assert place.crawl("made").code == other.crawl("made").code == 0
    assert place.articles() == other.articles()
    assert place.states() == other.states()
    assert place.runs() == other.runs()


def test_a_stop_does_not_wait_for_a_long_delay(place: Place, site: Site) -> None:
    place.site("slow", site.toml().replace("delay_s = 0", "delay_s = 600"))
    child = place.start("crawler", "slow")
    until(lambda: site.asked)
    child.send_signal(signal.SIGTERM)
    assert end_of(child, timeout_s=30).code == 75
    assert place.runs()[0][0] == "interrupted"


def test_a_pattern_that_fits_no_link_is_told(place: Place, site: Site) -> None:
    place.site("narrow", site.toml().replace("/news/", "/stories/"))
    ended = place.crawl("narrow")
    assert ended.code == 1
    assert "none of 6 links matches the site's articles pattern" in ended.err


def test_only_what_may_heal_gets_a_next_try(place: Place, site: Site) -> None:
    site.pages["/news/2026/0"] = Answer(status=500)
    site.pages["/news/2026/1"] = Answer(status=404)
    assert place.crawl("made").code == 1
    with place.open() as s:
        rows = {row.url[-1]: row for row in s.scalars(select(AddressRow))}
    assert rows["0"].attempts == 1
    assert rows["0"].next_try_at is not None
    assert rows["1"].next_try_at is None
    assert place.crawl("made").code == 0  # not due yet
    assert site.asked.count("/news/2026/0") == 1


def test_a_crawl_killed_again_and_again_ends_in_the_same_store(tmp_path: Path) -> None:
    with serving(articles=40) as site:
        calm, rough = Place(tmp_path / "calm"), Place(tmp_path / "rough")
        for place in (calm, rough):
            place.folder.mkdir()
            place.site("made", site.toml())
        assert calm.crawl("made").code == 0
        site.asked.clear()
        for after in (1, 9, 17):
            seen = len(site.fetched)
            child = rough.start("crawler", "made")
            until(lambda goal=seen + after: len(site.fetched) >= goal)
            os.killpg(child.pid, signal.SIGKILL)
            end_of(child)
        assert rough.crawl("made").code == 0
        assert rough.articles() == calm.articles()
        assert rough.states() == calm.states()
        assert [outcome for outcome, _, _ in rough.runs()] == ["died"] * 3 + ["finished"]
        assert set(site.fetched) == {f"/news/2026/{n}" for n in range(40)}
        # a kill costs what was fetched and not yet committed, never all of it
        assert len(site.fetched) < 3 * 40


def test_a_store_that_is_down_is_told_in_one_line_without_its_password(place: Place, site: Site) -> None:
    url = f"postgresql://reader:s3cret@127.0.0.1:{closed_port()}/news"
    ended = place.crawl("made", CARNEWS_DATABASE_URL=url, CARNEWS_LOG=str(place.folder / "log"))
    assert ended.code == 75
    assert "does not answer" in ended.err
    written = ended.err + ended.out + (place.folder / "log" / "made.log").read_text()
    assert "s3cret" not in written
    assert "Traceback" not in written
    assert site.asked == []


def test_an_archive_that_takes_nothing_ends_the_crawl_and_loses_no_address(place: Place, site: Site) -> None:
    (place.folder / "archive").write_text("a file where the folder should be")
    ended = place.crawl("made")
    assert ended.code == 2
    assert "archive" in ended.err
    assert "Traceback" not in ended.err
    (place.folder / "archive").unlink()
    assert place.crawl("made").code == 0
    assert len(place.articles()) == 6


def test_with_a_log_folder_the_story_goes_into_the_sites_file(place: Place, site: Site) -> None:
    ended = place.crawl("made", CARNEWS_LOG=str(place.folder / "log"))
    assert ended.err == ""
    story = (place.folder / "log" / "made.log").read_text()
    assert "finished made: found=6 stored=6" in story
    assert len(story.splitlines()) <= 10
    site.pages["/robots.txt"] = Answer(status=500)
    place.age(hours=25)
    failed = place.crawl("made", CARNEWS_LOG=str(place.folder / "log"))
    assert failed.err.strip() == "carnews: unreachable made: found=0 (robots unreachable: http 500)"


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server with a certificate of its own making shows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    ).sign(key, hashes.SHA256())
    pem, secret = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(pem, secret, serialization.NoEncryption()) + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_nobody_vouches_for_is_refused_unless_the_site_file_allows_it(place: Place) -> None:
    with serving(3, tls=self_signed(place.folder)) as site:
        place.site("strict", site.toml())
        place.site("lenient", site.toml("verify = false\n"))
        strict = place.crawl("strict")
        assert strict.code == 75
        assert "unreachable: tls" in strict.err
        assert site.asked == []
        assert place.crawl("lenient").code == 0
        assert len(place.articles()) == 3
