import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vehicles import PARTS, marks, sentences

import pipeline
from pipeline.vehicles import Vehicle, make_named, makers, makes_in, vehicles_in

# Floors for the sentences of benchmarks/vehicles_set.toml: precision and recall; they are only ever raised.
FLOORS = {"makes": (0.99, 0.98), "models": (0.99, 0.98), "years": (0.99, 0.99)}

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


def test_precision_and_recall_of_the_set_keep_their_floors() -> None:
    for part in PARTS:
        precision, recall, _ = marks(sentences(), part)
        least = FLOORS[part]
        assert precision >= least[0], part
        assert recall >= least[1], part


def test_half_of_the_set_are_traps_in_five_languages() -> None:
    told = sentences()
    assert len(told) >= 250
    assert 0.45 < sum(sentence.trap for sentence in told) / len(told) < 0.6
    assert 0.3 < sum(sentence.held for sentence in told) / len(told) < 0.35


def named(*texts: str) -> list[tuple[str, str | None, tuple[int, ...]]]:
    return [(v.make, v.model, v.years) for v in vehicles_in(("", *texts))]


def test_model_counts_once_its_make_is_named_anywhere_in_the_text() -> None:
    assert named("The Golf GTI is back.") == [("Volkswagen", "Golf", ())]
    assert named("The Golf is back.") == []
    assert named("The Golf is back.", "Volkswagen says so.") == [("Volkswagen", "Golf", ())]


def test_years_of_all_namings_are_one_vehicles_years() -> None:
    assert named("The 2019-2021 Kia Telluride.", "A 2024 Telluride; no 2022 in it.") == [
        ("Kia", "Telluride", (2019, 2020, 2021, 2024))
    ]
    assert named("2019, 2021 and 2023 Ford Escape cars") == [("Ford", "Escape", (2019, 2021, 2023))]
    assert named("The 2021-23 Ford Escape") == [("Ford", "Escape", (2021, 2022, 2023))]


@pytest.mark.parametrize(
    "text",
    ["In 2019 Ford moved.", "Since 2019 Ford has moved.", "Seit 2019 Ford umzog.", "Ford made 2,019 cars."],
)
def test_date_beside_a_make_is_no_model_year(text: str) -> None:
    assert named(text) == [("Ford", None, ())]


def test_make_stands_alone_only_where_no_model_of_it_is_named_or_a_year_is_its_own() -> None:
    assert named("Ford sells the Ford Focus.") == [("Ford", "Focus", ())]
    assert named("A 1931 Ford stood beside the Ford Focus.") == [
        ("Ford", None, (1931,)),
        ("Ford", "Focus", ()),
    ]


def test_model_that_two_makes_share_goes_to_the_one_beside_it_or_named_last() -> None:
    assert named("Vauxhall and Opel build cars. The Opel Corsa sells.") == [
        ("Opel", "Corsa", ()),
        ("Vauxhall", None, ()),
    ]
    assert named("Lincoln Navigator. The Bentley Continental is wider.") == [
        ("Bentley", "Continental", ()),
        ("Lincoln", "Navigator", ()),
    ]


def test_vehicles_come_in_the_order_of_the_makes_and_the_headlines_models_first() -> None:
    texts = ["Kia EV6 beats Audi", "The Audi A4, the Kia EV3 and the Ford Focus lost."]
    assert [(v.make, v.model) for v in vehicles_in(texts)] == [
        ("Kia", "EV6"),
        ("Kia", "EV3"),
        ("Audi", "A4"),
        ("Ford", "Focus"),
    ]


def test_family_name_of_a_person_in_the_text_asks_for_a_sentence_about_cars() -> None:
    assert named("Rob Ford sang. Ford is gone.") == []
    assert named("Bill Ford spoke.", "Then the car maker Ford paid.") == [("Ford", None, ())]
    assert named("Leanne Ford paints. Ford likes white.") == []


def test_no_vehicle_is_named_by_a_text_without_one() -> None:
    assert vehicles_in([]) == ()
    assert vehicles_in(["", "A long walk in the rain, 500 metres of it."]) == ()


SHUFFLED = (
    "BMW Ford the 500 Focus 2019 - , . Seat Leon M3 in C 300 Mercedes Rob 's e-208 Doug Ram says Golf von A4"
)


@given(st.lists(st.sampled_from(SHUFFLED.split())))
def test_any_words_in_any_order_get_an_answer_with_known_makes(words: list[str]) -> None:
    texts = ["", " ".join(words)]
    found = vehicles_in(texts)
    assert len({(v.make, v.model) for v in found}) == len(found)
    assert set(makes_in(texts)) <= {v.make for v in found}
    assert all(list(v.years) == sorted(set(v.years)) for v in found)


def test_every_spelling_that_needs_no_make_is_one_of_its_makes_models() -> None:
    table = tomllib.loads((Path(pipeline.__file__).parent / "vehicles.toml").read_text(encoding="utf-8"))
    for make, entry in table["makes"].items():
        spelt = {word for group in entry.get("models", "").split() for word in group.split("=")}
        assert set(entry.get("alone", "").split()) <= spelt, make


def test_article_shows_its_vehicles_as_json() -> None:
    page = f"<article><h1>2026 BMW iX3 driven</h1><p>{'It rolls on quietly, and on. ' * 30}</p></article>"
    article = pipeline.clean_html(page)
    assert article.vehicles == (Vehicle("BMW", "iX3", (2026,)),)
    assert article.as_json()["vehicles"] == [{"make": "BMW", "model": "iX3", "years": [2026]}]
