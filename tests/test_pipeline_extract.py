import pytest

from pipeline import Kind, Rules
from pipeline.extract import extract


def texts(html: str, **options: object) -> list[str]:
    return [block.text for block in extract(html, **options).blocks]  # type: ignore[arg-type]


def test_every_text_of_the_page_is_a_block_in_page_order() -> None:
    html = "<nav>Home</nav><h1>Title</h1><p>One <b>bold</b> word.</p><footer>End</footer>"
    extraction = extract(html)
    assert [b.text for b in extraction.blocks] == ["Home", "Title", "One bold word.", "End"]
    assert [b.order for b in extraction.blocks] == [0, 1, 2, 3]


def test_text_directly_in_a_box_keeps_its_place_between_paragraphs() -> None:
    assert texts("<div>Before<p>Inside</p>After</div>") == ["Before", "Inside", "After"]


def test_inline_elements_keep_the_space_that_stands_between_them() -> None:
    assert texts("<p><b>one</b> <i>two</i>, three</p>") == ["one two, three"]


def test_scripts_and_styles_are_no_text() -> None:
    assert texts("<p>a</p><script>var x = 1</script><style>p{}</style><noscript>n</noscript><p>b</p>") == [
        "a",
        "b",
    ]


def test_a_double_line_break_parts_paragraphs_and_a_single_one_stays_a_line() -> None:
    assert texts("<div>First line<br>second line<br><br>Next paragraph</div>") == [
        "First line\nsecond line",
        "Next paragraph",
    ]


def test_kinds_follow_the_elements() -> None:
    html = (
        "<h2>Head</h2><ul><li>Item<ul><li>Inner</li></ul></li></ul><blockquote><p>Said</p></blockquote>"
        "<table><tr><td>Cell</td></tr></table><pre>code</pre><figure><figcaption>Seen</figcaption></figure>"
    )
    found = {b.text: (b.kind, b.level) for b in extract(html).blocks}
    assert found == {
        "Head": (Kind.HEADING, 2),
        "Item": (Kind.ITEM, 1),
        "Inner": (Kind.ITEM, 2),
        "Said": (Kind.QUOTE, 0),
        "Cell": (Kind.CELL, 0),
        "code": (Kind.CODE, 0),
        "Seen": (Kind.CAPTION, 0),
    }


def test_link_share_counts_the_characters_inside_links() -> None:
    (block,) = extract('<p><a href="/x">12345</a>67890</p>').blocks
    assert block.link_share == 0.5


def test_boxes_name_the_enclosing_elements_outermost_first() -> None:
    (block,) = extract('<div ID="Main" class="Story  Body"><p class="Lead">Text</p></div>').blocks
    assert [(box.tag, box.names) for box in block.boxes] == [
        ("body", ""),
        ("div", "main story body"),
        ("p", "lead"),
    ]


def test_a_caption_knows_its_picture() -> None:
    html = '<figure><img data-src="/coupe.jpg" src="data:,"><figcaption>The coupe</figcaption></figure>'
    (block,) = extract(html).blocks
    assert block.image == "/coupe.jpg"


@pytest.mark.parametrize("names", ["photo-title", "wp-caption-text", "image-caption", "entry picture-credit"])
def test_a_paragraph_named_as_caption_is_one(names: str) -> None:
    (block,) = extract(f'<div><img src="/a.jpg"><p class="{names}">The coupe from behind</p></div>').blocks
    assert (block.kind, block.image) == (Kind.CAPTION, "/a.jpg")


def test_a_site_s_drop_selector_marks_and_removes_nothing() -> None:
    html = '<p>Text</p><div class="deal">Lease it</div>'
    extraction = extract(html, rules=Rules(drop=(".deal",)))
    assert [(b.text, b.marked) for b in extraction.blocks] == [("Text", None), ("Lease it", "drop .deal")]


def test_a_selector_that_cannot_be_read_is_passed_over() -> None:
    assert texts("<p>Text</p>", rules=Rules(drop=("p[[[",), body="::::", title="<<")) == ["Text"]


def test_hidden_text_is_marked_unless_it_is_most_of_the_page() -> None:
    prose = (
        "A sentence about the car that is long enough to be read as running text, and goes on for a while."
    )
    one = extract(f'<p>{prose} {prose}</p><p style="display: none">{prose}</p>')
    assert [b.marked for b in one.blocks] == [None, "hidden"]
    other = extract(f"<p>Menu</p><div hidden><p>{prose}</p></div>")
    assert [b.marked for b in other.blocks] == [None, None]


def test_invisible_characters_leave_the_text() -> None:
    assert texts("<p>elec\u00adtric\u200b car\u00a0here \ufeff</p>") == ["electric car here"]


def test_text_inside_nested_formatting_is_not_repeated() -> None:
    assert texts("<p><b><i><u>deep</u></i></b> text</p>") == ["deep text"]


def test_mark_up_nested_a_hundred_thousand_deep_is_read() -> None:
    extraction = extract("<div>" * 100_000 + "text")
    assert "mark-up dropped" in extraction.flags or "cut short" in extraction.flags


def test_unclosed_formatting_does_not_multiply() -> None:
    html = "".join(f'<font color="{n}">' for n in range(3000)) + "<p>text" * 3000
    extraction = extract(html)
    assert "mark-up dropped" in extraction.flags
    assert len(extraction.blocks) == 3000
