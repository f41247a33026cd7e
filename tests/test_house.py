"""The house keeps its plan: rooms import inwards only, files and functions stay small."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# room -> the rooms of ours it may import; `crawler.sites` is stricter than the crawler around it
MAY_IMPORT = {
    "pipeline": set(),
    "db": {"pipeline.article"},
    "crawler.sites": {"pipeline.rules"},
    "crawler": {"pipeline", "db"},
    "ops": {"db", "crawler.sites"},
    "scheduler": {"ops", "db", "crawler.sites"},
    "demo": set(),
    "terminal": {"pipeline.article"},
    # of the crawler also what reads pages without Scrapy
    "commands": {"pipeline", "db", "crawler.sites", "crawler.ingest", "crawler.reprocess", "ops", "terminal"},
    "carnews": {"pipeline", "db", "crawler", "ops", "demo", "terminal", "scheduler", "commands"},
}
TOPS = {room.split(".")[0] for room in MAY_IMPORT}


def sources() -> list[Path]:
    """All Python files that are shipped."""
    programs = {"carnews", "scheduler"}
    files = [ROOT / f"{program}.py" for program in sorted(programs)]
    for room in sorted(TOPS - programs):
        files += sorted((ROOT / room).rglob("*.py"))
    return files


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def room_of(module: str) -> str:
    fitting = [room for room in MAY_IMPORT if module == room or module.startswith(room + ".")]
    return max(fitting, key=len)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; rooms name each other in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sources(), ids=dotted)
def test_rooms_import_inwards_only(path: Path) -> None:
    room = room_of(dotted(path))
    allowed = MAY_IMPORT[room] | {room}
    for name in imported(path):
        if name.split(".")[0] in TOPS:
            fits = any(name == inner or name.startswith(inner + ".") for inner in allowed)
            assert fits, f"{room} must not import {name}"


def test_the_pure_room_reaches_for_no_clock_log_or_network() -> None:
    outside = {
        "logging",
        "loguru",
        "socket",
        "urllib.request",
        "sqlalchemy",
        "scrapy",
        "subprocess",
        "random",
    }
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        found = {
            name for name in imported(path) if any(name == o or name.startswith(o + ".") for o in outside)
        }
        assert not found, f"{path.name} imports {found}"


@pytest.mark.parametrize("path", sources(), ids=dotted)
def test_files_stay_under_300_lines_and_functions_under_50(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300, "this file asks for a new idea"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 50, f"{node.name} asks for a new idea"


def test_no_module_is_named_for_leftovers() -> None:
    leftovers = {"utils", "util", "helpers", "common", "misc", "base", "manager"}
    assert not [path for path in sources() if path.stem in leftovers]


def test_the_interpreter_is_one_we_promise() -> None:
    assert sys.version_info >= (3, 11)
