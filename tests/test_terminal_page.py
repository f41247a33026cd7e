"""A page before and after as a web page of its own."""

import re
from pathlib import Path

from command import Folder
from selectolax.lexbor import LexborHTMLParser

from pipeline import clean_html
from terminal.compare import fates
from terminal.page import explained_page, tone

SENTENCE = "The hatchback came back with a boot that swallows three prams and a sledge without a murmur. "
HTML = (
    '<html lang="en"><head><title>Boot &lt;script&gt;alert(1)&lt;/script&gt;</title>'
    '<meta name="author" content="&lt;b&gt;Ada Winter"></head><body><nav><a href="/">Home</a></nav>'
    "<article><h1>Boot &lt;script&gt;alert(1)&lt;/script&gt;</h1>"
    f"<p>{SENTENCE * 4}</p>"
    f"<p>{SENTENCE * 3}&lt;img src=x&gt;</p>"
    "<figure><img src=a.jpg><figcaption>The boot. Photo: Sam Poe</figcaption></figure></article></body>"
)


def test_every_block_of_the_page_stands_in_it_with_its_fate() -> None:
    article = clean_html(HTML, "https://motor.example/news/boot")
    page = LexborHTMLParser(explained_page(article))
    rows = [" ".join(row.text(separator=" ").split()) for row in page.css("div.row")]
    wanted = [" ".join(f"{fate.block.text} {fate.word}".split()) for fate in fates(article)]
    assert rows == wanted


def test_script_in_title_author_and_text_stays_text() -> None:
    page = LexborHTMLParser(
        explained_page(clean_html(HTML, "https://motor.example/news/boot?a=1&b='\"><script>"))
    )
    assert page.css("script, img, b, link, iframe") == []
    assert "alert(1)" in page.css_first("h1").text()


def test_nothing_a_page_says_reaches_a_terminal_or_turns_the_text_around() -> None:
    hostile = HTML.replace("Boot", "Bo\x1b[31mot\x07 \u202eleaks").replace(
        "</head>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "\\ud800"}</script></head>',
    )
    told = explained_page(clean_html(hostile, "https://motor.example/news/boot"))
    told.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", told)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    told = explained_page(clean_html(HTML, "https://motor.example/news/boot"))
    page = LexborHTMLParser(told)
    assert page.css("[src], [href], script, link, iframe, object") == []
    assert "url(" not in told
    assert "@import" not in told
    assert "default-src 'none'" in page.css_first("meta[http-equiv]").attributes["content"]


def test_the_legend_counts_the_blocks_of_each_rule_and_they_add_up() -> None:
    article = clean_html(HTML, "https://motor.example/news/boot")
    page = LexborHTMLParser(explained_page(article))
    counts = [int(node.text()) for node in page.css("label small")]
    assert sum(counts) == len(page.css("div.row")) == len(fates(article))
    assert page.css_first("label").text().startswith("kept")
    assert page.css_first("button[type=reset]") is not None


def test_a_rule_has_the_same_hue_on_every_page() -> None:
    hue = re.search(r"--hue:(\d+)", tone("r1", "✂ share bar"))
    again = re.search(r"--hue:(\d+)", tone("r7", "✂ share bar"))
    assert hue
    assert again
    assert hue[1] == again[1]


def test_captions_stand_in_a_table_with_their_credit() -> None:
    page = LexborHTMLParser(explained_page(clean_html(HTML, "https://motor.example/news/boot")))
    cells = [node.text() for node in page.css("td")]
    assert "The boot. Photo: Sam Poe" in cells
    assert "Sam Poe" in cells


def test_each_rule_has_a_switch_that_needs_no_script() -> None:
    page = LexborHTMLParser(explained_page(clean_html(HTML)))
    switches = [node.attributes["id"] for node in page.css("input[type=checkbox]")]
    assert switches
    assert all(page.css(f"div.row.{key}") for key in switches)


def test_the_command_writes_it_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "page.html").write_text(HTML, encoding="utf-8")
    assert folder.carnews("explain", "page.html", "--html", "out.html").code == 0
    written = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert written.startswith("<!doctype html>")
    assert folder.carnews("explain", "page.html", "--html", "-").out == written


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(HTML, encoding="utf-8")
    done = Folder(tmp_path).carnews("explain", "page.html", "--html", "nowhere/x.html")
    assert done.code == 2
    assert "cannot be written" in done.err
    assert "Traceback" not in done.err
