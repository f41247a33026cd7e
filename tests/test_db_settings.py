import os
import subprocess
import sys
from pathlib import Path

import pytest

from db.errors import StoreError
from db.settings import settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_everything_is_under_data() -> None:
    found = settings()
    assert found.database_url == "sqlite:///data/carnews.db"
    assert found.archive_folder == Path("data/archive")
    assert found.log == Path("data/log")
    assert found.sites is None
    assert found.user_agent.startswith("carnews/")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("carnews.toml").write_text('contact = "mailto:a@motor.example"\nsites = "mine"\n')
    assert settings().sites == Path("mine")
    assert settings().user_agent.endswith("(+mailto:a@motor.example)")
    monkeypatch.setenv("CARNEWS_SITES", "other")
    assert settings().sites == Path("other")


@pytest.mark.parametrize(
    ("db", "url", "archive"),
    [
        ("cars.db", "sqlite:///cars.db", "cars.archive"),
        ("/x/carnews.db", "sqlite:////x/carnews.db", "/x/archive"),
        ("sqlite:///x/y.sqlite", "sqlite:///x/y.sqlite", "x/y.archive"),
        ("postgres://me:pw@h/cars", "postgresql://me:pw@h/cars", "data/archive"),
        ("postgresql+psycopg://h/cars", "postgresql+psycopg://h/cars", "data/archive"),
    ],
)
def test_a_file_or_a_url_names_the_store_and_its_archive(db: str, url: str, archive: str) -> None:
    found = settings(db)
    assert found.database_url == url
    assert found.archive_folder == Path(archive)


def test_an_archive_that_is_set_is_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNEWS_ARCHIVE", "/big/disk")
    assert settings("cars.db").archive_folder == Path("/big/disk")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('databse_url = "x.db"', "databse_url"),
        ("durable = 'perhaps'", "durable"),
        ("contact = [", "carnews.toml"),
        ('database_url = "mysql://me:secret@h/x"', "mysql"),
        ('database_url = "http://me:secret@h/x"', "http"),
        ('database_url = ""', "empty"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(written: str, said: str) -> None:
    Path("carnews.toml").write_text(written)
    with pytest.raises(StoreError) as caught:
        settings()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_foreign_variable_with_our_prefix_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNEWS_SOMETHING_ELSE", "1")
    assert settings().sites is None


def test_reading_the_store_costs_no_scrapy_and_no_alembic(sqlite_url: str) -> None:
    code = (
        "import sys; from db.engine import open_store; import db.queries; open_store(sys.argv[1]);"
        "print([name for name in ('scrapy', 'twisted', 'alembic') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, sqlite_url],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
