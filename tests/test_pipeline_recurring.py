"""What a site's earlier pages teach about its next one."""

from collections import Counter
from collections.abc import Sequence

import pytest

from pipeline import CleanArticle, clean_html
from pipeline.recurring import LEAST_PAGES, Recurring, line_number, lines_of
from pipeline.rules import Rules

FOOT = "All prices in this story were right on the morning it was written, and may be wrong by now."
REFRAIN = "Every Friday we drive a car that nobody else remembers, and this is what we found this time."
NAMES = ("estate", "saloon", "coupe", "roadster", "van")


def own(n: int) -> list[str]:
    """The paragraphs that only story `n` has."""
    name = NAMES[n % 5]
    return [
        f"The {name} of {1950 + n} left the works with a heater that filled the cabin in {n + 2} minutes.",
        f"Its builder sold {n * 17 + 40} of them before the river took the second hall and half the tools.",
        f"We found number {n * 3 + 1} in a barn near the mill, where a hen had sat on its seat for years.",
        f"On the road it reaches {n + 90} km/h downhill, and the driver knows about each of them at once.",
    ]


def page(n: int, before: Sequence[str] = (), after: Sequence[str] = (f"<p>{FOOT}</p>",)) -> str:
    text = "".join(f"<p>{line}</p>" for line in own(n))
    return (
        f"<html><head><title>Car {n}</title></head><body><article><h1>The car of the year {1950 + n}</h1>"
        f"<div class='text'>{''.join(before)}{text}{''.join(after)}</div></article></body></html>"
    )


def taught(pages: Sequence[str], recurring: Recurring | None = None) -> Recurring:
    """What the pages teach, read by what was known before."""
    rules = Rules(recurring=recurring or Recurring())
    told = [lines_of(clean_html(html, rules=rules)) for html in pages]
    return Recurring(len(told), Counter(line for lines in told for line in lines))


def read(html: str, pages: Sequence[str]) -> CleanArticle:
    return clean_html(html, rules=Rules(recurring=taught(pages)))


def test_a_line_on_every_page_leaves_the_text_of_the_next_one_and_the_cut_says_on_how_many() -> None:
    plain, article = clean_html(page(30)), read(page(30), [page(n) for n in range(20)])
    assert plain.paragraphs == [*own(30), FOOT]
    assert article.paragraphs == own(30)
    assert [(cut.rule, cut.block.text) for cut in article.cuts if cut.block.text == FOOT] == [
        ("recurring on site: 20 of 20 pages", FOOT)
    ]
    assert len(article.blocks) + len(article.cuts) == len(plain.blocks) + len(plain.cuts)


def test_few_pages_teach_nothing() -> None:
    pages = [page(n) for n in range(LEAST_PAGES - 1)]
    assert read(page(30), pages).paragraphs == [*own(30), FOOT]
    assert read(page(30), [*pages, page(40)]).paragraphs == own(30)


def test_what_is_told_of_a_page_does_not_depend_on_what_was_known_when_it_was_read() -> None:
    pages = [page(n, before=["<h2>Read this first</h2>"]) for n in range(20)]
    first = taught(pages)
    assert taught(pages, first).counts == first.counts
    assert first.version == taught(pages, first).version != ""


def test_a_disclaimer_that_a_story_quotes_stays_in_the_story() -> None:
    quote = [f"<blockquote><p>{FOOT}</p></blockquote>", f"<p>“{FOOT}”</p>"]
    story = page(30, before=quote)
    assert read(story, [page(n) for n in range(20)]).paragraphs == [FOOT, f"“{FOOT}”", *own(30)]


def test_the_refrain_of_a_series_stays_where_most_stories_are_of_no_series() -> None:
    pages = [page(n, before=[f"<p>{REFRAIN}</p>"] if n % 4 == 0 else []) for n in range(32)]
    assert read(page(40, before=[f"<p>{REFRAIN}</p>"]), pages).paragraphs == [REFRAIN, *own(40)]


def test_a_line_in_the_midst_of_the_text_must_recur_on_most_pages() -> None:
    def between(n: int, line: str) -> str:
        first = f"<p>{own(n)[0]}</p>"
        return page(n).replace(first, first + line)

    some = [between(n, f"<p>{REFRAIN}</p>" if n % 2 else "") for n in range(20)]
    every = [between(n, f"<p>{REFRAIN}</p>") for n in range(20)]
    story = between(30, f"<p>{REFRAIN}</p>")
    assert REFRAIN in read(story, some).paragraphs
    assert REFRAIN not in read(story, every).paragraphs


def test_a_heading_stays_over_text_of_its_own_and_goes_where_it_has_none() -> None:
    foot = [f"<h2>Verdict</h2><p>{{}}</p><section><h3>A word from us</h3></section><p>{FOOT}</p>"]
    pages = [page(n, after=[foot[0].format(f"It is worth {n} times what it costs.")]) for n in range(20)]
    story = page(30, after=[foot[0].format("It is worth a walk to the mill and back.")])
    assert read(story, pages).paragraphs == [*own(30), "Verdict", "It is worth a walk to the mill and back."]


def test_a_list_with_an_item_of_its_own_stays_whole() -> None:
    def listed(n: int, last: str) -> str:
        return page(n, before=[f"<ul><li>Heated seats in the front</li><li>{last}</li></ul>"])

    pages = [listed(n, f"A roof for {n + 2} people") for n in range(20)]
    found = read(listed(30, "A roof of glass over both rows"), pages).paragraphs
    assert found[:2] == ["Heated seats in the front", "A roof of glass over both rows"]


def test_the_cells_of_a_table_are_never_taken() -> None:
    def table(n: int) -> str:
        cells = ("Top speed of the car", f"{n + 90} km/h", "Price of the car", f"£{n}")
        row = "<tr><td>{}</td><td>{}</td></tr>"
        return page(n, after=[f"<table>{row.format(*cells[:2])}{row.format(*cells[2:])}</table>"])

    pages = [table(n) for n in range(20)]
    assert read(table(30), pages).paragraphs == clean_html(table(30)).paragraphs


def test_the_same_story_under_many_addresses_does_not_empty_itself() -> None:
    assert read(page(1), [page(1)] * 20).paragraphs == [*own(1), FOOT]


def test_numbers_in_class_names_do_not_make_another_line() -> None:
    pages = [page(n, after=[f'<p class="note-{n}">{FOOT}</p>']) for n in range(20)]
    assert read(page(30, after=[f'<p class="note-30">{FOOT}</p>']), pages).paragraphs == own(30)


def with_comment(n: int, said: str, tag: str = "div") -> str:
    return page(n).replace("</article>", f"</article><{tag} class='voices'><p>{said}</p></{tag}>")


def taught_boxes(held: int, of: int) -> Recurring:
    """What pages teach of a box that held text on `held` of them; read by a rule that takes the rest."""
    pages = [with_comment(n, f"I had the {n + 1950} one and sold it for {n + 20} pounds.") for n in range(of)]
    told = []
    for n, html in enumerate(pages):
        rules = Rules(body=None) if n < held else Rules(drop=(".voices",))
        told.append(lines_of(clean_html(html, rules=rules)))
    return Recurring(of, Counter(line for lines in told for line in lines))


@pytest.mark.parametrize(("held", "stays"), [(0, False), (3, False), (8, True), (20, True)])
def test_a_box_that_holds_no_text_on_four_of_five_pages_holds_none_on_the_next(
    held: int, stays: bool
) -> None:
    said = (
        "Mine crossed two rivers and a ploughed field in one winter, and it never asked for anything at all."
    )
    story = with_comment(30, said)
    assert said in clean_html(story).paragraphs
    article = clean_html(story, rules=Rules(recurring=taught_boxes(held, 20)))
    assert (said in article.paragraphs) is stays
    rules = [cut.rule for cut in article.cuts if cut.block.text == said]
    assert rules == ([] if stays else [f"box without text on site: {20 - held} of 20 pages"])


@pytest.mark.parametrize("text", ["\ud800 broken", "a\0b", "É\u0301", "x" * 100_000])
def test_any_text_has_a_number_of_64_bits(text: str) -> None:
    blocks = clean_html(f"<article><p>{text}</p></article>").blocks
    assert all(0 <= line_number(block) < 2**64 for block in blocks)
