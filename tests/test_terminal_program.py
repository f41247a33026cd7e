import sys
from pathlib import Path

import pytest

from terminal.program import typed
from terminal.tables import counted


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed `carnews` in an environment below the working folder, its folder not on PATH."""
    file = tmp_path / ".venv" / "bin" / "carnews"
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return file


def test_a_command_beside_the_path_is_named_by_its_place(script: Path) -> None:
    assert typed(str(script), sys.executable) == ".venv/bin/carnews"


def test_a_command_on_the_path_is_named_alone(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(script.parent))
    assert typed(str(script), sys.executable) == "carnews"


def test_another_command_of_that_name_on_the_path_is_not_taken_for_ours(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "elsewhere" / "carnews"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent))
    assert typed(str(script), sys.executable) == ".venv/bin/carnews"


def test_from_another_folder_the_whole_path_is_named(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := script.parent.parent.parent / "a folder").mkdir()
    monkeypatch.chdir(folder)
    assert typed(str(script), sys.executable) == str(script)


def test_a_module_is_named_with_its_interpreter(script: Path) -> None:
    python = script.with_name("python3")
    assert typed("/x/carnews.py", str(python)) == ".venv/bin/python3 -m carnews"


def test_a_module_run_by_the_python_on_the_path_needs_no_place(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = script.with_name("python")
    python.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(script.parent))
    assert typed("/x/carnews.py", str(python)) == "python -m carnews"


def test_one_of_a_thing_is_singular() -> None:
    assert counted(1, "record") == "1 record"
    assert counted(0, "record") == "0 records"
    assert counted(2000, "address", "addresses") == "2,000 addresses"
