import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.urls import MAX_URL_CHARS, canonical_url, host_of, is_tracking

SAME = [  # an address as met, the page's one spelling
    (
        "https://motor.example/news/a/?utm_source=feedburner&utm_medium=feed&utm_campaign=Feed%3A+x%2Fy",
        "https://motor.example/news/a/",
    ),
    ("https://motor.example/news/a/?utm_campaign=yahoo-feed", "https://motor.example/news/a/"),
    ("https://motor.example/news/a?utm_medium=RSS", "https://motor.example/news/a"),
    ("https://motor.example/a?trackLink=articleResults2", "https://motor.example/a"),
    ("https://motor.example/a?gnt-cfr=1", "https://motor.example/a"),
    ("https://motor.example/a?print=1", "https://motor.example/a"),
    ("https://motor.example/a/comment-page-1", "https://motor.example/a/"),
    ("https://motor.example/a/comment-page-12/#comments", "https://motor.example/a/"),
    ("https://motor.example/a?replytocom=77#respond", "https://motor.example/a"),
    ("https://motor.example/a?fbclid=x&gclid=y&id=7", "https://motor.example/a?id=7"),
    ("https://motor.example/a#gallery-3", "https://motor.example/a"),
    ("HTTPS://Motor.Example/A", "https://motor.example/A"),
    ("https://motor.example:443/a", "https://motor.example/a"),
    ("http://motor.example:80/a", "http://motor.example/a"),
    ("https://motor.example", "https://motor.example/"),
    ("https://motor.example./a", "https://motor.example/a"),
    ("https://motor.example/a/./b/../c", "https://motor.example/a/c"),
    ("https://motor.example/a;jsessionid=0AB1", "https://motor.example/a"),
    ("  https://motor.example/a\n", "https://motor.example/a"),
    ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
    ("https://motor.example/a?&&b=1&", "https://motor.example/a?b=1"),
    ("https://motor.example/a?amp=1", "https://motor.example/a"),
    ("https://motor.example/a?PHPSESSID=0ab1&id=7", "https://motor.example/a?id=7"),
    ("https://motor.example/a?noamp=mobile", "https://motor.example/a"),
    ("https://motor.example/a?view=print", "https://motor.example/a"),
    ("https://motor.example/2016/04/a.html?m=1", "https://motor.example/2016/04/a.html"),
    (
        "http://motor.example/2016/04/a.html?utm_source=feedburner&utm_medium=email",
        "http://motor.example/2016/04/a.html",
    ),
    ("https://motor-example.cdn.ampproject.org/c/s/motor.example/a/amp/", "https://motor.example/a/amp/"),
    ("https://www.google.com/amp/s/www.motor.example/a?fbclid=1", "https://www.motor.example/a"),
    ("https://www.google.co.uk/amp/motor.example/a", "http://motor.example/a"),
    ("https://motor.example/%7Ejo/stra%c3%9fe?q=%61", "https://motor.example/~jo/stra%C3%9Fe?q=a"),
    ("https://motor.example/100%", "https://motor.example/100%25"),
    ("https://motor.example/a/%2e%2e/b", "https://motor.example/b"),
    ("https://mоtоr.example/a", "https://xn--mtr-sedb.example/a"),  # Cyrillic o
    ("https://ｍｏｔｏｒ。example/a", "https://motor.example/a"),  # full-width letters, as browsers read them
]

KEPT = [  # nothing here is certain not to matter
    "http://motor.example/a",
    "https://www.motor.example/a",
    "https://motor.example/a",
    "https://motor.example/a/",
    "https://motor.example/a.html",
    "https://motor.example/share_amp.html",
    "https://motor.example/media/?p=5964",
    "https://motor.example/a?page=2&b=1&a=2",
    "https://motor.example/a?id=7&ref=4711",
    "https://motor.example/a?print=letter",
    "https://motor.example/a?q=",
    "https://motor.example/a%2Fb",
    "https://motor.example//a",
    "https://motor.example:8443/a",
    "http://127.0.0.1:8907/news/1",
    "http://[::1]:8907/news/1",
    "http://localhost:8907/",
    "https://motor.example/comment-page-1-of-the-book",
    "https://m.motor.example/a",
    "https://motor.example/a/amp/",
    "https://motor.example/a?m=1",
    "https://motor.example/a?view=gallery",
    "https://www.google.com/amp/",
    "https://www.google.com/amp/s/nothing",
]

NO_ADDRESS = [
    "",
    "motor.example/a",
    "//motor.example/a",
    "/news/a",
    "ftp://motor.example/a",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "mailto:a@motor.example",
    "data:text/html,x",
    "https://",
    "https:///a",
    "https://user:secret@motor.example/",
    "https://user@motor.example/",
    "https://motor.example:99999/",
    "https://motor.example:port/",
    "https://mot or.example/",
    "https://-motor.example/",
    "https://motor..example/",
    "http://[bad/",
    "https://motor.example/" + "a" * MAX_URL_CHARS,
    "https://:secret@motor.example/",
    "https://motor.example/a\r\nX-Made-Up: 1",
    "https://motor.example/a\x00b",
    "https://motor.example/a\x9fb",
    "https://user:secret@www.google.com/amp/s/motor.example/a",
    "https://www.google.com/amp/s/user:secret@motor.example/a",
]


@pytest.mark.parametrize(("met", "canonical"), SAME)
def test_address_gets_its_one_spelling(met: str, canonical: str) -> None:
    assert canonical_url(met) == canonical


@pytest.mark.parametrize("url", KEPT)
def test_what_may_matter_stays_as_served(url: str) -> None:
    assert canonical_url(url) == url


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_one_would_not_fetch_is_no_address(url: str) -> None:
    assert canonical_url(url) is None


def test_host_is_bare_and_lower_case() -> None:
    assert host_of("https://WWW.Motor.Example:8443/a") == "motor.example"
    assert host_of("motor.example") == "motor.example"
    assert host_of("https://de.motor.example./") == "de.motor.example"
    assert host_of("https://www2.motor.example/") == "www2.motor.example"
    assert host_of("") == host_of("http://[bad/") == ""


def test_tracking_parameters_are_known_in_any_case() -> None:
    assert is_tracking("UTM_Source")
    assert is_tracking("ref", "rss")
    assert not is_tracking("ref", "4711")
    assert not is_tracking("id")


@given(st.text() | st.text(alphabet="/.:?#&=%@[];a1-", max_size=60).map("https://motor.example/".__add__))
def test_spelling_is_final(url: str) -> None:
    found = canonical_url(url)
    if found is not None:
        assert canonical_url(found) == found
        assert len(found) <= MAX_URL_CHARS
        assert "#" not in found


@given(st.text(alphabet="htps:/.a1-_[]@?#%\n \ud800é", max_size=40))
def test_any_text_gets_an_answer(url: str) -> None:
    assert canonical_url(url) is None or host_of(url) is not None
    assert isinstance(host_of(url), str)
