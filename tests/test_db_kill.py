import json
import subprocess
import sys
from pathlib import Path

import pytest
from killed_crawl import WEB

HERE = Path(__file__).parent


@pytest.fixture
def rounds(store_url: str, tmp_path: Path) -> list[dict]:
    """What each round of `killed_crawl.py` left behind, the undisturbed one first."""
    folder = tmp_path / "archive"
    folder.mkdir()
    # the steps are the same on both databases, but a round on the server takes longer
    stride = "1" if store_url.startswith("sqlite") else "5"
    done = subprocess.run(
        [sys.executable, str(HERE / "killed_crawl.py"), store_url, str(folder), stride],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_crawl_killed_at_any_step_ends_in_the_same_store(rounds: list[dict]) -> None:
    peaceful, *killed, last = rounds
    assert not peaceful["killed"]
    assert {state for _, state, *_ in peaceful["ledger"]} == {"stored", "duplicate", "not_article", "failed"}
    assert len(peaceful["ledger"]) == len(WEB)
    assert len(killed) > 10
    assert all(one["killed"] for one in killed)
    assert not last["killed"]
    for one in (*killed, last):
        where = f"killed at step {one['n']}"
        assert one["export"] == peaceful["export"], where
        assert one["ledger"] == peaceful["ledger"], where
        assert one["broken laws"] == [], where
        assert one["unreadable"] == [], where
        assert one["running"] == 0, where
