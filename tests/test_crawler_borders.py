"""What a hostile site may name or redirect to: nothing private is reached, nothing but http leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Site as Canary
from loopback import serving
from madenet import Answer
from online import HOME, HOST, Online, moved, online

# the canary listens on a port of 127.0.0.1; {port} stands for it
PRIVATE = [
    "http://127.0.0.1:{port}/news/x",
    "http://127.1:{port}/news/x",
    "http://2130706433:{port}/news/x",
    "http://0x7f000001:{port}/news/x",
    "http://0177.0.0.1:{port}/news/x",
    "http://0.0.0.0:{port}/news/x",
    "http://0:{port}/news/x",
    "http://localhost:{port}/news/x",
    "http://[::1]:{port}/news/x",
    "http://[::]:{port}/news/x",
    "http://[::ffff:127.0.0.1]:{port}/news/x",
    "http://[::ffff:7f00:1]:{port}/news/x",
    "http://[64:ff9b::7f00:1]:{port}/news/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.1.2.3/news/x",
    "http://192.168.0.1/news/x",
    "http://100.64.0.1/news/x",
    "http://[fe80::1]/news/x",
    "http://[fd00::1]/news/x",
    "http://224.0.0.1/news/x",
    "http://inner.example:{port}/news/x",
    "http://\uff11\uff12\uff17.0.0.1:{port}/news/x",
    "http://127。0。0。1:{port}/news/x",
    "http://127.0.0.1.:{port}/news/x",
]


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str) -> Iterator[Online]:
    with online(tmp_path) as made:
        made.web.net.names |= {"inner.example": ["127.0.0.1"], "localhost": ["127.0.0.1"]}
        made.define()
        yield made


@pytest.fixture
def canary() -> Iterator[Canary]:
    with serving(2) as made:
        yield made


def is_public_only(place: Online) -> bool:
    """Whether no connection but to the made sites' public addresses was so much as tried."""
    return all(address.startswith("20.0.0.") for address in place.contacts)


def test_a_real_site_file_is_crawled_as_it_stands(tmp_path: Path, sqlite_url: str) -> None:
    def motor1(asked: object) -> Answer:
        return site(asked)  # type: ignore[arg-type]

    with online(tmp_path, {"www.motor1.com": motor1}) as place:
        site = place.board
        stories = [f"https://www.motor1.com/news/70000{n}/story-{n}/" for n in range(3)]
        site.feed(stories, "/rss/news/all/")
        site.stories(3)
        site.pages |= {f"/news/70000{n}/story-{n}/": site.pages[f"/news/{n}"] for n in range(3)}
        place.go("motor1")
        assert sorted(str(row[0]) for row in place.articles()) == stories
        assert is_public_only(place)
        assert {asked.scheme for asked in place.web.asked} == {"https"}


def test_links_and_redirects_to_private_addresses_reach_nothing(place: Online, canary: Canary) -> None:
    private = [url.format(port=canary.port) for url in PRIVATE]
    good = place.board.stories(2)
    place.board.pages |= {f"/news/to-{n}": moved(url) for n, url in enumerate(private)}
    bounces = [f"{HOME}news/to-{n}" for n in range(len(private))]
    place.board.feed([*private, *bounces, *good])
    ended = place.go()
    assert canary.asked == []
    assert is_public_only(place), place.contacts
    assert "Traceback" not in ended.err
    states = place.states()
    assert len(states) == len(bounces) + len(good)
    assert [told for path, told in states.items() if "/to-" in path and told[0] != "blocked"] == []
    assert len(place.articles()) == 2
    # told once and for all: refused is not a failure that time may heal
    asked = len(place.web.asked)
    place.go()
    assert [path for path in place.web.paths(HOST)[asked:] if "/to-" in path] == []


def test_channels_that_lead_to_private_addresses_reach_nothing(place: Online, canary: Canary) -> None:
    private = [url.format(port=canary.port) for url in PRIVATE]
    place.board.feed(place.board.stories(1))
    place.board.pages |= {f"/rss-{n}": moved(url) for n, url in enumerate(private)}
    place.board.sitemap([*private[::3], HOME + "child.xml"], index=True)
    place.board.pages["/child.xml"] = moved(private[0])
    feeds = [HOME + "rss", *(f"{HOME}rss-{n}" for n in range(len(private)))]
    place.define(find=f'feeds = {feeds}\nsitemaps = ["{HOME}sitemap.xml"]')
    ended = place.go()
    assert canary.asked == []
    assert is_public_only(place), place.contacts
    assert "private address" in ended.err
    assert len(place.articles()) == 1


@pytest.mark.parametrize("private", ["http://127.0.0.1:{port}/robots.txt", "http://inner.example:{port}/"])
def test_a_robots_txt_at_a_private_address_is_not_read(place: Online, canary: Canary, private: str) -> None:
    place.board.feed(place.board.stories(1))
    place.board.pages["/robots.txt"] = moved(private.format(port=canary.port))
    place.go()
    assert canary.asked == []
    assert is_public_only(place), place.contacts
    assert place.web.paths(HOST) == []


def test_a_page_that_calls_itself_a_private_address_is_kept_under_its_own(
    place: Online, canary: Canary
) -> None:
    [url] = place.board.stories(1)
    named = f"{canary.home}news/0"
    page = place.board.pages["/news/0"]
    assert isinstance(page, Answer)
    head = f'<link rel="canonical" href="{named}"><meta property="og:url" content="{named}">'.encode()
    place.board.pages["/news/0"] = Answer(page.body.replace(b"<head>", b"<head>" + head))
    place.board.feed([url])
    place.go()
    assert canary.asked == []
    assert [row[0] for row in place.articles()] == [url]


def test_a_name_whose_answer_changes_is_judged_at_every_answer(place: Online, canary: Canary) -> None:
    place.web.net.names[HOST] = ["127.0.0.1", "20.0.0.1"]
    place.board.feed(place.board.stories(2))
    ended = place.go()
    assert place.contacts == set()
    assert place.runs()[0][0] == "failed"
    assert "private address" in ended.err
    place.web.net.names[HOST] = ["20.0.0.1", "127.0.0.1", "10.0.0.1"]
    place.go(DNSCACHE_ENABLED=False)
    assert is_public_only(place), place.contacts
    assert canary.asked == []


def test_robots_txt_may_move_five_times_and_no_sixth(place: Online) -> None:
    place.board.feed(place.board.stories(1))

    def chain(hops: int) -> None:
        place.board.pages["/robots.txt"] = moved("/hop-1")
        for n in range(1, hops):
            place.board.pages[f"/hop-{n}"] = moved(f"/hop-{n + 1}")
        place.board.pages[f"/hop-{hops}"] = Answer(b"User-agent: *\nAllow: /", kind="text/plain")

    chain(6)
    place.go()
    assert [outcome for outcome, _, _ in place.runs()] == ["unreachable"]
    assert "/news/0" not in place.web.paths(HOST)
    chain(5)
    place.go()
    assert len(place.articles()) == 1


@pytest.mark.parametrize(
    "to", ["/robots.txt", "file:///etc/passwd", "ftp://x.example/", "gopher://x.example/"]
)
def test_a_robots_txt_that_leads_nowhere_closes_the_site(place: Online, to: str) -> None:
    place.board.feed(place.board.stories(1))
    place.board.pages["/robots.txt"] = moved(to)
    place.go()
    assert "/rss" not in place.web.paths(HOST)
    assert place.articles() == []
    assert is_public_only(place)


OTHER_SCHEMES = [
    "file://{secret}",
    "file://localhost{secret}",
    "data:text/html,<article>/news/</article>",
    "ftp://ftp.example/news/x",
    "gopher://gopher.example/news/x",
    "javascript:location='/news/x'",
    "s3://bucket/news/x",
    "view-source:https://www.motor.example/news/x",
    "jar:https://www.motor.example/news/x!/x",
    "HTTPS:///news/x",
    "//",
    "https:news/x",
]


def test_no_scheme_but_http_leaves_and_no_file_is_opened(place: Online) -> None:
    secret = place.folder / "secret" / "news" / "x"
    secret.parent.mkdir(parents=True)
    secret.write_text("<html>canary</html>")
    place.web.net.watched = str(secret.parent.parent)
    links = [link.format(secret=secret) for link in OTHER_SCHEMES]
    place.board.pages |= {f"/news/to-{n}": moved(link) for n, link in enumerate(links)}
    good = place.board.stories(1)
    place.board.feed([*links, *(f"{HOME}news/to-{n}" for n in range(len(links))), *good])
    listing = "".join(f'<a href="{link}">x</a>' for link in links)
    place.board.pages["/list"] = Answer(listing.encode())
    place.define(find=f'feeds = ["{HOME}rss"]\nsections = ["{HOME}list"]')
    ended = place.go()
    assert place.noted("open") == []
    assert is_public_only(place), place.contacts
    assert "Traceback" not in ended.err
    bounced = {path: told for path, told in place.states().items() if "/to-" in path}
    assert len(bounced) == len(links)
    assert "stored" not in {state for state, _ in bounced.values()}
    assert len(place.articles()) == 1


ODD = [
    "https://reader:s3cret@www.motor.example/news/1",
    "https://www.motor.example@evil.example/news/1",
    "https://www.motor.example\\@evil.example/news/1",
    "https://www.motor.example:443@evil.example/news/1",
    "https://www.motor.example.evil.example/news/1",
    "https://evilwww.motor.example.evil.example/news/1",
    "https://www.motоr.example/news/1",  # a Cyrillic o
    "https://www.motor。example.evil.example/news/1",
    f"https://www.motor.example/news/{'x' * 10_000}",
    "https://www.motor.example:99999/news/1",
    "https://www.motor.example:22/news/1",
    "https://[www.motor.example]/news/1",
    "https://www.motor.example%2eevil.example/news/1",
]


def test_odd_addresses_reach_no_other_host_and_their_secrets_stay_untold(place: Online) -> None:
    good = place.board.stories(1)
    place.board.pages["/news/long"] = moved(f"/news/{'y' * 10_000}")
    place.board.feed([*ODD, f"{HOME}news/long", *good])
    ended = place.go(LOG_LEVEL="DEBUG")
    assert is_public_only(place)
    assert {line.split()[1] for line in place.noted("connect")} == {"443"}
    assert {asked.host for asked in place.web.asked} == {HOST}
    assert {row[0] for row in place.articles()} == set(good)
    assert place.states()["/news/long"] == ("blocked", "address too long")
    written = ended.err + ended.out + "".join(path for path in place.states())
    assert "s3cret" not in written
    assert all(len(asked.path) < 3000 for asked in place.web.asked)


def test_an_address_cannot_put_a_line_into_the_request(place: Online) -> None:
    place.board.feed(
        [
            "https://www.motor.example/news/1%0d%0aX-Evil:%20yes",
            "https://www.motor.example/news/2\r\nX-Evil: yes",
            "https://www.motor.example/news/3\tX-Evil:\0yes",
            "https://www.motor.example\r\nX-Evil: yes/news/4",
        ]
    )
    place.board.pages["/news/5"] = moved("/news/6\r\n\tX-Evil: yes")
    place.go()
    assert [asked for asked in place.web.asked if "x-evil" in asked.headers] == []
    for path, (_, reason) in place.states().items():
        assert (path + (reason or "")).isprintable()
