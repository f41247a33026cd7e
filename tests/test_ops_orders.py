from datetime import UTC, datetime

import pytest

from crawler.sites import load_sites
from ops.launch import CrawlOptions, command, verdict
from ops.orders import OrderError, orders_for

BOOK = load_sites()


def test_addresses_are_grouped_by_their_site() -> None:
    asked = [
        "https://www.motor1.com/news/1/a/",
        "https://elsewhere.example/b",
        "https://www.motor1.com/news/2/c/",
    ]
    orders = orders_for(asked, BOOK)
    assert [(order.site, len(order.options.urls)) for order in orders] == [
        ("motor1", 2),
        ("elsewhere.example", 1),
    ]


def test_a_site_and_one_of_its_addresses_together_are_refused() -> None:
    with pytest.raises(OrderError, match="motor1"):
        orders_for(["motor1", "https://www.motor1.com/news/1/a/"], BOOK)


def test_naming_a_site_twice_crawls_it_once() -> None:
    assert len(orders_for(["motor1", "motor1"], BOOK)) == 1


@pytest.mark.parametrize(
    "asked", ["motr1", "http://", "ftp://motor.example/a", "https://user:word@motor.example/"]
)
def test_what_cannot_be_crawled_is_a_mistake(asked: str) -> None:
    with pytest.raises(OrderError):
        orders_for([asked], BOOK)


def test_the_command_line_of_a_child_names_no_database() -> None:
    words = command("motor1", CrawlOptions(max_articles=5))
    ranged = command(
        "motor1", CrawlOptions(None, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    )
    assert ranged[-4:] == ["--since", "2026-01-01T00:00:00+00:00", "--until", "2026-02-01T00:00:00+00:00"]
    assert words[-3:] == ["motor1", "--max-articles", "5"]
    assert not any("sqlite" in word or "postgres" in word for word in words)


@pytest.mark.parametrize(
    ("codes", "code"),
    [([], 0), ([0, 0], 0), ([0, 1], 1), ([75, 75], 75), ([0, 75], 1), ([2], 2), ([-9], 1), ([0, -9], 1)],
)
def test_several_crawls_come_to_one_exit_code(codes: list[int], code: int) -> None:
    assert verdict(codes) == code
