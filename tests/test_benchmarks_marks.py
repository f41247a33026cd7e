"""What the figures of the benchmarks mean: a wrong measure would praise a wrong reader."""

import numpy as np
import pytest
from faults import faults
from marks import MEASURES, Answer, Score, measures, people, score, total
from tables import COMPARED, exceeds

from pipeline.article import Block, Cut, Kind

TEXT = "The wagon climbed the pass in third gear.\nNobody in the back seat woke up before the border."
GOLD = {
    "url": "https://motor.example/a",
    "set": "made",
    "kind": "article",
    "text": TEXT,
    "title": "Over the pass",
    "authors": ["Ada Winter", "Sam Poe"],
    "date": "2026-03-02",
    "with": ["climbed the pass"],
    "without": ["Share this"],
}


def marked(text: str, **told: object) -> Score:
    return score(GOLD, Answer(text, **told), "motor.example")  # type: ignore[arg-type]


def measured(*scores: Score) -> dict[str, float]:
    return dict(zip(MEASURES, measures(total(scores)).tolist(), strict=True))


def test_the_same_words_are_exact_however_they_are_set() -> None:
    found = marked(TEXT.upper().replace("\n", "  "))
    assert found.exact
    assert found.shingles == found.tokens == (1.0, 1.0)


def test_a_line_too_many_costs_precision_and_a_line_too_few_recall() -> None:
    more, less = marked(f"{TEXT}\nShare this on the networks you like"), marked(TEXT.splitlines()[0])
    assert more.shingles is not None
    assert less.shingles is not None
    assert more.shingles[0] < 1.0 == more.shingles[1]
    assert less.shingles[1] < 1.0 == less.shingles[0]
    assert not more.exact
    assert not less.exact


def test_a_text_said_twice_is_not_exact() -> None:
    assert not marked(f"{TEXT}\n{TEXT}").exact


def test_snippets_are_counted_over_all_pages_together() -> None:
    found = measured(marked(TEXT), marked("Share this"))
    assert (found["with"], found["leak"]) == (0.5, 0.5)
    precision, recall = 1 / 2, 1 / 2
    assert found["snipF"] == pytest.approx(2 * precision * recall / (precision + recall))


def test_f1_is_of_the_means_not_the_mean_of_f1() -> None:
    first, second = marked(TEXT), marked("")
    found = measured(first, second)
    assert (found["4gP"], found["4gR"]) == (0.5, 0.5)
    assert found["4gF1"] == pytest.approx(0.5)


def test_nothing_judged_is_no_figure() -> None:
    bare = score(GOLD | {"text": None, "with": None, "without": None}, Answer("x"), "motor.example")
    assert all(np.isnan(value) for value in measured(bare).values())


def test_a_field_counts_only_for_readers_that_read_it() -> None:
    found = marked(TEXT, title="over the PASS!", fields=("title",))
    assert found.fields == {"title": True}


def test_names_may_come_in_any_order() -> None:
    assert people("Sam Poe and Ada Winter") == people(["Ada Winter", "Sam Poe"])


def test_what_was_lost_is_told_with_the_rule_that_cut_it_and_what_leaked_by_its_line() -> None:
    lost = TEXT.split("\n")[1]
    answer = Answer(
        f"{TEXT.splitlines()[0]}\nShare this",
        "Over the pass",
        ("Ada Winter",),
        "2026-03-02",
        cuts=(Cut("links", Block(1, Kind.PARAGRAPH, lost)),),
    )
    told = faults(GOLD, answer)
    assert told["lost"] == [{"text": lost, "rule": "links"}]
    assert told["leaked"] == ["Share this"]
    assert told["snippets leaked"] == ["Share this"]
    assert told["fields"] == {"authors": {"wanted": GOLD["authors"], "read": ["Ada Winter"]}}


def test_a_page_read_right_has_no_faults() -> None:
    assert faults(GOLD, Answer(TEXT, "Over the pass", ("Ada Winter", "Sam Poe"), "2026-03-02")) == {}


def test_the_interval_of_a_reader_against_itself_is_nothing_and_of_a_better_one_above_it() -> None:
    domains = [f"{number}.example" for number in range(30)]
    good = [score(GOLD, Answer(TEXT), domain) for domain in domains]
    poor = [score(GOLD, Answer(f"{TEXT}\nShare this now please"), domain) for domain in domains]
    assert np.all(exceeds(good, good) == 0)
    for at in map(MEASURES.index, COMPARED):
        low, middle, high = exceeds(good, poor)[:, at]
        assert 0 < low < middle + 1e-9 < high + 2e-9
