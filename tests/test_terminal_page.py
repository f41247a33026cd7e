"""A page before and after as a web page of its own."""

from pathlib import Path

from command import Folder
from selectolax.lexbor import LexborHTMLParser

from pipeline import clean_html
from terminal.compare import fates
from terminal.page import explained_page

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
