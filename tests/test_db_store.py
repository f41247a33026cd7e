import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_articles import LONG, NOW, Keeper, made
from processes import processes
from sqlalchemy import Engine, select, text

from db import ledger
from db.engine import open_store, reading, writing
from db.laws import check_ledger
from db.models import AddressRow, Base
from db.queries import article, export_rows
from pipeline.article import Block, Caption, CleanArticle, Cut, Kind, Vehicle

LATER = NOW + timedelta(hours=3)
NOT_STORED = {"vehicles"}  # read anew from the text by whoever asks


@pytest.fixture
def keeper(store: Engine) -> Keeper:
    return Keeper(store)


def shown(store: Engine, name: str) -> dict:
    with reading(store) as s:
        return article(s, f"https://motor.example/{name}")


def count(store: Engine, table: str = "articles") -> int:
    with reading(store) as s:
        return s.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_an_article_comes_back_as_it_was_saved(store: Engine, keeper: Keeper) -> None:
    put = made()
    assert keeper.save("a", put) == "stored"
    back = shown(store, "a")
    asked = put.as_json() | {"url": "https://motor.example/a"}
    asked = {name: value for name, value in asked.items() if name not in NOT_STORED}
    assert {name: back[name] for name in asked} == asked
    assert back["site"] == "motor"
    assert (keeper.address("a").state, keeper.address("a").reason) == ("stored", None)


def test_the_same_page_twice_is_one_article_and_unchanged(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made())
    before = shown(store, "a")
    assert keeper.save("a", made(), LATER) == "unchanged"
    after = shown(store, "a")
    assert count(store) == 1
    assert after["updated_at"] == before["updated_at"]
    assert keeper.address("a").state == "stored"
    assert keeper.address("a").last_outcome == "unchanged"


def test_other_boxes_on_the_page_are_no_change_of_the_article(keeper: Keeper) -> None:
    keeper.save("a", made())
    most_read = Cut("most read", Block(7, Kind.ITEM, "Another made car"))
    assert keeper.save("a", made(cuts=(most_read,)), LATER) == "unchanged"


def test_vehicles_read_otherwise_are_no_change_of_the_article(keeper: Keeper) -> None:
    keeper.save("a", made())
    assert keeper.save("a", made(vehicles=(Vehicle("BMW", "iX3"),)), LATER) == "unchanged"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Electric saloon is here"},
        {"authors": ("A. Writer",)},
        {"captions": ()},
        {"tags": ()},
        {"published_at": None},
        {"makes": ("BMW",)},
    ],
    ids=str,
)
def test_an_edit_replaces_the_article_and_its_lists(store: Engine, keeper: Keeper, fields: dict) -> None:
    keeper.save("a", made())
    first_id = shown(store, "a")["id"]
    edited = made(**fields)
    assert keeper.save("a", edited, LATER) == "stored"
    back = shown(store, "a")
    assert back["id"] == first_id
    asked = {name: value for name, value in edited.as_json().items() if name not in NOT_STORED | {"url"}}
    assert {name: back[name] for name in asked} == asked
    assert count(store) == 1


def test_an_older_page_never_replaces_a_newer(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made(title="New"), LATER)
    assert keeper.save("a", made(title="Old"), NOW) == "unchanged"
    assert keeper.address("a").reason == "older page"
    assert shown(store, "a")["title"] == "New"
    assert keeper.address("a").fetched_at == LATER


def test_the_same_page_read_by_better_rules_replaces(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made(title="By rules 1"))
    assert keeper.save("a", made(title="By rules 2"), rules_version="2") == "stored"
    assert shown(store, "a")["title"] == "By rules 2"


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        (made(verdict="no text"), "degraded: no text"),
        (made(verdict="consent wall"), "degraded: consent wall"),
        (
            made("Read on with a subscription."),
            f"degraded: text fell from {len(made().text)} to 28 characters",
        ),
    ],
    ids=["no text", "consent wall", "teaser"],
)
def test_good_text_is_never_replaced_by_worse(
    store: Engine, keeper: Keeper, worse: CleanArticle, said: str
) -> None:
    keeper.save("a", made())
    assert keeper.save("a", worse, LATER) == "unchanged"
    assert shown(store, "a")["text"] == list(LONG)
    assert (keeper.address("a").state, keeper.address("a").reason) == ("stored", said)
    assert keeper.address("a").fetched_at == NOW  # the page the article can be read from again
    assert keeper.save("a", made(title="Whole again"), LATER) == "stored"
    assert keeper.address("a").reason is None


def test_a_page_that_is_no_article_says_why(store: Engine, keeper: Keeper) -> None:
    assert keeper.save("a", made(verdict="listing")) == "not_article"
    address = keeper.address("a")
    assert (address.state, address.reason) == ("not_article", "listing")
    assert address.position
    assert count(store) == 0


def test_a_page_seen_again_unchanged_keeps_the_reason_why_it_is_none(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made(verdict="listing"))
    address = keeper.address("a")
    with writing(store) as s:
        ledger.settle(s, keeper.run_id, address.id, ledger.State.UNCHANGED, LATER)
    address = keeper.address("a")
    assert (address.state, address.reason, address.last_outcome) == ("not_article", "listing", "unchanged")


def test_a_page_may_become_an_article(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made(verdict="login or paywall"))
    assert keeper.save("a", made(), LATER) == "stored"
    assert keeper.address("a").state == "stored"
    assert count(store) == 1


def test_two_addresses_of_one_canonical_page_are_one_article(store: Engine, keeper: Keeper) -> None:
    canonical = "https://motor.example/saloon"
    assert keeper.save("saloon?ref=1", made(url=canonical)) == "stored"
    assert keeper.save("amp/saloon", made(*LONG, "And a word more.", url=canonical)) == "duplicate"
    assert keeper.address("amp/saloon").reason == f"of {canonical}"
    assert count(store) == 1
    assert shown(store, "amp/saloon")["url"] == canonical
    assert shown(store, "saloon?ref=1")["url"] == canonical


@pytest.mark.parametrize("word_more", [False, True])
def test_an_article_found_first_under_a_variant_moves_to_its_own_address(
    store: Engine, keeper: Keeper, word_more: bool
) -> None:
    canonical = "https://motor.example/saloon"
    extra = ["And a word more."] if word_more else []
    assert keeper.save("amp/saloon", made(*LONG, *extra, url=canonical)) == "stored"
    assert keeper.save("saloon", made(url=canonical)) == "stored"
    assert count(store) == 1
    assert shown(store, "saloon")["text"] == list(LONG)
    variant, home = keeper.address("amp/saloon"), keeper.address("saloon")
    assert (variant.state, variant.last_outcome, variant.reason) == (
        "duplicate",
        "duplicate",
        f"of {canonical}",
    )
    assert (home.state, home.last_outcome, home.reason) == ("stored", "stored", None)
    with reading(store) as s:
        assert check_ledger(s) == []


@pytest.mark.parametrize("wall", ["consent wall", "login or paywall", "bot challenge"])
def test_a_page_behind_a_wall_is_blocked_and_says_by_what(keeper: Keeper, wall: str) -> None:
    assert keeper.save("a", made(verdict=wall)) == "blocked"
    assert (keeper.address("a").state, keeper.address("a").reason) == ("blocked", wall)


def test_the_same_words_under_another_address_are_a_duplicate(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made())
    again = made(*(part.replace(",", " –").upper() for part in LONG), title="Another headline")
    assert keeper.save("b", again) == "duplicate"
    assert keeper.address("b").reason == "of https://motor.example/a"


def test_short_texts_that_are_alike_are_two_articles(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made("More in the magazine.", title="Made coupé"))
    assert keeper.save("b", made("More in the magazine.", title="Made estate")) == "stored"
    assert keeper.save("c", made("More in the magazine.", title="Made estate")) == "duplicate"
    assert count(store) == 2


def test_a_site_that_names_its_front_page_as_every_pages_address_loses_nothing(
    store: Engine, keeper: Keeper
) -> None:
    front = "https://motor.example/"
    other = [part.replace("saloon", "estate").replace("doors", "wheels") for part in LONG]
    assert keeper.save("a", made(url=front)) == "stored"
    assert keeper.save("b", made(*other, title="Another car", url=front)) == "stored"
    assert keeper.save("c", made("Short and third. " * 20, title="A third", url=front)) == "stored"
    assert keeper.save("b", made(*other, title="Another car", url=front), LATER) == "unchanged"
    assert count(store) == 3
    assert shown(store, "b")["title"] == "Another car"


def test_an_article_keeps_its_id_when_its_canonical_address_moves(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made(url="https://motor.example/one"))
    before = shown(store, "a")["id"]
    keeper.save("a", made(url="https://motor.example/two", title="Moved"), LATER)
    assert shown(store, "a")["id"] == before


def test_hostile_text_is_kept_alike_and_whole(store: Engine, keeper: Keeper) -> None:
    nasty = (
        "NUL\0 surrogate\ud800 rtl\u202e <script>alert(1)</script> '); DROP TABLE articles; -- 🚗 "
        + "x" * 5000
    )
    clean = nasty.replace("\0", "").replace("\ud800", "�")
    put = made(
        nasty,
        *LONG,
        title=nasty,
        standfirst=nasty,
        section=nasty,
        authors=(nasty,),
        tags=(nasty,),
        captions=(Caption(nasty, nasty, nasty, nasty, nasty),),
        cuts=(Cut(nasty, Block(1, Kind.CELL, nasty), "related"),),
        image=nasty,
    )
    assert keeper.save("a", put) == "stored"
    assert keeper.save("a", put, LATER) == "unchanged"
    back = shown(store, "a")
    assert back["title"] == back["standfirst"] == back["authors"][0] == back["tags"][0] == clean
    assert back["text"][0] == clean
    assert back["captions"][0]["view"] == clean
    assert back["cuts"] == [{"rule": clean, "text": clean, "became": "related"}]


def test_an_article_without_anything_but_text_is_kept(store: Engine, keeper: Keeper) -> None:
    bare = made(
        title=None,
        standfirst=None,
        authors=(),
        captions=(),
        tags=(),
        makes=(),
        published_at=None,
        section=None,
        language=None,
        image=None,
        cuts=(),
    )
    assert keeper.save("a", bare) == "stored"
    assert shown(store, "a")["title"] is None
    assert count(store, "captions") == 0


@pytest.mark.parametrize("year", [1, 987, 1970, 9999])
def test_odd_years_are_kept(store: Engine, keeper: Keeper, year: int) -> None:
    keeper.save("a", made(published_at=datetime(year, 6, 1, tzinfo=UTC)))
    with reading(store) as s:
        (row,) = export_rows(s)
    assert row["published_at"] == f"{year:04d}-06-01T00:00:00Z"


def test_a_long_article_is_kept_and_searchable(store: Engine, keeper: Keeper) -> None:
    words = " ".join(f"wort{n}äöü" for n in range(120_000))
    assert keeper.save("a", made(words)) == "stored"


def test_a_saved_store_satisfies_the_laws(store: Engine, keeper: Keeper) -> None:
    keeper.save("a", made())
    keeper.save("b", made())
    keeper.save("c", made(verdict="gallery"))
    with writing(store) as s:
        row = ledger.end_run(s, keeper.run_id, "finished", LATER)
        assert check_ledger(s) == []
    assert row.balance.by_state == {"duplicate": 1, "not_article": 1, "stored": 1}


OTHER = [part.replace("saloon", "estate").replace("doors", "wheels") for part in LONG]
HOME = "https://motor.example/"
WEB = [
    ("a", made()),
    ("a", made(title="Edited")),
    ("a", made(verdict="login or paywall")),
    ("a", made("Read on with a subscription.")),
    ("amp/a", made(url=HOME + "a")),
    ("amp/a", made(*LONG, "And a word more.", url=HOME + "a")),
    ("amp/a", made(*OTHER, title="Another at last")),
    ("b", made(*OTHER, title="Another")),
    ("b?ref=1", made(*OTHER, "And a word more.", title="Another", url=HOME + "b")),
    ("c", made(*OTHER, title="Front", url=HOME)),
    ("d", made("Short.", title="Another", url=HOME)),
    ("d", made("Short.", title="Electric saloon arrives in spring")),
    ("e", made("Short.", title="Another")),
    ("list", made(verdict="listing")),
]


def emptied(engine: Engine) -> Keeper:
    with writing(engine) as s:
        for table in reversed(Base.metadata.sorted_tables):
            s.execute(table.delete())
    return Keeper(engine)


def told(engine: Engine) -> list[object]:
    with reading(engine) as s:
        rows = s.scalars(select(AddressRow).order_by(AddressRow.url))
        ledger_ = [(row.url, row.state, row.reason, row.last_outcome, row.fetched_at) for row in rows]
        beside = [
            s.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in ("article_cuts", "captions")
        ]
        return [ledger_, list(export_rows(s)), beside, check_ledger(s)]


def test_pages_saved_together_become_what_they_become_one_by_one(store: Engine, tmp_path: Path) -> None:
    chance = random.Random(7)  # the same hands every time, so that a failure can be looked at
    single = open_store(str(tmp_path / "single.db"))
    for _ in range(16 if store.dialect.name == "sqlite" else 4):
        one, many = emptied(single), emptied(store)
        hand = [(*chance.choice(WEB), chance.choice([NOW, LATER])) for _ in range(chance.randint(2, 9))]
        half = len(hand) // 2
        apart = [one.save(*page) for page in hand]
        together = many.save_all(hand[:half]) + many.save_all(hand[half:])
        assert together == apart, hand
        assert told(store) == told(single), hand
    single.dispose()


EACH = 15  # articles of each kind by each of four writers


def write_many(job: tuple[str, int]) -> int:
    url, worker = job
    engine = open_store(url)
    keeper = Keeper(engine)
    for n in range(EACH):
        words = f"Number {n} of writer {worker} tells of a made car in words of its own. " * 4
        keeper.save(f"{worker}/{n}", made(words, title=f"{worker} {n}", tags=(f"t{n}",)))
        keeper.save(f"{worker}/copy/{n}", made("All writers copy one made text. " * 10 + str(n), title="x"))
        keeper.save(f"shared/{n}", made(words, title="shared", url="https://motor.example/one-and-only"))
    engine.dispose()
    return worker


def test_four_writers_at_once_lose_and_double_nothing(store: Engine, store_url: str) -> None:
    with processes(4) as pool:
        assert sorted(pool.map(write_many, [(store_url, n) for n in range(4)])) == [0, 1, 2, 3]
    with writing(store) as s:
        # every run is this test's children's, ended by now: the next run closes them
        ledger.begin_run(s, "motor", "ingest", NOW)
        broken = [said for said in check_ledger(s) if "still marked running" not in said]
        assert broken == []
        states = ledger.balance(s).by_state
    assert sum(states.values()) == 2 * 4 * EACH + EACH
    # each writer's own texts and the copied ones, each kept once
    assert count(store) == states["stored"]
    assert states["duplicate"] >= 3 * EACH
    with reading(store) as s:
        assert not s.execute(text("SELECT 1 FROM articles GROUP BY text_digest HAVING count(*) > 1")).all()
    if store.dialect.name == "sqlite":
        with reading(store) as s:
            assert s.execute(text("PRAGMA integrity_check")).scalar() == "ok"
