"""What cuts are called: whoever reads a receipt learns what the block was, not which function took it."""

from pipeline import CleanArticle, Rules, clean_html

PROSE = (
    "<p>The estate goes on sale in spring with a taller roof, and the maker says that "
    "a wardrobe fits through its tailgate.</p>"
)


def page(around: str, inside: str = "") -> str:
    return f"<h1>Estate grows a taller roof</h1><div class=text>{PROSE * 4}{inside}</div>{around}"


def rules(article: CleanArticle) -> dict[str, str]:
    return {cut.block.text: cut.rule for cut in article.cuts}


def test_what_lies_outside_the_body_is_called_what_it_is() -> None:
    around = """<header>Example Motor</header><nav><a href=/>Home</a></nav><ul class=share><li>Facebook</ul>
        <section class=related-cars><h3>Other estates</h3><p>Box Estate</p></section>
        <section id=comments><p>Mine is taller.</p></section><p>Subscribe to our newsletter</p>
        <p>Something else altogether</p><footer>Made by Example</footer>"""
    assert rules(clean_html(page(around))) == {
        "Estate grows a taller roof": "title",
        "Example Motor": "page header",
        "Home": "navigation",
        "Facebook": "share bar",
        "Other estates": "related",
        "Box Estate": "related",
        "Mine is taller.": "comments",
        "Subscribe to our newsletter": "newsletter",
        "Something else altogether": "scored_boilerplate",
        "Made by Example": "footer",
    }


def test_what_a_site_s_own_body_leaves_out_is_called_what_it_is_too() -> None:
    around = "<footer>Made by Example</footer><p>Something else altogether</p>"
    found = rules(clean_html(page(around), rules=Rules(body="div.text")))
    assert found["Made by Example"] == "footer"
    assert found["Something else altogether"] == "outside body"


def test_a_box_outside_the_body_is_named_by_the_heading_that_opens_it() -> None:
    around = "<section><h3>You may also like</h3><p>Small car, big hat</p></section><p>Else</p>"
    found = rules(clean_html(page(around)))
    assert (found["Small car, big hat"], found["Else"]) == ("related", "scored_boilerplate")


def test_lines_after_a_closing_heading_in_the_body_are_named_by_it() -> None:
    found = rules(clean_html(page("", "<div><h3>Related Cars</h3><p>Box Estate</p></div>")))
    assert found["Box Estate"] == "related"


def test_captions_printed_again_below_a_strip_of_thumbnails_are_no_captions_twice() -> None:
    inside = "".join(
        f"<div>2026 BMW X{n} {view} View BMW</div>" for n in (3, 5) for view in ("Front", "Rear")
    )
    strip = "<ul><li>2026 BMW X3 Front View<li>2026 BMW X5 Rear View<li>2026 BMW X7 Side View</ul>"
    article = clean_html(page(strip, inside + PROSE))
    assert [caption.text for caption in article.captions][4:] == ["2026 BMW X7 Side View"]
    assert rules(article)["2026 BMW X5 Rear View"] == "repeated captions"
