"""The site files as a long-lived process sees them: what counts as a change of them."""

from datetime import timedelta
from pathlib import Path

from ops.sitefiles import SiteFiles

PLATFORM = 'title = "Press"\nevidence = "made up"\n[crawl]\nevery = "{every}"\n'
SITE = """
title = "Motor"
home = "https://motor.example/"
platform = "press"
[find]
feeds = ["https://motor.example/rss"]
"""


def test_a_platform_that_changes_is_a_change_of_the_sites_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "platforms").mkdir()
    platform = tmp_path / "platforms" / "press.toml"
    platform.write_text(PLATFORM.format(every="2h"), encoding="utf-8")
    (tmp_path / "motor.toml").write_text(SITE, encoding="utf-8")
    files = SiteFiles(tmp_path, ["motor"])
    assert files.rhythms == {"motor": timedelta(hours=2)}
    assert not files.changed()
    platform.write_text(PLATFORM.format(every="45m"), encoding="utf-8")
    assert files.changed()
    files.read()
    assert files.rhythms == {"motor": timedelta(minutes=45)}
