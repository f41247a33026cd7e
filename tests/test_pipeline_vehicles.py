import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.vehicles import make_named, makers, makes_in

NAMED = [
    ("Volkswagen and VW are one make", ["Volkswagen"]),
    ("Mercedes-AMG shows a Merc", ["Mercedes-Benz"]),
    ("Range Rover or Land-Rover", ["Land Rover"]),
    ("Jaguar Land Rover plans ahead", ["Jaguar", "Land Rover"]),
    ("JLR plans ahead", ["Jaguar", "Land Rover"]),
    ("Skoda, ŠKODA, Škoda", ["Škoda"]),
    ("Citroen revives the 2CV", ["Citroën"]),
    ("Chevy drops the Camaro", ["Chevrolet"]),
    ("A BMW-powered Rolls-Royce", ["BMW", "Rolls-Royce"]),
    ("Ford's plan", ["Ford"]),
    ("Ford’s plan", ["Ford"]),
    ("FORD GEWINNT", ["Ford"]),
    ("(Kia)", ["Kia"]),
    ("Kia/Hyundai", ["Kia", "Hyundai"]),
    ("Lynk & Co 01", ["Lynk & Co"]),
    ("Alfa Romeo Giulia", ["Alfa Romeo"]),
    ("The 2024 Dodge Charger", ["Dodge"]),
    ("He parked a Dodge outside.", ["Dodge"]),
    ("The new Mini Cooper", ["Mini"]),
    ("Rivals are the Seat Leon and others", ["Seat"]),
    ("Smart #1 costs more", ["Smart"]),
    ("Lincoln Navigator gets a screen", ["Lincoln"]),
    ("Plymouth Barracuda found in a barn", ["Plymouth"]),
    ("Genesis GV70", ["Genesis"]),
    ("Ram 1500 recalled", ["Ram"]),
    ("Morgan Plus Four", ["Morgan"]),
    ("Lucid Air sets a record", ["Lucid"]),
    ("Hyundai Genesis Coupe", ["Hyundai"]),
]

NOT_NAMED = [
    "The PSA-FCA merger",
    "Stellantis and General Motors talk",
    "Harrison Ford flies a plane",
    "Henry Ford was born on a farm",
    "Francis Ford Coppola grows wine",
    "Nikola Tesla built a coil",
    "Enzo Ferrari disliked it",
    "Abraham Lincoln, Lincoln Memorial",
    "Lincoln, Nebraska",
    "Morgan Freeman narrates",
    "Take a seat in the back",
    "Seat belts save lives",
    "Heated Seat Controls And Mini Fridge For The Smart Buyer",
    "A mini cooler, a smart key",
    "How To Dodge The New Tax",
    "dodge the cone",
    "the genesis of the idea",
    "Genesis, chapter one",
    "8 GB of RAM",
    "the ram air intake",
    "lotus flower",
    "fiat money",
    "Fiat money loses",
    "Smart Cruise Control is standard",
    "the AC blows cold",
    "Alpine roads near Austin",
    "Saturn and Mercury are planets",
    "A proton weighs little",
    "The sea, the jaguar and the mustang",
    "Affordable, fordable",
    "Aston Villa won",
    "Chevy Chase starred",
]


@pytest.mark.parametrize(("text", "makes"), NAMED)
def test_make_is_named_by_any_of_its_spellings(text: str, makes: list[str]) -> None:
    assert list(makes_in([text])) == makes


@pytest.mark.parametrize("text", NOT_NAMED)
def test_words_persons_and_groups_are_no_makes(text: str) -> None:
    assert makes_in([text]) == ()


def test_headline_comes_first_in_its_order_then_the_alphabet() -> None:
    assert makes_in(["Kia beats Audi", "Toyota lost to Ford.", "Audi and BMW too."]) == (
        "Kia",
        "Audi",
        "BMW",
        "Ford",
        "Toyota",
    )
    assert makes_in(["", "Toyota lost to Ford."]) == ("Ford", "Toyota")
    assert makes_in([]) == ()


def test_doubtful_name_counts_once_it_is_proven_anywhere() -> None:
    assert makes_in(["Dodge Says Goodbye To The V8", "The last Dodge Challenger left the line."]) == (
        "Dodge",
    )
    assert makes_in(["Dodge Says Goodbye To The V8"]) == ()


def test_makers_know_makes_groups_and_spellings() -> None:
    assert {"BMW", "JLR", "Stellantis", "VW", "Škoda", "KIA"} <= makers()


def test_table_is_in_alphabetical_order_and_names_each_make_once() -> None:
    table = tomllib.loads((Path(pipeline.__file__).parent / "vehicles.toml").read_text(encoding="utf-8"))
    names = [name.casefold().replace("š", "s").replace("ë", "e") for name in table["makes"]]
    assert names == sorted(names)
    assert len(names) >= 120


@given(st.lists(st.text()))
def test_any_texts_get_an_answer(texts: list[str]) -> None:
    found = makes_in(texts)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("word", "make"),
    [("skoda", "Škoda"), ("Škoda", "Škoda"), ("VW", "Volkswagen"), ("mini", "Mini"), ("citroen", "Citroën")],
)
def test_a_make_is_found_by_its_name_in_any_spelling(word: str, make: str) -> None:
    assert make_named(word) == make


def test_a_word_that_is_no_make_names_none() -> None:
    assert make_named("bicycle") is None
