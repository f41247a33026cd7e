import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.captions import read_caption, split_credit

ALONE = [  # line, subject, view, credit: each proves itself
    ("Front View", None, "Front View", None),
    ("Rear Angle View Kia", None, "Rear Angle View", "Kia"),
    ("Side View CarBuzz", None, "Side View", "CarBuzz"),
    ("Frontal Aspect CarBuzz", None, "Frontal Aspect", "CarBuzz"),
    ("Aft View JLR", None, "Aft View", "JLR"),
    ("Dashboard CarBuzz", None, "Dashboard", "CarBuzz"),
    ("Gauge Cluster CarBuzz", None, "Gauge Cluster", "CarBuzz"),
    ("Steering Wheel VW", None, "Steering Wheel", "VW"),
    ("2021 Kia EV6 Front View", "2021 Kia EV6", "Front View", None),
    ("2021-2023 Kia EV6 Front View Driving Kia", "2021-2023 Kia EV6", "Front View Driving", "Kia"),
    ("2018–2020 Volvo V60 Wagon Rear View", "2018–2020 Volvo V60 Wagon", "Rear View", None),
    ("Volkswagen e-Golf Side View", "Volkswagen e-Golf", "Side View", None),
    ("Mini Cooper 5 Door Front View", "Mini Cooper 5 Door", "Front View", None),
    (
        "2020 Ford Bronco In Motion Front View Jo Miller",
        "2020 Ford Bronco",
        "In Motion Front View",
        "Jo Miller",
    ),
    ("2020 Ford Bronco Front View Jo Miller/CarBuzz", "2020 Ford Bronco", "Front View", "Jo Miller/CarBuzz"),
    ("2020 Ford Bronco Engine CarBuzz", "2020 Ford Bronco", "Engine", "CarBuzz"),
    ("2020 Ford Bronco Gauge Cluster Jo Miller", "2020 Ford Bronco", "Gauge Cluster", "Jo Miller"),
    ("Kia/Jo Miller", None, None, "Kia/Jo Miller"),
    ("Front View null", None, "Front View", None),
    ("Front View Hearst Owned", None, "Front View", None),
]

IN_RUN = [
    ("Seats", None, "Seats", None),
    ("Interior", None, "Interior", None),
    ("Taillights Kia", None, "Taillights", "Kia"),
    ("Badge Some Photographer", None, "Badge", "Some Photographer"),
    ("Third-Row Seats", None, "Third-Row Seats", None),
    ("2021 Kia EV6 Trunk", "2021 Kia EV6", "Trunk", None),
    ("Roadster Cockpit", "Roadster", "Cockpit", None),
    ("Kia/Jo Miller", None, None, "Kia/Jo Miller"),
    ("Kia", None, None, "Kia"),
    ("2021 Kia EV6 GT-Line", "2021 Kia EV6 GT-Line", None, None),
    ("Kia EV5 | Kia", "Kia EV5", None, "Kia"),
    ("null", None, None, None),
]

LABELLED = [
    ("Photo: Jo Miller", "Jo Miller"),
    ("PHOTO: KIA", "KIA"),
    ("photo:Jo Miller", "Jo Miller"),
    ("Photo credit: 1320 Video", "1320 Video"),
    ("Photo by Jo Miller", "Jo Miller"),
    ("Image Credit: Ford, Chevrolet", "Ford, Chevrolet"),
    ("Image Courtesy of Kestrel Inc.", "Kestrel Inc."),
    ("Foto: Jo Müller", "Jo Müller"),
    ("Fotos: Werk", "Werk"),
    ("Foto: privat", "privat"),
    ("Bild: Hersteller", "Hersteller"),
    ("© Jo Miller", "Jo Miller"),
    ("© Bild: Werk/JO MILLER", "Werk/JO MILLER"),
    ("Crédit photo : Jo Meunier", "Jo Meunier"),
    ("Rendering courtesy of X-Draw", "X-Draw"),
    ("Spy Shots: Lens Hunters", "Lens Hunters"),
    ("The saloon at the lake (Photo: Jo Miller)", "Jo Miller"),
    ("Saloon at the lake. Photo credit: JO MILLER", "JO MILLER"),
]

NO_CAPTION = [
    "The front view is superb.",
    "Front view of the market: calm",
    "Interior",
    "Engine",
    "Seats",
    "Rear View Camera",
    "Side View Mirrors",
    "Interior Design",
    "Wheel Sizes And Prices",
    "Trunk Space",
    "2024 BMW X5 Interior",
    "Photos by the factory show a lower roof.",
    "Photos by Kestrel show the car.",
    "Images of the interior leaked last week.",
    "Credit where it is due.",
    "The view from the driver's seat is good, but the pillars are thick.",
    "What A View",
    "Our View",
    "A View To A Hill",
    "Kia",
    "Kia/Hyundai",
    "Kia/hybrid version",
    "2031 Kia Postino Interior And Comfort",
    "© 2031 Example Media. All rights reserved.",
    "Copyright law changed.",
    "Die Frontansicht ist gelungen.",
    "",
]


@pytest.mark.parametrize(("line", "subject", "view", "credit"), ALONE, ids=[row[0] for row in ALONE])
def test_caption_is_taken_apart(line: str, subject: str | None, view: str | None, credit: str | None) -> None:
    caption = read_caption(line)
    assert caption
    assert (caption.text, caption.subject, caption.view, caption.credit) == (line, subject, view, credit)


@pytest.mark.parametrize(("line", "subject", "view", "credit"), IN_RUN, ids=[row[0] for row in IN_RUN])
def test_in_a_run_a_bare_part_is_a_caption(
    line: str, subject: str | None, view: str | None, credit: str | None
) -> None:
    caption = read_caption(line, in_run=True)
    assert caption
    assert (caption.subject, caption.view, caption.credit) == (subject, view, credit)


@pytest.mark.parametrize(("line", "credit"), LABELLED)
def test_labelled_credit_is_read(line: str, credit: str) -> None:
    caption = read_caption(line)
    assert caption
    assert caption.credit == credit


@pytest.mark.parametrize("line", NO_CAPTION)
def test_sentence_or_heading_is_no_caption(line: str) -> None:
    assert read_caption(line) is None


def test_sentence_in_a_run_is_no_caption() -> None:
    assert read_caption("The front view is superb.", in_run=True) is None
    assert read_caption("Orders open next month, the company said.", in_run=True) is None


@pytest.mark.parametrize(
    ("text", "words", "credit"),
    [
        ("The saloon at the lake", "The saloon at the lake", None),
        ("The saloon at the lake. Photo: Jo Miller", "The saloon at the lake.", "Jo Miller"),
        ("The saloon at the lake (Foto: Jo Müller)", "The saloon at the lake", "Jo Müller"),
        ("The saloon at the lake © Kia", "The saloon at the lake", "Kia"),
        ("The saloon at the lake | Kia", "The saloon at the lake", "Kia"),
        ("Photo: Kia", "", "Kia"),
        ("2021 Kia EV6 Front View Jo Miller", "2021 Kia EV6 Front View", "Jo Miller"),
        ("The saloon at the lake Hearst Owned", "The saloon at the lake", None),
        ("null", "", None),
        ("", "", None),
    ],
)
def test_credit_is_split_from_a_printed_caption(text: str, words: str, credit: str | None) -> None:
    assert split_credit(text) == (words, credit)


@given(st.text(), st.booleans())
def test_any_line_gets_an_answer(line: str, in_run: bool) -> None:
    caption = read_caption(line, in_run=in_run)
    assert caption is None or caption.text == " ".join(line.split())
    words, credit = split_credit(line)
    assert len(words) + len(credit or "") <= len(line)


@pytest.mark.parametrize(
    "piece", ["Photo: ", "Front View ", "(", "© ", "credit : ", "photos by ", "a/", "| "]
)
def test_long_lines_are_answered_at_once(piece: str) -> None:
    began = time.process_time()
    read_caption(piece * 15_000, in_run=True)
    split_credit(piece * 15_000)
    assert time.process_time() - began < 5  # linear: below 0.1 s
