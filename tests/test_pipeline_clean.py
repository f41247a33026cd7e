import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import Kind, Rules, clean_html
from pipeline.extract import extract

PAGE = (Path(__file__).parent / "pages" / "full_page.html").read_text(encoding="utf-8")
URL = "https://motor.example/news/2026/hatchback-returns-with-bigger-boot?utm_source=feed"
PROSE = (
    "The hatchback that left the lists two years ago is coming back with a boot that grows by sixty litres."
)
TAGS = PAGE.replace(">", ">\n").split("\n")


@pytest.fixture(scope="module")
def article():  # type: ignore[no-untyped-def]
    return clean_html(PAGE, URL)


def test_the_text_is_the_body_alone(article) -> None:  # type: ignore[no-untyped-def]
    assert article.verdict == "article"
    assert [paragraph[:24] for paragraph in article.paragraphs] == [
        "The hatchback that left ",
        "Behind the rear seats th",
        "Two motors to choose fro",
        "Buyers choose between tw",
        "“We asked parents what t",
        "Boot: 410 litres with al",
        "Range: 420 kilometres on",
        "Deliveries begin in the ",
    ]


def test_the_fields_are_those_of_the_page(article) -> None:  # type: ignore[no-untyped-def]
    assert article.title == "Hatchback returns with a bigger boot"
    assert article.standfirst == "The small car gains room where families need it most."
    assert article.authors == ("Ada Writer",)
    assert article.as_json()["published_at"] == "2026-03-02T09:30:00Z"
    assert article.url == "https://motor.example/news/2026/hatchback-returns-with-bigger-boot"
    assert article.language == "en-gb"


def test_captions_become_data_with_their_picture(article) -> None:  # type: ignore[no-untyped-def]
    assert [(c.text, c.credit, c.image) for c in article.captions] == [
        ("The boot holds two prams. Photo: Cy Lens", "Cy Lens", "/boot.jpg"),
        ("The dashboard in dark grey", None, None),
    ]


@pytest.mark.parametrize(
    ("text", "became"),
    [
        ("Hatchback returns with a bigger boot", "title"),
        ("The small car gains room where families need it most.", "standfirst"),
        ("By Ada Writer", "authors"),
        ("2 March 2026", "published_at"),
        ("The dashboard in dark grey", "captions"),
        ("Advertisement", None),
        ("Related Cars", None),
        ("Saloon grows longer", None),
        ("Read more: Estate gains a third row", None),
        ("Sign up and never miss a car again.", None),
        ("Ada Writer has covered small cars for ten years and drives one herself.", None),
        ("Van gets a bed", None),
        ("Imprint", None),
    ],
)
def test_each_cut_says_what_it_became(article, text: str, became: str | None) -> None:  # type: ignore[no-untyped-def]
    (cut,) = [cut for cut in article.cuts if cut.block.text == text]
    assert cut.became == became


def test_related_box_in_mid_article_keeps_the_rest() -> None:
    box = "<div><h4>Related Cars</h4><a href=/x>Saloon</a></div>"
    html = f"<article><p>{PROSE}</p>{box}<p>{PROSE} Again.</p></article>"
    assert clean_html(html).paragraphs == [PROSE, f"{PROSE} Again."]


def test_a_closing_heading_among_the_paragraphs_takes_only_its_teasers() -> None:
    teaser = "<p><a href=/x>Saloon grows longer</a></p>"
    box = f"<h3>You may also like</h3>{teaser}{teaser}"
    html = f"<div><p>{PROSE}</p>{box}<p>{PROSE} Again.</p><p>{PROSE} Third.</p></div>"
    assert clean_html(html).paragraphs == [PROSE, f"{PROSE} Again.", f"{PROSE} Third."]


def test_a_stop_heading_cuts_to_the_end_of_its_box_only() -> None:
    html = (
        f"<article><div><p>{PROSE}</p><section><h3>More from Example Motor</h3><p>{PROSE} "
        f"Elsewhere.</p></section></div>"
        f"<p>{PROSE} Again.</p></article>"
    )
    assert clean_html(html, rules=Rules(stop_at=("more from example motor",))).paragraphs == [
        PROSE,
        f"{PROSE} Again.",
    ]


def test_a_body_selector_decides_what_the_article_is() -> None:
    html = f"<div class=a><p>{PROSE}</p><p>{PROSE}</p></div><div class=b><p>{PROSE} Here.</p></div>"
    assert clean_html(html, rules=Rules(body=".b")).paragraphs == [f"{PROSE} Here."]
    assert len(clean_html(html, rules=Rules(body=".gone")).paragraphs) == 3


def test_a_page_that_stands_in_a_form_is_read() -> None:
    assert (
        clean_html(f"<form id=aspnet class=popup><div><p>{PROSE}</p><p>{PROSE}</p></div></form>").paragraphs
        == [PROSE] * 2
    )


def test_text_parted_by_line_breaks_becomes_paragraphs() -> None:
    assert clean_html(f"<div><h1>Boot grows</h1>{PROSE}<br><br>{PROSE} Again.</div>").paragraphs == [
        PROSE,
        f"{PROSE} Again.",
    ]


def test_captions_set_as_text_by_the_photo_desk_s_grammar_leave_it() -> None:
    lines = ("2019-2020 Jaguar I-Pace Front View Driving JLR", "The front view is superb.")
    html = f"<article><p>{PROSE}</p><p>{lines[0]}</p><p>{lines[1]}</p></article>"
    article = clean_html(html)
    assert article.paragraphs == [PROSE, "The front view is superb."]
    assert [(c.view, c.credit) for c in article.captions] == [("Front View Driving", "JLR")]


def test_the_makes_a_text_names_are_listed() -> None:
    assert clean_html(f"<article><h1>BMW talks to Jaguar</h1><p>{PROSE}</p></article>").makes == (
        "BMW",
        "Jaguar",
    )


def test_a_body_that_only_json_ld_holds_is_read_from_there() -> None:
    body = "\\n".join([PROSE, f"{PROSE} Again.", f"{PROSE} Third.", f"{PROSE} Last."])
    node = f'{{"@type": "NewsArticle", "headline": "Boot grows", "articleBody": "{body}"}}'
    html = f'<script type="application/ld+json">{node}</script><h1>Boot grows</h1><p>Loading the story.</p>'
    article = clean_html(html)
    assert article.paragraphs == [PROSE, f"{PROSE} Again.", f"{PROSE} Third.", f"{PROSE} Last."]
    assert [cut.rule for cut in article.cuts] == ["title", "beside stated body"]


@given(st.lists(st.tuples(st.integers(0, len(TAGS) - 1), st.integers(0, len(TAGS) - 1)), max_size=12))
@settings(deadline=None)
def test_kept_and_cut_are_all_blocks_of_any_mangled_page(swaps: list[tuple[int, int]]) -> None:
    parts = list(TAGS)
    for one, two in swaps:
        parts[one], parts[two] = parts[two], ""
    html = "".join(parts)
    article = clean_html(html, URL)
    together = sorted([*article.blocks, *(cut.block for cut in article.cuts)], key=lambda block: block.order)
    assert together == list(extract(html, URL).blocks)
    assert not [flag for flag in article.flags if flag.startswith("fault")]


HOSTILE = {
    "empty": b"",
    "zeros": b"\0" * 10_000,
    "binary": bytes(range(256)) * 100,
    "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "utf-16": PAGE.encode("utf-16-le"),
    "half a character": PAGE.encode("utf-16-le")[:-1],
    "surrogates": f"<p>{PROSE}\ud800\udfff</p>",
    "nested": "<div>" * 200_000 + PROSE,
    "nested and closed": "<div>" * 30_000 + PROSE + "</div>" * 30_000,
    "formatting": "".join(f"<font color={n}>" for n in range(2000)) + "<p>x" * 2000,
    "tables": "<table><tr><td>" * 3000,
    "lists": "<ul><li>" * 3000 + PROSE,
    "one text": "<p>" + "word " * 2_000_000,
    "one word": "<p>" + "x" * 10_000_000,
    "less than": "<" * 200_000,
    "ampersands": "&" * 200_000,
    "comments": "<!--" * 50_000,
    "deep json": '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
    "odd json": '<script type="application/ld+json">{"@type":["NewsArticle",3],"headline":[[]],"@id":{},'
    '"author":[null,{"name":{}}],"datePublished":{},"image":[[]],"keywords":[3]}</script>',
    "bad addresses": '<link rel=canonical href="http://[::1"><meta property="og:image" content="http://[x"><p>x',
    "attributes": '<p class="' + "a " * 200_000 + '">x',
    "many blocks": "<p>x" * 70_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_input_raises(name: str) -> None:
    article = clean_html(HOSTILE[name], "http://[not an address")
    assert not [flag for flag in article.flags if flag.startswith("fault")]


@given(
    st.one_of(st.binary(max_size=2000), st.text(max_size=2000)), st.one_of(st.none(), st.text(max_size=50))
)
@settings(deadline=None)
def test_no_short_input_raises_either(html: bytes | str, url: str | None) -> None:
    assert not [flag for flag in clean_html(html, url).flags if flag.startswith("fault")]


def test_a_fault_of_ours_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(sys.modules["pipeline.clean"], "extract", broken)
    article = clean_html(PAGE, URL)
    assert (article.verdict, article.flags) == ("not a page", ("fault: KeyError: 'x'",))


def test_cleaning_opens_no_file_and_no_socket() -> None:
    program = (
        "import sys; from pathlib import Path; from pipeline import clean_html\n"
        f"page = Path({str(Path(__file__).parent / 'pages' / 'full_page.html')!r}).read_text()\n"
        "clean_html(page); clean_html(page.encode('utf-16'))  # tables and codecs are read at the "
        "first call\n"
        "seen = []\n"
        "sys.addaudithook(lambda name, args: seen.append(name) if name.split('.')[0] in "
        "('open', 'socket', 'subprocess', 'os', 'urllib', 'shutil') else None)\n"
        "clean_html(page, 'https://motor.example/x'); clean_html(page.encode('utf-16'))\n"
        "print(seen)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout.strip() == "[]"


def test_the_same_page_gives_the_same_article() -> None:
    assert clean_html(PAGE, URL) == clean_html(PAGE, URL)
    assert [block.kind for block in clean_html(PAGE).blocks].count(Kind.ITEM) == 2
