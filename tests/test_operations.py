"""The commands of docs/operations.md are ones there are, with the options they are shown with."""

import re
import shlex
from pathlib import Path

import pytest
from command import Folder
from loopback import ROOT

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
GROUPS = ("db", "sites")


def shown() -> list[str]:
    """What follows `carnews` in every block of commands and every unit."""
    lines = [
        line
        for language, block in re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
        if not language
        for line in block.splitlines()
    ]
    commands = (re.search(r"(?:^|&& |/bin/)carnews (.*)", line) for line in lines)
    return [found[1] for found in commands if found]


def test_every_command_and_option_of_the_operations_page_exists(tmp_path: Path) -> None:
    asked: dict[tuple[str, ...], set[str]] = {}
    for line in shown():
        words = shlex.split(line)
        name = tuple(words[: 2 if words[0] in GROUPS and not words[1].startswith("-") else 1])
        asked.setdefault(name, set()).update(word for word in words if word.startswith("--"))
    assert ("work",) in asked
    assert ("db", "copy") in asked
    names = sorted(asked)
    for name, told in zip(names, Folder(tmp_path).each(*([*name, "--help"] for name in names)), strict=True):
        assert told.code == 0, (name, told.err)
        for option in asked[name]:
            assert re.search(rf"{option}\b", told.out), f"{' '.join(name)} has no {option}"


@pytest.mark.parametrize("name", ["clock", "worker"])
def test_units_end_as_a_service_should(name: str) -> None:
    """The worker gets KillMode=mixed, so that TERM reaches it alone and it ends its crawls itself."""
    units = re.findall(rf"carnews-{name}\.service`[^`]*```\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert units
    for unit in units:
        assert "TimeoutStopSec=30" in unit
        assert "Restart=on-failure" in unit
