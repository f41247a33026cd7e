import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon import closing, fold, furniture, wall

FURNITURE = [
    ("Join The Discussion", "comments"),
    ("CommentsJoin the Convo", "comments"),
    ("Industry News / Comments", "section counter"),
    ("2031 Reader Awards / 37 Comments", "section counter"),
    ("Road Tests / 1 Comment", "section counter"),
    ("12 Comments", "comments"),
    ("Comments (7)", "comments"),
    ("Leave a Reply", "comments"),
    ("3 Kommentare", "comments"),
    ("Einen Kommentar schreiben", "comments"),
    ("Laisser un commentaire", "comments"),
    ("Deja un comentario", "comments"),
    ("Lascia un commento", "comments"),
    ("Your email address will not be published. Required fields are marked *", "comment form"),
    ("Bitte rechnen Sie 6 plus 7.", "comment form"),
    ("Related Cars", "related"),
    ("RELATED ARTICLES", "related"),
    ("You may also like:", "related"),
    ("Mehr zum Thema", "related"),
    ("Das könnte Sie auch interessieren …", "related"),
    ("À lire aussi", "related"),
    ("Te puede interesar", "related"),
    ("Articoli correlati", "related"),
    ("More from Example Motor", "related"),
    ("17 hours agoThe fastest van we know", "related"),
    ("Most Popular", "most read"),
    ("Meistgelesen", "most read"),
    ("Les plus lus", "most read"),
    ("Lo más leído", "most read"),
    ("To Top", "page navigation"),
    ("↑ Back to top", "page navigation"),
    ("Zum Seitenanfang", "page navigation"),
    ("Home > Racing > Racing News", "breadcrumb"),
    ("FacebookTwitterReddit", "share bar"),
    ("Email Facebook Twitter Pinterest", "share row"),
    ("Auf Facebook teilen", "share bar"),
    ("Share on WhatsApp", "share bar"),
    ("Partager", "share bar"),
    ("Advertisement", "advertisement"),
    ("Advertisement - Article continues below", "advertisement"),
    ("ANZEIGE", "advertisement"),
    ("Publicité", "advertisement"),
    ("Read More...", "read more"),
    ("(Read More…)", "read more"),
    ("[Weiterlesen...]", "read more"),
    ("Lire la suite", "read more"),
    ("SEE ALSO:  The saloon that sings", "read more"),
    ("Related: 2031 Kestrel estate spied again.", "read more"),
    ("MORE:Kestrel Showroom", "read more"),
    ("Watch: Kestrel laps the ring", "read more"),
    ("[Source: Kestrel Weekly]", "source"),
    ("Quelle: Automedia", "source"),
    ("14 Bilder", "section counter"),
    ("24 weitere Bilder anzeigen...", "section counter"),
    ("View all 32 photos", "gallery teaser"),
    ("Bildergalerie: Der neue Kleinwagen", "gallery teaser"),
    ("PHOTO GALLERY", "gallery teaser"),
    ("Newsletter", "newsletter"),
    ("Sign up for our daily newsletter and never miss a car.", "newsletter"),
    (
        "Subscribe to Kestrel Weekly on YouTube for exclusive videos and subscribe to the podcast.",
        "newsletter",
    ),
    ("Follow us on Facebook and Twitter", "follow us"),
    ("About the Author", "author box"),
    ("Übersetzt von:", "byline label"),
    ("Filed underKestrel", "byline label"),
    ("LISTEN 05:46", "media player"),
    ("4 min read", "reading time"),
    ("2 hours ago", "age"),
    ("© 2031 Example Media. All rights reserved.", "copyright"),
    ("The post Kestrel shows estate appeared first on Example Motor.", "feed residue"),
    ("++", "rule line"),
    ("0", "rule line"),
    ("img 6589 1600x1200 498x332", "picture name"),
    ("Accept all cookies", None),  # no phrase of ours: the table must not grow by accident
]

SENTENCES = [
    "The front view is superb.",
    "Comments from the chief engineer suggest a launch in May.",
    "Related cars share the platform.",
    "He wrote a newsletter for owners.",
    "You may also like the softer of the two dampers.",
    "Read more carefully, the figures tell another story.",
    "More from the same engine would hurt its life.",
    "More: the battery now holds 80 kWh.",
    "Watch for ice on the bridge.",
    "Follow the coast road on a clear day and the roof comes off.",
    "Share prices fell by a tenth.",
    "Advertisements for the first car showed a sheepdog.",
    "Home is where the charger is.",
    "Next year the estate follows.",
    "Photos by the factory show a lower roof.",
    "Pictures do not do the paint justice.",
    "Sign up for a test drive and the dealer brings the car.",
    "Subscribers to the service pay by the month.",
    "Most popular of all was the green one.",
    "Trending upwards, sales reached 12,000.",
    "Twelve comments were enough to change the grille.",
    "The gallery of engines fills two floors.",
    "Source code for the radio is public.",
    "Back to top form, the team won twice.",
    "Top speed is 250 km/h.",
    "Sponsored by nobody, he drove to the cape.",
    "Interior",
    "Engine and gearbox",
    "Verdict",
    "What we like",
    "Price and rivals",
    "On the road",
    "Features",
    "Der Kommentar des Chefs fiel knapp aus.",
    "Mehr Leistung braucht der Wagen nicht.",
    "Weiter hinten sitzt man besser.",
    "Die Anzeige im Cockpit ist gut lesbar.",
    "Quelle des Problems war ein Stecker.",
    "La publicité parlait d'un autre moteur.",
    "Suivre la route reste facile.",
    "Más potencia no le hace falta.",
    "La pubblicità prometteva altro.",
    "About the author of the design little is known.",
    "The saloon costs £30,000 / the estate £2,000 more.",
    "A 30-day trial comes free.",
    "2 hours ago the road was dry, now it is a river.",
    "Sigue siendo el coche más vendido en España.",
    "Suivez la route sur dix kilomètres.",
    "Mehr zum Glück fehlt dem Wagen nicht.",
    "Start/Stop",
    "More about the engine",
    "Popular in Europe",
    "Like the scoop on X models, the intake is false.",
    "Twenty images a second feed the computer.",
]


@pytest.mark.parametrize(("line", "rule"), FURNITURE, ids=[line for line, _ in FURNITURE])
def test_furniture_line_is_named_by_its_rule(line: str, rule: str | None) -> None:
    assert furniture(line) == rule


@pytest.mark.parametrize("line", SENTENCES)
def test_true_sentence_or_heading_is_no_furniture(line: str) -> None:
    assert furniture(line) is None
    assert closing(line) is None


@pytest.mark.parametrize(
    "line", ["Related Cars", "Meistgelesen", "Comments", "7 Comments", "Newsletter", "Über den Autor"]
)
def test_heading_of_a_box_closes(line: str) -> None:
    assert closing(line) is not None


@pytest.mark.parametrize(
    "line", ["To Top", "Advertisement", "Related: the other saloon", "Industry News / Comments", "Share"]
)
def test_furniture_that_heads_no_box_does_not_close(line: str) -> None:
    assert furniture(line)
    assert closing(line) is None


def test_case_quotes_and_outer_punctuation_make_no_difference() -> None:
    assert {furniture(line) for line in ("Don’t miss: x y", "DON'T MISS: x y", "don't miss: x y")} == {
        "read more"
    }
    assert fold("  « Read  More… » ") == "read more"


def test_wall_is_told_by_its_words() -> None:
    assert wall(["Just a moment...", "Checking your browser"]) == "bot challenge"
    assert wall(["404", "Page not found"]) == "not found page"
    assert wall(["The saloon goes on sale."]) is None


@given(st.text())
def test_any_line_gets_an_answer(line: str) -> None:
    assert furniture(line) is None or isinstance(furniture(line), str)
    assert closing(line) is None or closing(line) == furniture(line)


@pytest.mark.parametrize(
    "piece", ["more from ", "a / ", "sign up for newsletter ", "(", "follow x on ", "aB", " of ", "© "]
)
def test_long_repetitions_are_answered_at_once(piece: str) -> None:
    lines = [piece * n for n in range(1, 400)]
    began = time.process_time()
    for line in lines:
        furniture(line)
    assert time.process_time() - began < 5  # linear: some 10 ms; a backtracking expression takes minutes
