"""Scripts, links that act, formulas, turned text in a page: plain text in the store and whatever shows it."""

import csv
import io
import json
from html import escape
from pathlib import Path

import pytest
from command import Folder
from made_articles import counted
from selectolax.lexbor import LexborHTMLParser

URL = "https://motor.example/news/evil"
# each is on the page as text, and once more as markup where that is possible
VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
    "[press](javascript:alert(1))",
    '"><iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "</textarea></title></style><script>alert(1)</script>",
    "\u202egnp.exe",
    "=HYPERLINK(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
]
STORY = "The estate left the yard before sunrise, and nobody in the village heard it go down the road."


def page(vector: str) -> str:
    told = escape(vector)
    body = f"<p>{STORY} {told}</p>{vector}"
    body += "".join(f"<p>On morning {n} we saw {counted(f'{vector} {n}')}. {told}</p>" for n in range(6))
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{told}</title>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="{told} estate">'
        f'<meta property="og:image" content="javascript:alert(1)"><meta name="author" content="{told}">'
        f'<meta property="article:published_time" content="2026-03-02T09:30:00Z"></head>'
        f"<body><article><h1>{told} estate</h1>{body}<figure><img src=javascript:alert(1)>"
        f"<figcaption>{told} (Photo: {told})</figcaption></figure></article></body></html>"
    )


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A store of one article for each vector."""
    made = Folder(tmp_path_factory.mktemp("scripts"))
    commands = []
    for n, vector in enumerate(VECTORS):
        (made.folder / f"{n}.html").write_text(page(vector), encoding="utf-8")
        commands.append(["ingest", f"{n}.html", "--url", f"{URL}-{n}", "--quiet"])
    for ended in made.each(*commands):
        assert ended.code == 0, ended.err
    return made


def test_the_html_page_of_a_stored_article_has_nothing_that_acts(here: Folder) -> None:
    commands = [["explain", f"{URL}-{n}", "--html", f"out-{n}.html"] for n in range(len(VECTORS))]
    for n, ended in enumerate(here.each(*commands)):
        assert ended.code == 0, ended.err
        text = (here.folder / f"out-{n}.html").read_text(encoding="utf-8")
        assert "estate left the yard" in text
        assert "\u202e" not in text
        tree = LexborHTMLParser(text)
        assert (
            tree.css("script, iframe, svg, object, embed, base, form[action], meta[http-equiv=refresh]") == []
        )
        for node in tree.css("*"):
            for name, value in node.attributes.items():
                assert not name.startswith("on"), (VECTORS[n], name)
                assert not (value or "").strip().lower().startswith(("javascript:", "data:text")), VECTORS[n]


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_every_list_gives_plain_text(here: Folder, form: str) -> None:
    [ended] = here.each(["articles", "--format", form])
    assert ended.code == 0, ended.err
    assert "\u202e" not in ended.out
    assert "\x1b" not in ended.out
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(ended.out)))
        assert len(rows) == len(VECTORS)
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values()
        )
    elif form == "json":
        rows = json.loads(ended.out)
        assert len(rows) == len(VECTORS)
        pictures = [row["image"] for row in rows] + [c.get("image") for row in rows for c in row["captions"]]
        assert not any("javascript" in (picture or "") for picture in pictures)


@pytest.mark.parametrize("form", ["text", "md", "json"])
def test_one_article_is_shown_as_plain_text(here: Folder, form: str, tmp_path: Path) -> None:
    commands = [["show", f"{URL}-{n}", "--format", form] for n in range(len(VECTORS))]
    for vector, ended in zip(VECTORS, here.each(*commands), strict=True):
        assert ended.code == 0, ended.err
        assert "estate left the yard" in ended.out
        assert "\u202e" not in ended.out
        if form == "md":  # as Markdown none of it may act
            assert "<script" not in ended.out.replace("\\<", ""), vector
            assert "](javascript" not in ended.out.replace("\\]", ""), vector
