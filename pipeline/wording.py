"""What a block's own text says, in plain numbers: how it is written, what its words mean, what it repeats.

What words are worth comes from the scorer's model, where `benchmarks/train.py` puts it.
"""

import re
import string
from collections.abc import Mapping

from pipeline.article import Block, Metadata
from pipeline.captions import read_caption
from pipeline.lexicon import hints
from pipeline.steps import MAX_CAPTION_LINE, furniture_rule, is_closing
from pipeline.titles import fold

# What parts words in texts and in class names.
SIGNS = dict.fromkeys(
    map(
        ord,
        string.punctuation
        + string.digits
        + "\u00ab\u00bb\u201e\u201c\u201d\u201a\u2018\u2019\u2026\u2013\u2014\u00b7\u00a9"
        + "\u3002\u3001\uff0c\uff01\uff1f\uff1a\uff08\uff09\u300c\u300d",
    ),
    " ",
)
# Scripts that set no spaces between words; a character of theirs counts as much as 0.4 words.
WIDE = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
READ = 200  # characters of a block whose words are looked up
LONG = 600  # characters; longer than any standfirst
# What texts end in, by its number: a sentence, a question, a heading, a teaser.
ENDINGS = {
    sign: float(at)
    for at, signs in enumerate((".\u3002", "!?\uff01\uff1f", ":\uff1a", "\u2026", "\u00bb\u203a\u2192>"), 1)
    for sign in signs
}
LINKING = 5.0  # endings from here on are no sentence's
CLOSERS = "\"'\u201d\u2019\u00bb)] "
SET_APART = re.compile("[|\u00a9@\u2192\u00bb\u203a>\u2022\u00b7/]")
UPPER = bytes(range(65, 91))
NUMERALS = bytes(range(48, 58))

SAID = (
    "words",
    "letters a word",
    "commas",
    "sentence end",
    "ending",  # its number in `ENDINGS`
    "opening",  # 1 lower case, 2 upper case, 3 digit, 4 other
    "capitals",
    "digits",
    "signs",
    "meaning",  # of its words: log-odds to stand in a body, mean
    "lowest meaning",
    "hints",  # words of appeals and offers
    "hints' share",
    "share of title",
    "title's share",
    "described",  # 1.0 where the page's description holds it
    "furniture",  # 1 by the lexicon, 2 where it opens a box of other content
    "caption",  # by the grammar of captions: 1 with a credit, 2 with a view
)


def words_of(text: str) -> list[str]:
    """The words of a block's beginning, lower case."""
    return text[:READ].lower().translate(SIGNS).split()


class TextReader:
    """Says what a block's own text says, in the order of `TEXT` from `OWN` on, on one page."""

    def __init__(self, meta: Metadata, words: Mapping[str, float]) -> None:
        self.title = set(words_of(meta.title or ""))
        self.told = fold(meta.evidence.get("description", ""))
        self.words = words
        self.hints = hints()

    def said_by(self, block: Block) -> tuple[float, ...]:
        """How the text is written, what its words mean, what it shares with title and description."""
        text, words = block.text, self.words
        size = len(text)
        spaced = text.count(" ") + 1.0
        if not text.isascii():
            spaced += len(WIDE.findall(text)) * 0.4
        head = text[:READ]
        tokens = head.lower().translate(SIGNS).split()
        values = [words[token] for token in tokens if token in words]
        common, furniture, caption = 0, 0.0, 0.0
        if size < READ:
            common = len(self.title.intersection(tokens))
            if furniture_rule(text):
                furniture = 2.0 if is_closing(block) else 1.0
            if size < MAX_CAPTION_LINE and (read := read_caption(text)):
                caption = 2.0 if read.view else 1.0
        plain = head.encode()
        hinted = len(self.hints.intersection(tokens))
        ending = ENDINGS.get(text[-1]) or ENDINGS.get(text.rstrip(CLOSERS)[-1:], 0.0)
        return (
            spaced,
            size / spaced,
            text.count(","),
            1.0 if 0.0 < ending < LINKING else 0.0,
            ending,
            opening(text[0]),
            1.0 - len(plain.translate(None, UPPER)) / len(plain),
            1.0 - len(plain.translate(None, NUMERALS)) / len(plain),
            len(SET_APART.findall(head)),
            sum(values) / (len(tokens) + 2),
            min(values, default=0.0),
            hinted,
            hinted / (len(tokens) or 1),
            common / (len(self.title) or 1),
            common / (len(tokens) or 1),
            self.described(text) if self.told and 15 < size < LONG else 0.0,
            furniture,
            caption,
        )

    def described(self, text: str) -> float:
        """How much of the text the page's description holds: all 1.0, its beginning 0.5, else 0."""
        key = fold(text)
        if key and (key in self.told or self.told in key):
            return 1.0
        return 0.5 if len(key) > 40 and key[:40] in self.told else 0.0


def opening(sign: str) -> float:
    """What a text begins with: 1 lower case, 2 upper case, 3 a digit, 4 anything else."""
    return 1.0 if sign.islower() else 2.0 if sign.isupper() else 3.0 if sign.isdigit() else 4.0
