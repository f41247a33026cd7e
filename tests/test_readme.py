"""Every command, query, program and site file that the README shows is run here as it stands there.

The only changes: the made web listens on free ports instead of 8907, and the sites that the examples crawl
(`motor1`, `carscoops`, `example-motor`) are the made web's, so that nothing reaches the internet.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from command import Folder
from loopback import ROOT

import demo
from crawler.sites import load_sites
from db.engine import open_store, reading

README = (ROOT / "README.md").read_text(encoding="utf-8")
PLAYED_BY = {"motor1": "crankcase", "carscoops": "hairpin", "example-motor": "kurvenblatt"}
STORY = "http://127.0.0.1:8907/news/bmw-s-neue-klasse-wagon-might-not-stay-a-daydream"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    lines = "".join(blocks("console")).splitlines()
    assert all(line.startswith("$ ") for line in lines)
    return [line.removeprefix("$ ") for line in lines]


@pytest.fixture(scope="module")
def web() -> Iterator[demo.DemoWeb]:
    with demo.serve(0) as served:
        yield served


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, web: demo.DemoWeb) -> Folder:
    """A folder with the files the examples name, after `make demo`."""
    tmp_path = tmp_path_factory.mktemp("readme")
    place = Folder(tmp_path)
    web.write_site_files(tmp_path / "made")
    for name, actor in PLAYED_BY.items():
        place.site(name, (tmp_path / "made" / f"{actor}.toml").read_text(encoding="utf-8"))
    with urlopen(here(STORY, web)) as answer:
        (tmp_path / "page.html").write_bytes(answer.read())
    (tmp_path / "dump.txt").write_text(dump_of(web), encoding="utf-8")
    ended = place.carnews("demo", "--port", "0")
    assert ended.code == 0, ended.err
    segments = sorted((tmp_path / "archive").glob("*.warc.gz"))
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(segment.read_bytes() for segment in segments))
    return place


def here(address: str, web: demo.DemoWeb) -> str:
    return address.replace("http://127.0.0.1:8907/", web.sites["crankcase"])


def dump_of(web: demo.DemoWeb) -> str:
    """A text dump of the made web's first article."""
    page = next(page for page in web.truth if page.kind == "article")
    return "\n\n".join([page.title or "", page.standfirst or "", *page.paragraphs])


def run(line: str, place: Folder) -> subprocess.CompletedProcess[str]:
    """The line in a shell, with `carnews` being this checkout's."""
    script = f'carnews() {{ {shlex.quote(sys.executable)} -m carnews "$@"; }}\n{line}'
    return subprocess.run(
        ["bash", "-c", script],
        cwd=place.folder,
        env=place.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


def test_every_command_of_the_readme_works_in_the_order_it_stands_there(place: Folder) -> None:
    ran = 0
    story = place_story(place)
    for line in commands():
        if not line.startswith(("make ", "export ")) and line != FOREVER:
            done = run(line.replace(STORY, story), place)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            assert done.stdout or line.startswith(
                ("carnews crawl", "carnews run", "carnews explain page.html --html")
            ), line
            ran += 1
    assert ran > 15


def place_story(place: Folder) -> str:
    """Where the demo's own web, long ended, had the story: the address that is in the store."""
    rows = run("carnews articles --search daydream --format jsonl", place).stdout
    found = re.search(r'"url": ?"([^"]+)"', rows)
    assert found, rows
    return found[1]


FOREVER = "carnews run --sites motor1,carscoops"


def test_the_clock_of_the_readme_runs_until_it_is_told_to_end(place: Folder) -> None:
    assert FOREVER in commands()
    child = place.start(*FOREVER.split())
    assert child.stderr is not None
    assert child.stderr.readline(), "it says something before it waits"
    child.send_signal(signal.SIGTERM)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 0, err


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = {line.split()[1] for line in commands() if line.startswith("make ")}
    assert targets == {"demo", "test"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_every_query_of_the_readme_gives_rows(place: Folder) -> None:
    engine = open_store(place.store)
    with reading(engine) as s:
        for query in blocks("sql"):
            assert s.connection().exec_driver_sql(query).fetchall(), query
    engine.dispose()


def test_the_python_of_the_readme_runs(place: Folder) -> None:
    (program,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=place.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert "Neue Klasse" in done.stdout


def test_the_site_file_of_the_readme_is_a_good_one(tmp_path: Path) -> None:
    (toml,) = blocks("toml")
    (tmp_path / "example-motor.toml").write_text(toml, encoding="utf-8")
    book = load_sites(tmp_path)
    assert not book.problems
    assert book.sites["example-motor"].title == "Example Motor"


def test_the_settings_of_the_readme_are_all_there_are() -> None:
    from db.settings import Settings

    named = set(re.findall(r"CARNEWS_[A-Z_]+", README))
    assert named == {f"CARNEWS_{name.upper()}" for name in Settings.model_fields}
