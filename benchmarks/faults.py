"""What one page lost and what leaked into it, line by line: where to look for causes."""

from collections.abc import Sequence
from typing import Any

from marks import SHINGLE, Answer, counted, fields, plain, shingles, words

HELD = 0.5  # share of its 4-grams from which a line counts as standing in a text
TELLING = 20  # letters from which a part of a cut block stands for it


class Held:
    """A text that can be asked which lines it holds."""

    def __init__(self, text: str) -> None:
        tokens = words(text)
        self.whole = f" {' '.join(tokens)} "
        self.grams = set(shingles(tokens))

    def __contains__(self, line: str) -> bool:
        tokens = words(line)
        if len(tokens) < SHINGLE:
            return f" {' '.join(tokens)} " in self.whole
        grams = shingles(tokens)
        return sum(gram in self.grams for gram in grams) >= HELD * len(grams)


def faults(gold: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Lines and snippets lost, with the rule that cut each, those leaked, and fields read wrong."""
    found: dict[str, Any] = {}
    if gold.get("text"):
        found["lost"] = with_rules(absent(gold["text"], answer.text), answer)
        found["leaked"] = absent(answer.text, gold["text"])
    gone = [snippet for snippet in gold.get("with") or () if not counted([snippet], answer.text)[0]]
    found["snippets lost"] = with_rules(gone, answer)
    found["snippets leaked"] = [s for s in gold.get("without") or () if counted([s], answer.text)[0]]
    read = {"title": answer.title, "authors": list(answer.authors), "date": answer.day}
    found["fields"] = {
        name: {"wanted": gold[name], "read": read[name]}
        for name, right in fields(gold, answer).items()
        if not right
    }
    return {name: value for name, value in found.items() if value}


def absent(text: str, other: str) -> list[str]:
    """The lines of a text that another does not hold."""
    held = Held(other)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in lines if words(line) and line not in held]


def with_rules(lines: Sequence[str], answer: Answer) -> list[dict[str, str]]:
    """Each line with the rule that cut it, or what became of it."""
    cuts = [(plain(cut.block.text), cut.became or cut.rule) for cut in answer.cuts] if lines else []
    return [{"text": line, "rule": rule_of(plain(line), cuts)} for line in lines]


def rule_of(line: str, cuts: Sequence[tuple[str, str]]) -> str:
    for text, rule in cuts:
        if text == line or (len(line) >= TELLING and line in text) or (len(text) >= TELLING and text in line):
            return rule
    return "no such block"
