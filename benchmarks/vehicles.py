"""How right the vehicles named in a text are, on sentences of our own with expected answers.

    python benchmarks/vehicles.py [--held] [--wrong]

`vehicles_set.toml` beside this file says what its sentences hold. Precision and recall are over all of them
together: of makes, of make and model, and of make, model and year. `--held` reads the third kept back,
`--wrong` lists each sentence answered wrongly. The exit code is always 0: the floors are in the tests.
"""

import argparse
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.vehicles import vehicles_in

SET = Path(__file__).parent / "vehicles_set.toml"
PARTS = ("makes", "models", "years")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the facts it states: part ("makes"), then what is named there."""

    text: str
    facts: frozenset[tuple[Any, ...]]
    trap: bool
    held: bool

    def found(self) -> frozenset[tuple[Any, ...]]:
        """The facts that the reader finds."""
        return facts((v.make, v.model, *v.years) for v in vehicles_in(["", self.text]))


def facts(vehicles: Iterator[Sequence[Any]]) -> frozenset[tuple[Any, ...]]:
    """Each vehicle (make, model, years...) as its single facts."""
    told: set[tuple[Any, ...]] = set()
    for make, model, *years in vehicles:
        told.add(("makes", make))
        told |= {("models", make, model)} if model else set()
        told |= {("years", make, model, year) for year in years}
    return frozenset(told)


def sentences() -> list[Sentence]:
    """All sentences of the set, in its order."""
    lists = tomllib.loads(SET.read_text(encoding="utf-8")).values()
    return [
        Sentence(row["text"], facts(whole(v) for v in row.get("is", ())), kind == "traps", "held" in row)
        for language in lists
        for kind, rows in language.items()
        for row in rows
    ]


def whole(vehicle: Sequence[Any]) -> Sequence[Any]:
    """A vehicle of the set with a place for the model it may lack."""
    return vehicle if len(vehicle) > 1 else [*vehicle, None]


def marks(chosen: Sequence[Sentence], part: str) -> tuple[float, float, int]:
    """Precision and recall of `part` over the sentences (0-1), and how many facts were to be found."""
    right = said = wanted = 0
    for sentence in chosen:
        found = {fact for fact in sentence.found() if fact[0] == part}
        true = {fact for fact in sentence.facts if fact[0] == part}
        right, said, wanted = right + len(found & true), said + len(found), wanted + len(true)
    return right / said if said else 1.0, right / wanted if wanted else 1.0, wanted


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--held", action="store_true", help="the third kept back, instead of the rest")
    ask.add_argument("--wrong", action="store_true", help="list the sentences answered wrongly")
    asked = ask.parse_args()
    chosen = [sentence for sentence in sentences() if sentence.held == asked.held]
    traps = sum(sentence.trap for sentence in chosen)
    print(f"{len(chosen)} sentences, {traps} of them traps")
    print(f"{'':8}precision  recall  of")
    for part in PARTS:
        precision, recall, wanted = marks(chosen, part)
        print(f"{part:8}{precision:9.3f}{recall:8.3f}{wanted:4}")
    for sentence in chosen if asked.wrong else ():
        more, less = sentence.found() - sentence.facts, sentence.facts - sentence.found()
        if more or less:
            print(
                f"{sentence.text}\n  too many {sorted(map(str, more))}\n  missing  {sorted(map(str, less))}"
            )


if __name__ == "__main__":
    main()
