"""The room's public names: each is there, and none is paid for by those who do not ask for it."""

import subprocess
import sys
from types import ModuleType

import pytest

import pipeline

HEAVY = ("selectolax", "w3lib", "pipeline.clean", "pipeline.lexicon", "tomllib")


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import pipeline.article", "import pipeline.rules", "from pipeline import CleanArticle, RULES_VERSION"],
)
def test_asking_for_types_alone_loads_no_parser(statement: str) -> None:
    assert loaded_by(statement) == set()


def test_asking_for_the_cleaner_loads_it() -> None:
    assert "selectolax" in loaded_by("from pipeline import clean_html")


@pytest.mark.parametrize("name", pipeline.__all__)
def test_every_public_name_is_there_and_hides_no_file_of_the_room(name: str) -> None:
    assert not isinstance(getattr(pipeline, name), ModuleType)
    assert name in dir(pipeline)
    with pytest.raises(ModuleNotFoundError):
        __import__(f"pipeline.{name}")


def test_an_unknown_name_is_said_to_be_unknown() -> None:
    with pytest.raises(AttributeError, match="no attribute 'gearbox'"):
        pipeline.gearbox  # noqa: B018 - the look-up is the thing under test
