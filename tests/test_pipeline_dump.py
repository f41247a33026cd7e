import json
import os
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import CleanArticle
from pipeline.dump import clean_text
from pipeline.lines import lines_of
from pipeline.verdict import REASONS

TITLE = "Kia Shows The Small Electric Van That Postmen Asked For"
DEK = "It is cheap. It is also yellow."
LEAD = (
    "Kia has pulled the cloth off a small electric van made for people who bring letters, and the first "
    "hundred of them go to the islands next summer. The driver stands or sits, the doors slide into the "
    "walls, and the shelves behind can be changed without a tool."
)
MIDDLE = (
    "The battery lies under the floor and holds 42 kWh, enough for two rounds a day with the heater on. "
    "Kia says that a van comes back with a third of its charge left even in January, and that the "
    "brakes last as long as the van does."
)
QUOTE = (
    '"We rode along with a postwoman for a week," said the head of design, who asked us not to print '
    'what the dog did. "After that we threw away the first three drawings and began with the step."'
)
LAST = (
    "Orders open in May. A longer van with a cold room follows a year later, once the second hall of "
    "the factory is dry, and a version for bakers has been drawn but not promised."
)


def cleaned(*lines: str, url: str | None = None) -> CleanArticle:
    return clean_text("\n".join(lines), url)


def rules(article: CleanArticle) -> dict[str, str]:
    return {cut.block.text: cut.rule for cut in article.cuts}


def carbuzz_like(counter: str = "Industry News / Comments") -> str:
    groups = [
        [TITLE],
        [counter],
        [DEK],
        [LEAD],
        [
            "2031-2033 Kia Postino Van Front View Kia",
            "Dashboard CarBuzz",
            "Seats CarBuzz",
            "Front Angle View Driving Kia",
        ],
        [MIDDLE],
        ["Rear Angle View Kia", "Taillights", "2031-2033 Kia Postino Van Trunk Jo Miller", "Kia/Jo Miller"],
        [QUOTE],
        [LAST],
        ["Aft View CarBuzz", "Badge CarBuzz", "null"],
        ["Join The Discussion", "", ""],
        ["2031-2033 Kia Postino Van Front View", "Dashboard", "Taillights", "Rear Angle View"],
        ["Related Cars"],
        ["To Top"],
    ]
    return "\n\n".join("\n".join(group) for group in groups)


def test_seed_dump_becomes_the_expected_article() -> None:
    folder = Path(os.environ.get("CARNEWS_SEED", Path(__file__).parents[2] / "shared" / "seed"))
    if not (folder / "carbuzz-2019.txt").exists():
        pytest.skip(f"no seed dump in {folder}; set CARNEWS_SEED to its folder")
    expected = json.loads((folder / "carbuzz-2019.json").read_text(encoding="utf-8"))
    article = clean_text((folder / "carbuzz-2019.txt").read_text(encoding="utf-8"), url=expected["url"])
    found = article.as_json()
    assert {name: found[name] for name in expected} == expected
    assert article.verdict == "article"


def test_dump_of_the_same_shape_and_other_content_comes_apart() -> None:
    article = clean_text(carbuzz_like())
    assert article.title == TITLE
    assert article.section == "Industry News"
    assert article.standfirst == DEK
    assert article.paragraphs == [LEAD, MIDDLE, QUOTE, LAST]
    assert article.removed == ["Industry News / Comments", "Join The Discussion", "Related Cars", "To Top"]
    assert article.makes == ("Kia",)
    assert [(c.subject, c.view, c.credit) for c in article.captions] == [
        ("2031-2033 Kia Postino Van", "Front View", "Kia"),
        (None, "Dashboard", "CarBuzz"),
        (None, "Seats", "CarBuzz"),
        (None, "Front Angle View Driving", "Kia"),
        (None, "Rear Angle View", "Kia"),
        (None, "Taillights", None),
        ("2031-2033 Kia Postino Van", "Trunk", "Jo Miller"),
        (None, None, "Kia/Jo Miller"),
        (None, "Aft View", "CarBuzz"),
        (None, "Badge", "CarBuzz"),
        (None, None, None),
        ("2031-2033 Kia Postino Van", "Front View", None),
        (None, "Dashboard", None),
        (None, "Taillights", None),
        (None, "Rear Angle View", None),
    ]


@pytest.mark.parametrize(
    "counter", ["2031 Reader Awards / 37 Comments", "Road Tests / 1 Comment", "Vans / 1,204 Comments"]
)
def test_counter_with_a_number_names_the_section(counter: str) -> None:
    article = clean_text(carbuzz_like(counter))
    assert article.section == counter.split(" / ", maxsplit=1)[0]
    assert counter in article.removed
    assert article.standfirst == DEK


def test_same_dump_without_blank_lines_or_with_one_after_every_line_gives_the_same_article() -> None:
    lines = [line for line in carbuzz_like().splitlines() if line]
    usual = clean_text(carbuzz_like())
    for joined in ("\n", "\n\n", "\r\n", "\r\n\r\n", "\n\n\n"):
        article = clean_text(joined.join(lines))
        assert article.paragraphs == usual.paragraphs
        assert article.captions == usual.captions
        assert article.removed == usual.removed


@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_lines_broken_at_a_width_are_joined_again(width: int) -> None:
    wrapped = "\n\n".join(
        "\n".join(textwrap.wrap(group, width)) if len(group) > width and "\n" not in group else group
        for group in carbuzz_like().split("\n\n")
    )
    article = clean_text(wrapped)
    assert article.paragraphs == [LEAD, MIDDLE, QUOTE, LAST]
    assert article.captions == clean_text(carbuzz_like()).captions


def test_spec_card_in_front_leaves_no_title_behind() -> None:
    article = cleaned("e-Postino", "Make", "Kia", "Segment", "Van", "", LEAD, "", MIDDLE)
    assert article.title is article.standfirst is None
    assert article.paragraphs == [LEAD, MIDDLE]
    assert article.removed == ["e-Postino", "Make", "Kia", "Segment", "Van"]


def test_title_above_a_spec_card_stays_the_title() -> None:
    article = cleaned(TITLE, "", "e-Postino", "Make", "Kia", "Segment", "Van", "", LEAD, "", MIDDLE)
    assert article.title == TITLE
    assert article.paragraphs == [LEAD, MIDDLE]


def test_true_sentence_about_the_view_survives_beside_captions() -> None:
    article = cleaned(TITLE, LEAD, "Front View Kia", "Side View Kia", "The front view is superb.", MIDDLE)
    assert "The front view is superb." in article.paragraphs
    assert len(article.captions) == 2


def test_heading_below_captions_stays_a_heading() -> None:
    for gap in ("\n", "\n\n"):
        article = clean_text(
            gap.join([TITLE, LEAD, "Front View Kia", "Side View Kia", "Interior", MIDDLE, "Engine", LAST])
        )
        assert article.paragraphs == [LEAD, "Interior", MIDDLE, "Engine", LAST]


def test_headline_printed_twice_in_the_text_goes() -> None:
    stranger = "Is This Rower The Best Of All Time?"
    article = cleaned(TITLE, LEAD, stranger, stranger, MIDDLE)
    assert article.paragraphs == [LEAD, MIDDLE]
    assert article.removed == [stranger, stranger]


def test_title_and_standfirst_printed_again_go() -> None:
    article = cleaned(TITLE, TITLE, "Vans / Comments", DEK, DEK, LEAD, MIDDLE)
    assert (article.title, article.standfirst) == (TITLE, DEK)
    assert article.paragraphs == [LEAD, MIDDLE]


def test_byline_date_and_share_bar_leave_the_text_and_fill_fields() -> None:
    bar = ["Share", "Facebook", "X", "Reddit", "Email"]
    article = cleaned(
        TITLE, "By Jane Smith and Joe van Dyke", "Published", "on", "March 3, 2031", *bar, LEAD, MIDDLE
    )
    assert article.authors == ("Jane Smith", "Joe van Dyke")
    assert article.as_json()["published_at"] == "2031-03-03T00:00:00Z"
    assert article.paragraphs == [LEAD, MIDDLE]
    assert article.removed == ["Published", "on", *bar]


@pytest.mark.parametrize(
    "line",
    [
        "By Jane Smith | 3 March 2031",
        "March 3rd, 2031 by Jane Smith",
        "By Jane Smith · Mar 3, 2031 · 4 min read",
        "By Jane Smith on March 3, 2031",
        "Posted by: Jane Smith, 3 March 2031",
    ],
)
def test_byline_with_a_date_gives_both(line: str) -> None:
    article = cleaned(TITLE, line, LEAD, MIDDLE)
    assert article.authors == ("Jane Smith",)
    assert article.as_json()["published_at"] == "2031-03-03T00:00:00Z"


def test_german_dump_comes_apart() -> None:
    lead = "Der kleine Transporter kommt im Mai zu den Händlern und kostet weniger, sagt der Hersteller."
    more = "Die Batterie liegt unter dem Boden. Sie reicht auch im Januar für zwei Runden am Tag."
    dump = f"""Neuer Transporter für die Post

Von:
Max Muster
Übersetzt von:
Erika Beispiel

{lead}

Bildergalerie: Neuer Transporter
14 Bilder

Mehr zum Transporter:
Erster Test auf der Insel
So sitzt der Fahrer

Foto: Jo Müller

Technik

{more}

Quelle:
Werkbote
++
Auf Facebook teilen
Auf WhatsApp teilen
E-Mail senden
Meistgelesen
Erste Schlagzeile von heute
Zweite Schlagzeile von heute
Kommentieren!"""
    article = clean_text(dump)
    assert article.title == "Neuer Transporter für die Post"
    assert article.authors == ("Max Muster", "Erika Beispiel")
    assert article.paragraphs == [lead, "Technik", more]
    assert [caption.credit for caption in article.captions] == ["Jo Müller"]


@pytest.mark.parametrize(
    ("heading", "lines"),
    [
        ("Related Cars", ["Kia Postino Long", "Kia Postino Cold"]),
        ("Meistgelesen", ["Erste Schlagzeile", "Zweite Schlagzeile", "Dritte Schlagzeile"]),
        ("À lire aussi", ["Une autre camionnette arrive", "Le facteur est content"]),
        ("Te puede interesar", ["Otra furgoneta llega en mayo"]),
        ("Leggi anche", ["Arriva un altro furgone"]),
        ("About the Author", ["Jane Smith drives vans.", "She lives by the sea."]),
        ("7 Comments", ["bob", "Nice van, would buy it.", "Reply", "2 hours ago", "ann", "So would I, bob."]),
    ],
)
def test_box_at_the_end_goes_with_its_heading(heading: str, lines: list[str]) -> None:
    article = cleaned(TITLE, LEAD, MIDDLE, LAST, heading, *lines)
    assert article.paragraphs == [LEAD, MIDDLE, LAST]
    assert article.removed == [heading, *lines]


def test_related_box_in_mid_article_keeps_the_rest() -> None:
    article = cleaned(
        TITLE, "", LEAD, "", "Related Stories", "A van with wings", "A van without", "", MIDDLE, "", LAST
    )
    assert article.paragraphs == [LEAD, MIDDLE, LAST]


def test_comment_button_in_mid_article_keeps_the_rest() -> None:
    article = cleaned(TITLE, "CommentsJoin the Convo", LEAD, "Join The Discussion", MIDDLE, QUOTE, LAST)
    assert article.paragraphs == [LEAD, MIDDLE, QUOTE, LAST]


def test_readers_talk_behind_the_text_goes_without_a_heading() -> None:
    talk = ["oldschool77", "2 hours ago", "They lost me at the dipstick.", "Reply"]
    talk += [
        "Wrench Bender",
        "3 hours ago",
        "Mine is still on its first clutch, and so is my wife's.",
        "Reply",
    ]
    article = clean_text("\n\n".join([TITLE, DEK, LEAD, MIDDLE, QUOTE, LAST, *talk]))
    assert article.paragraphs == [LEAD, MIDDLE, QUOTE, LAST]
    assert set(talk) <= set(article.removed)


def test_one_age_in_the_text_is_no_readers_talk() -> None:
    article = clean_text(f"{TITLE}\n\n{DEK}\n\n{LEAD}\n\n{MIDDLE}\n\n{QUOTE}\n\n2 hours ago\n\n{LAST}")
    assert article.paragraphs == [LEAD, MIDDLE, QUOTE, LAST]


def test_teasers_above_the_headline_do_not_hide_it() -> None:
    teasers = ["Most Popular", "A van with wings", "A van without wheels", "Seven vans compared"]
    article = cleaned(
        *teasers, TITLE, LEAD, MIDDLE, url="https://motor.example/news/kia-shows-small-electric-van-postmen/"
    )
    assert article.title == TITLE
    assert article.paragraphs == [LEAD, MIDDLE]


def test_menu_above_the_headline_goes() -> None:
    menu = ["Vans", "Test drives", "Electric"]
    article = cleaned(*menu, TITLE, LEAD, MIDDLE)
    assert article.title == TITLE
    assert article.paragraphs == [LEAD, MIDDLE]
    assert article.removed == menu


def test_short_first_paragraph_is_no_standfirst_without_headline() -> None:
    article = cleaned("Kia has drawn a van for the post.", LEAD, MIDDLE)
    assert article.title is article.standfirst is None
    assert len(article.blocks) == 3


def test_openers_sources_and_appeals_go() -> None:
    furniture = [
        "Related: Kia draws a bus",
        "SEE ALSO: The bus that Kia drew",
        "[Source: Postal Weekly]",
        "Sign up for our newsletter and get a van in your inbox.",
        "Follow us on Google News",
        "Advertisement",
        "FacebookTwitterReddit",
    ]
    article = cleaned(TITLE, LEAD, *furniture[:3], MIDDLE, LAST, *furniture[3:])
    assert article.paragraphs == [LEAD, MIDDLE, LAST]
    assert article.removed == furniture


def test_author_biography_at_the_end_goes() -> None:
    bio = "Jane Smith is a freelance journalist with a passion for vans who covered the post for years."
    assert cleaned(TITLE, "By Jane Smith", LEAD, MIDDLE, bio).paragraphs == [LEAD, MIDDLE]
    assert cleaned(TITLE, LEAD, MIDDLE, bio).paragraphs == [LEAD, MIDDLE]


def test_person_in_the_last_paragraph_is_no_biography() -> None:
    last = "Jane Smith, head of design, joined in spring and has drawn nothing but vans since then."
    assert cleaned(TITLE, LEAD, MIDDLE, last).paragraphs == [LEAD, MIDDLE, last]


def test_headings_and_list_items_stay() -> None:
    items = ["- 42 kWh battery", "- two sliding doors", "• a step that heats", "1. a bell"]
    article = cleaned(TITLE, LEAD, "What It Brings", *items, "On The Road", MIDDLE)
    assert article.paragraphs == [LEAD, "What It Brings", *items, "On The Road", MIDDLE]
    assert [block.kind.value for block in article.blocks][1:3] == ["heading", "item"]


def test_headlines_after_the_last_text_go() -> None:
    assert cleaned(TITLE, LEAD, MIDDLE, "A van with wings", "A van without").paragraphs == [LEAD, MIDDLE]


def test_title_loses_the_name_of_the_site() -> None:
    assert cleaned(f"{TITLE} | Example Motor", LEAD, MIDDLE).title == TITLE
    assert (
        cleaned(f"{TITLE} - Example Motor", LEAD, MIDDLE, url="https://www.example-motor.com/").title == TITLE
    )
    assert cleaned(f"{TITLE} - At Last", LEAD, MIDDLE).title == f"{TITLE} - At Last"


@pytest.mark.parametrize(
    ("dump", "verdict"),
    [
        ("", "not a page"),
        (" \n\t\r\n\u200b\ufeff", "not a page"),
        ("Share\nTweet\nTo Top", "no text"),
        ("Kia", "no text"),
        ("Front View\nRear View Kia\nSide View\nSeats", "gallery"),
        ("Kia draws a bus\nFord draws a boat\nAudi draws a bath\nBMW draws a bow\nTo Top", "listing"),
        ("404\nPage not found\nThe page you are looking for has moved.", "not found page"),
        ("Just a moment...\nChecking your browser before you go on.", "bot challenge"),
        ("We value your privacy\nWe and our partners store data.\nAccept all", "consent wall"),
        ("A saloon arrives in spring.\nSubscribe to continue reading", "login or paywall"),
    ],
)
def test_what_is_no_article_says_why(dump: str, verdict: str) -> None:
    assert clean_text(dump).verdict == verdict
    assert verdict in REASONS


def test_listing_with_teasers_says_so() -> None:
    teaser = [
        "Kia draws a bus for {n}",
        "The bus has {n} doors and goes on sale in spring, says Kia.",
        "Read more",
        "{n} hours ago",
    ]
    article = clean_text("\n".join(line.format(n=n) for n in range(2, 9) for line in teaser))
    assert article.verdict == "listing"


def test_short_text_without_headline_is_an_article() -> None:
    assert clean_text(LEAD).verdict == "article"
    assert clean_text(LEAD).paragraphs == [LEAD]


def test_stray_characters_do_no_harm() -> None:
    messy = "\ufeff" + "\r\n\r\n".join(
        [TITLE, LEAD.replace(" ", "\u00a0"), MIDDLE.replace("e", "e\u200b"), QUOTE.replace('"', "\u201c")]
    )
    article = clean_text(messy.replace("van", "van\x00") + "\ud800\x85\u2028" + LAST)
    assert article.title == TITLE.replace("Van", "Van")
    assert article.paragraphs[0] == LEAD
    assert article.paragraphs[1] == MIDDLE
    assert article.paragraphs[-1] == LAST
    json.dumps(article.as_json(), ensure_ascii=False).encode()


def test_url_is_kept_as_given() -> None:
    assert clean_text(LEAD, url="https://motor.example/a").url == "https://motor.example/a"
    assert clean_text(LEAD, url="http://[bad").url == "http://[bad"


def test_clean_text_stays_as_it_is() -> None:
    for dump in (
        carbuzz_like(),
        carbuzz_like("Vans / 7 Comments"),
        f"{TITLE}\n{LEAD}\nOn The Road\n{MIDDLE}\n{LAST}",
    ):
        once = clean_text(dump)
        again = clean_text(once.text)
        assert again.paragraphs == once.paragraphs
        assert again.cuts == ()


PIECES = st.one_of(
    st.sampled_from(
        [
            *carbuzz_like().splitlines(),
            "By Jane Smith",
            "March 3, 2031",
            "Make",
            "Segment",
            "Comments",
            "Newsletter",
            "X",
        ]
    ),
    st.sampled_from(
        [
            "Facebook",
            "Reply",
            "2 hours ago",
            "Quelle:",
            "- an item",
            "Read more",
            "About the Author",
            "Source",
        ]
    ),
    st.text(max_size=60),
    st.text(alphabet="abc DEF.,:/|-\u2028\u00a0\u200b\ufeff\ud800\x00\r", max_size=200),
)
DUMPS = st.lists(PIECES, max_size=40).map("\n".join)


@given(DUMPS, st.none() | st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_every_line_is_kept_or_cut_and_no_word_is_lost(dump: str, url: str | None) -> None:
    article = clean_text(dump, url)
    blocks = [*article.blocks, *(cut.block for cut in article.cuts)]
    in_order = sorted(blocks, key=lambda block: block.order)
    assert [block.text for block in in_order] == [line.text for line in lines_of(dump)]
    assert [block.order for block in in_order] == list(range(len(in_order)))
    assert [block.order for block in article.blocks] == sorted(block.order for block in article.blocks)
    assert len(article.captions) == sum(cut.became == "captions" for cut in article.cuts)


@given(DUMPS)
@settings(max_examples=150, deadline=None)
def test_lines_hold_every_visible_character_of_the_dump(dump: str) -> None:
    dropped = str.maketrans("", "", "\u200b\ufeff\u00ad\u2060")
    visible = [c for c in dump.translate(dropped) if c.isalnum()]
    lines = "".join(line.text for line in lines_of(dump))
    assert sum(c.isalnum() for c in lines) >= len(visible) * 0.5  # composed accents may join two characters
    assert set("abcDEF.,") & set(dump) <= set(lines) | set(".,")


@given(st.text())
@settings(max_examples=200)
def test_any_text_gives_an_article_or_a_reason(text: str) -> None:
    article = clean_text(text)
    assert article.verdict == "article" or article.verdict in REASONS
    json.dumps(article.as_json(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "Comments\n",
        "Related Cars\nfoo bar\n",
        "Make\nKia\n",
        "Front View\n",
        "Seats\n",
        "Photo: ",
        ".\n",
        "- ",
        "a/",
        "By Al Bo\n",
    ],
)
def test_long_dumps_are_cleaned_in_time(piece: str) -> None:
    began = time.process_time()
    clean_text(piece * (100_000 // len(piece)))
    assert time.process_time() - began < 10  # linear: below 1 s; a square in the lines would take minutes
