"""The made web: serves what its truth promises, the same bytes each time, and says plainly when it cannot."""

import re
import socket
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from html import unescape
from http.client import HTTPConnection
from itertools import combinations
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

import demo
from demo.web import SITES

ROOT = Path(__file__).parent.parent
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        charset = re.search(r"charset=([\w-]+)", self.headers.get("Content-Type", ""))
        return self.body.decode(charset[1] if charset else "utf-8")


def get(url: str, headers: dict[str, str] | None = None) -> Got:
    """One answer, redirects not followed."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers=headers or {})
        answer = connection.getresponse()
        return Got(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def web() -> Iterator[demo.DemoWeb]:
    with demo.serve(0) as served:
        yield served


def articles(web: demo.DemoWeb, site: str) -> list[demo.DemoPage]:
    return [page for page in web.truth if page.site == site and page.kind == "article"]


def in_channel(web: demo.DemoWeb, site: str, channel: str) -> set[str]:
    return {page.url for page in web.truth if page.site == site and channel in page.channels}


def site_file(web: demo.DemoWeb, folder: Path, name: str) -> dict[str, dict[str, list[str]]]:
    web.write_site_files(folder)
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))


def test_there_are_forty_articles_and_a_dozen_pages_that_are_none(web: demo.DemoWeb) -> None:
    assert sum(page.kind == "article" for page in web.truth) >= 40
    assert sum(page.kind not in {"article", "same"} for page in web.truth) >= 12


def test_every_page_answers_with_its_status(web: demo.DemoWeb) -> None:
    for page in web.truth:
        assert get(page.url).status == page.status, page.url


def test_every_article_shows_its_words_and_its_boilerplate(web: demo.DemoWeb) -> None:
    for page in web.truth:
        if page.kind != "article":
            continue
        text = re.sub(r"<[^>]+>", " ", get(page.url).text)
        seen = " ".join(unescape(text).split())
        for line in (page.title or "", page.standfirst or "", *page.paragraphs):
            assert re.sub(r"\s", "", line) in re.sub(r"\s", "", seen), f"{page.url}: {line}"
        for caption in (*page.captions, *page.repeated):
            assert caption.text in seen, f"{page.url}: {caption.text}"
        for line in page.removed:
            assert re.sub(r"\s", "", line) in re.sub(r"\s", "", seen), f"{page.url}: {line}"


def test_nothing_that_must_go_is_part_of_the_article(web: demo.DemoWeb) -> None:
    for page in web.truth:
        kept = {*page.paragraphs, page.title, page.standfirst}
        assert not kept.intersection(page.removed), page.url


def test_no_two_articles_share_a_paragraph(web: demo.DemoWeb) -> None:
    long = {
        page.url: {line for line in page.paragraphs if len(line) > 60}
        for page in web.truth
        if page.kind == "article"
    }
    for (first, ours), (second, theirs) in combinations(long.items(), 2):
        assert not ours & theirs, f"{first} and {second}"


def test_addresses_titles_and_times_of_articles_are_unique(web: demo.DemoWeb) -> None:
    pages = [page for page in web.truth if page.kind == "article"]
    for values in ([p.url for p in pages], [p.title for p in pages], [p.published_at for p in pages]):
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("name", SITES)
def test_sitemaps_list_exactly_the_articles(web: demo.DemoWeb, tmp_path: Path, name: str) -> None:
    find = site_file(web, tmp_path, name)["find"]
    listed: set[str] = set()
    waiting = list(find.get("sitemaps", []))
    for address in waiting:
        root = ET.fromstring(get(address).body)
        found = [str(element.text) for element in root.iter(LOC)]
        if root.tag.endswith("sitemapindex"):
            waiting += found
        else:
            listed |= set(found)
    assert listed == in_channel(web, name, "sitemap")
    assert not waiting or listed == {page.url for page in articles(web, name)}


@pytest.mark.parametrize("name", SITES)
def test_feeds_list_exactly_what_the_truth_says(web: demo.DemoWeb, tmp_path: Path, name: str) -> None:
    listed = set()
    for feed in site_file(web, tmp_path, name)["find"].get("feeds", []):
        root = ET.fromstring(get(feed).text.lstrip("\ufeff"))
        listed |= {str(link.text).partition("?")[0] for link in root.iterfind("channel/item/link")}
        assert all(parsedate_to_datetime(str(date.text)) for date in root.iter("pubDate"))
    assert listed == in_channel(web, name, "feed")


@pytest.mark.parametrize("name", SITES)
def test_section_pages_link_to_every_page_they_are_said_to(
    web: demo.DemoWeb, tmp_path: Path, name: str
) -> None:
    linked = set()
    for section in site_file(web, tmp_path, name)["find"].get("sections", []):
        hrefs = re.findall(r'href="([^"]+)"', get(section).text)
        linked |= {urljoin(section, unescape(href)) for href in hrefs}
    assert in_channel(web, name, "section") <= linked


@pytest.mark.parametrize("name", SITES)
def test_listing_pages_lead_from_one_to_the_next(web: demo.DemoWeb, name: str) -> None:
    seen, address = set(), web.sites[name]
    while True:
        text = get(address).text
        seen |= {urljoin(address, unescape(href)) for href in re.findall(r'href="([^"]+)"', text)}
        following = re.search(r'rel="next" href="([^"]+)"', text)
        if not following:
            break
        address = urljoin(address, following[1])
    assert {page.url for page in articles(web, name)} <= seen


@pytest.mark.parametrize("name", SITES)
def test_the_article_pattern_fits_every_page_of_the_truth(
    web: demo.DemoWeb, tmp_path: Path, name: str
) -> None:
    pattern = str(site_file(web, tmp_path, name)["find"]["articles"])
    for page in web.truth:
        if page.site == name and page.kind != "same":
            assert re.match(pattern, page.url), page.url


def test_pages_name_the_served_address_as_their_own(web: demo.DemoWeb) -> None:
    for page in web.truth:
        if page.kind in {"article", "duplicate", "same"} and page.status == 200:
            assert f'<link rel="canonical" href="{page.same_as or page.url}">' in get(page.url).text


def test_a_moved_page_redirects_to_its_article(web: demo.DemoWeb) -> None:
    (moved,) = (page for page in web.truth if page.status == 301)
    assert get(moved.url).headers["Location"] == moved.same_as


def test_one_german_page_comes_in_windows_1252_by_header_alone(web: demo.DemoWeb) -> None:
    answers = [get(page.url) for page in articles(web, "kurvenblatt")]
    (old,) = (a for a in answers if a.headers["Content-Type"] == "text/html; charset=windows-1252")
    assert b"charset" not in old.body
    assert "„Am Anfang" in old.body.decode("cp1252")


def test_robots_txt_shuts_out_the_page_that_says_so(web: demo.DemoWeb) -> None:
    (page,) = (page for page in web.truth if page.reason == "robots")
    rules = get(urljoin(page.url, "/robots.txt")).text
    assert any(
        urlsplit(page.url).path.startswith(line.removeprefix("Disallow: "))
        for line in rules.splitlines()
        if line.startswith("Disallow: ")
    )


def test_a_feed_already_held_is_not_sent_again(web: demo.DemoWeb) -> None:
    feed = web.sites["hairpin"] + "feed/"
    first = get(feed)
    by_tag = get(feed, {"If-None-Match": first.headers["ETag"]})
    by_date = get(feed, {"If-Modified-Since": first.headers["Last-Modified"]})
    assert (by_tag.status, by_tag.body) == (by_date.status, by_date.body) == (304, b"")
    assert get(feed, {"If-None-Match": '"older"'}).status == 200


def test_the_request_log_names_site_and_path() -> None:
    with demo.serve(0) as web:
        get(web.sites["crankcase"] + "robots.txt")
        assert web.requests == [("crankcase", "/robots.txt")]


def test_bytes_do_not_depend_on_the_run() -> None:
    homes = {name: f"http://127.0.0.1:{9000 + number}/" for number, name in enumerate(SITES)}
    script = (
        "import demo.web, hashlib\n"
        f"made = [demo.web.SITES[n](h) for n, h in {homes!r}.items()]\n"
        "print(hashlib.sha256(repr(made).encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(demo.DemoError) as caught, demo.serve(port, patience_s=0.2):
            pass
        assert str(caught.value) == f"port {port} is taken by another program; give --port"


def test_the_same_ports_serve_again_at_once_while_a_client_still_holds_on() -> None:
    with demo.serve(0) as web:
        port = urlsplit(web.sites["crankcase"]).port
        assert port
        held = HTTPConnection("127.0.0.1", port, timeout=10)
        held.request("GET", "/news")
        held.getresponse().read()
    with demo.web.bound("crankcase", port, [], 0.0) as again:
        again.start()
        assert get(f"http://127.0.0.1:{port}/news").status == 200
        again.end()
    held.close()


def test_the_data_travels_inside_a_wheel(tmp_path: Path) -> None:
    archive = tmp_path / "carnews-0-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        for path in sorted((ROOT / "demo").rglob("*")):
            if path.suffix in {".py", ".toml"}:
                wheel.write(path, path.relative_to(ROOT))
    script = (
        "import demo, sys; print(demo.__file__); print(len(demo.truth({'hairpin': 'http://127.0.0.1:1/'})))"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(archive)!r}); {script}"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    assert str(archive) in told[0]
    assert int(told[1]) > 14


def test_run_as_a_module_it_prints_three_addresses_and_ends_on_a_signal() -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "demo", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout
    told = dict(started.stdout.readline().split() for _ in range(3))
    served = [get(home).status for home in told.values()]
    started.terminate()
    _, errors = started.communicate(timeout=20)
    assert (list(told), served) == (list(SITES), [200, 200, 200])
    assert (started.returncode, errors) == (0, "")
