"""What a person sees of channels' claims: only what differs from the page."""

from datetime import UTC, datetime, timedelta

from made_articles import made

from db.claims import Claim
from terminal.claims import differing

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def claim(**told: object) -> Claim:
    nothing = dict.fromkeys(("title", "author", "published_at", "modified_at", "text"))
    return Claim(channel="feed:x", seen_at=AT, **(nothing | told))  # type: ignore[arg-type]


def test_what_says_the_same_as_the_page_is_not_shown() -> None:
    page = made(title="A new  estate", authors=("A. Writer", "B. Other"), published_at=AT)
    same = claim(title="a NEW estate", author="B. Other, a. writer", published_at=AT + timedelta(seconds=30))
    assert list(differing(same, page)) == []
    assert list(differing(claim(), page)) == []


def test_what_differs_is_shown_field_by_field() -> None:
    page = made(title="A new estate", authors=(), published_at=AT)
    told = claim(
        title="The estate\x1b[31m", author="A. Writer", published_at=AT - timedelta(days=1), modified_at=AT
    )
    assert dict(differing(told, page)) == {
        "title": "The estate",
        "authors": "A. Writer",
        "published_at": "2026-03-01 09:30",
        "modified_at": "2026-03-02 09:30",
    }


def test_a_text_is_told_by_how_much_of_it_the_page_has() -> None:
    page = made()
    assert dict(differing(claim(text=page.text), page))["text"].endswith(
        "100% of its words in the page's article"
    )
    assert dict(differing(claim(text="zzz"), page))["text"] == "1 word, 0% of its words in the page's article"
    assert dict(differing(claim(title="T", text="zzz"), None)).keys() == {"title", "text"}
