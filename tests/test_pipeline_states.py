"""Bodies that stand only in the state trees scripts fill a page from."""

import json
from typing import Any

from pipeline import clean_html
from pipeline.states import body_in_state

FIRST = "The first paragraph tells of a small car that slept in a large garage until the spring came. " * 3
SECOND = (
    "The second paragraph adds that the garage was rented, and that the rent was due in <b>April</b>. " * 3
)
TITLE = "A small car in a large garage"
SHELL = f'<html><head><title>{TITLE}</title></head><body><div id="app"></div>{{}}</body></html>'
URL = "https://motor.example/news/a-small-car-in-a-large-garage"


def page(state: Any, attributes: str = 'id="__NEXT_DATA__" type="application/json"') -> bytes:
    return SHELL.format(f"<script {attributes}>{json.dumps(state)}</script>").encode()


def test_a_list_of_typed_parts_is_read_in_its_order() -> None:
    parts = [{"type": "p", "data": {"text": FIRST}}, {"type": "h2", "data": {"text": "Inside"}}]
    parts.append({"type": "p", "data": {"html": f"<p>{SECOND}</p>"}})
    article = clean_html(page({"props": {"page": {"blocks": parts}}}), URL)
    assert article.paragraphs == [
        FIRST.strip(),
        "Inside",
        SECOND.replace("<b>", "").replace("</b>", "").strip(),
    ]
    assert article.verdict == "article"


def test_a_string_of_mark_up_is_parted_into_its_paragraphs() -> None:
    state = {"post": {"content": {"rendered": f"<p>{FIRST}</p><p>{SECOND}</p>"}}}
    assert len(body_in_state(page(state, 'type="application/json"'))) == 2


def test_the_longest_of_several_texts_is_the_body() -> None:
    state = {
        "teasers": [{"text": "x " * 30}, {"text": "y " * 30}],
        "main": {"html": f"<p>{FIRST}</p><p>{SECOND}</p>"},
    }
    assert body_in_state(page(state))[0] == FIRST.strip()


def test_a_page_that_shows_its_text_is_not_read_from_its_state() -> None:
    shown = "".join(
        f"<p>Shown paragraph number {n}, which everybody reads on the page itself, today as any day.</p>"
        for n in range(9)
    )
    html = page({"html": f"<p>{FIRST}</p><p>{SECOND}</p>"}).replace(b'<div id="app"></div>', shown.encode())
    assert FIRST.strip() not in clean_html(html, URL).paragraphs


def test_broken_and_endless_states_give_nothing() -> None:
    assert body_in_state(SHELL.format('<script type="application/json">{"a": [</script>').encode()) == []
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    assert body_in_state(page(deep)) == []


def test_a_noscript_that_never_closes_hides_no_article() -> None:
    body = f"<noscript><div><p>{FIRST}</p><p>{FIRST}{FIRST}</p></div>"
    assert clean_html(SHELL.format(body), URL).paragraphs
