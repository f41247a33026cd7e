"""Names that do not resolve, resolve too slowly, or would name files elsewhere."""

import time
from collections.abc import Iterator

import pytest
from forked_crawls import Forker, forking
from loopback import Place, Site, serving

HOST = "made.example"
RESOLVER = """
import socket, sys, threading
import crawler.settings
crawler.settings.DNS_TIMEOUT = 0.3
def resolve(name):
    print("ASKED", name, file=sys.stderr)
    return answer(name)
socket.gethostbyname = resolve
"""
SILENT = """
def answer(name):
    threading.Event().wait(2)
    raise socket.gaierror(-3, "Temporary failure in name resolution")
"""
UNKNOWN = """
def answer(name):
    raise socket.gaierror(-2, "Name or service not known")
"""
KNOWN = """
def answer(name):
    return "127.0.0.1"
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as made:
        made.home = f"http://{HOST}:{made.port}/"
        made.add_articles(3)
        yield made


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Forker]:
    home = Place(tmp_path_factory.mktemp("home"))
    home.site("made", site.toml())
    home.site("public", site.toml().replace("allow_private = true\n", "").replace("delay_s = 0\n", ""))
    with forking(home) as made:
        yield made


@pytest.mark.parametrize("trouble", [UNKNOWN, SILENT], ids=["unknown", "silent"])
def test_a_name_that_does_not_resolve_is_asked_for_few_times_and_tried_again_later(
    fork: Forker, place: Place, site: Site, trouble: str
) -> None:
    began = time.monotonic()
    ended = fork.crawl(place, "made", first=RESOLVER + trouble)
    assert time.monotonic() - began < 30
    assert ended.code == 75, ended.err
    assert "unreachable: dns" in ended.err
    assert ended.err.count("ASKED") <= 2
    assert "Traceback" not in ended.err
    assert place.runs() == [("unreachable", 0, {})]
    alone = fork.crawl(place, "made", "--url", f"{site.home}news/2026/1", first=RESOLVER + trouble)
    assert alone.code == 75
    assert place.states() == {"/news/2026/1": ("failed", "robots unreachable: dns")}
    again = fork.crawl(place, "made", first=RESOLVER + KNOWN)
    assert again.code == 0, again.err
    assert len(place.articles()) == 2  # the third waits for its time


def test_a_public_name_that_leads_to_a_private_address_is_not_connected_to(
    fork: Forker, place: Place, site: Site
) -> None:
    site.asked.clear()
    for answer in (KNOWN, KNOWN.replace("127.0.0.1", "169.254.169.254")):
        ended = fork.crawl(place, "public", first=RESOLVER + answer)
        assert ended.code == 1, ended.err
        assert "private address" in ended.err
    assert site.asked == []


HOSTILE = [
    "../made",
    "../../etc/passwd",
    "/etc/passwd",
    "sites/../made",
    "ma\nde",
    "%2e%2e%2fmade",
    "made.toml",
    "",
]


def test_a_site_named_like_a_path_is_refused_and_touches_no_file(fork: Forker, place: Place) -> None:
    before = set(place.folder.rglob("*"))
    for name in HOSTILE:
        ended = fork.crawl(place, name)
        assert ended.code == 2, (name, ended.err)
        assert ended.err.startswith("carnews: no site "), name
        assert len(ended.err.splitlines()) == 1, name
    assert set(place.folder.rglob("*")) == before


@pytest.mark.parametrize(
    "url",
    [
        "http://../x",
        "http://..%2f..%2fx/y",
        "http://[::1/x",
        "http://a\0b/",
        "http://made.example:99999/",
        "http://ma de/",
    ],
)
def test_an_address_with_a_host_like_a_path_writes_nothing_outside_its_folder(
    fork: Forker, place: Place, url: str
) -> None:
    outside = set(place.folder.parent.iterdir())
    (place.folder / "sites").mkdir(exist_ok=True)
    told = fork.crawl(place, "-", "--url", url, first=RESOLVER + UNKNOWN)
    assert told.code in {1, 2, 75}, told.err
    assert "Traceback" not in told.err
    assert set(place.folder.parent.iterdir()) == outside
