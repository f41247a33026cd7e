"""The site files that let a crawler find the made web wherever it is served."""

import re
from collections.abc import Mapping
from pathlib import Path

from demo import crankcase, hairpin, kurvenblatt

HEAD = """\
title = "{title}"
home = "{home}"
language = "{language}"
status = "verified"
checked_on = 2026-10-01
evidence = "made site that comes with carnews, served on loopback"

[find]
"""

TAIL = """
[crawl]
every = "5m"
delay_s = 0.0
allow_private = true
"""

FIND = {
    crankcase.NAME: ("feeds: rss/news", "sitemaps: sitemaps/news.xml", "sections: news"),
    hairpin.NAME: ("feeds: feed/ category/electric/feed/",),
    kurvenblatt.NAME: ("sitemaps: sitemap.xml", "sections: neuheiten/ tests/ verkehr/ technik/"),
}

# The generic reader does without; here to show what a site file can say.
CLEAN = {
    kurvenblatt.NAME: """
[clean]
drop = ["aside.lesetipp"]
stop_at = ["Mehr zum Thema"]
""",
}


def write_site_files(sites: Mapping[str, str], folder: Path) -> list[Path]:
    """The paths written into `folder`: one `<name>.toml` for each of `sites` (name to home address)."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, home in sites.items():
        path = folder / f"{name}.toml"
        path.write_text(site_file(name, home), encoding="utf-8")
        paths.append(path)
    return paths


def site_file(name: str, home: str) -> str:
    """The text of the site file of `name` when it is served at `home`."""
    module = next(site for site in (crankcase, hairpin, kurvenblatt) if name == site.NAME)
    lines = []
    for entry in FIND[name]:
        key, _, paths = entry.partition(": ")
        quoted = ", ".join(f'"{home}{path}"' for path in paths.split())
        lines.append(f"{key} = [{quoted}]")
    lines.append(f"articles = '^{re.escape(home)}{module.ARTICLES}'\n")
    opening = HEAD.format(title=module.TITLE, home=home, language=module.LANGUAGE)
    return opening + "\n".join(lines) + CLEAN.get(name, "") + TAIL
