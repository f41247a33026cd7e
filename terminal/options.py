"""The options that several commands share, each said once."""

from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from terminal.formats import Format
from terminal.screen import write


class PageFormat(StrEnum):
    """How one article comes out."""

    TEXT = "text"
    MD = "md"
    JSON = "json"


class Order(StrEnum):
    """Which articles come first."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


HtmlFile = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Write it as one web page instead; - for standard output.",
        show_default=False,
    ),
]
Port = Annotated[
    int,
    typer.Option(
        "--port", min=0, max=65533, help="Serve there and on the two ports after it; 0: any free ones."
    ),
]
Search = Annotated[
    str | None,
    typer.Option(
        "--search",
        "-s",
        metavar="WORDS",
        help='These words, "a phrase", begin*, one OR other, -not.',
        show_default=False,
    ),
]
Sort = Annotated[Order, typer.Option("--sort", help="Which come first.", case_sensitive=False)]
Make = Annotated[
    str | None,
    typer.Option("--make", metavar="NAME", help="Only articles that name this car make.", show_default=False),
]
Id = Annotated[str, typer.Argument(metavar="ID|URL", help="An article's id, its beginning, or its address.")]


def print_version(wanted: bool) -> None:  # as Typer calls it
    """Prints the version and ends, when it was asked for."""
    if wanted:
        try:
            number = version("carnews")
        except PackageNotFoundError:  # a checkout that was never installed
            number = "(not installed)"
        write(f"carnews {number}\n")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=print_version)
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print rows and errors only.")]
QuietCrawl = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Asked = Annotated[
    list[str] | None,
    typer.Argument(metavar="SITE|URL", help="Sites by name, or addresses.", show_default=False),
]
All = Annotated[bool, typer.Option("--all", help="Every site there is.")]
TimeLimit = Annotated[
    str | None,
    typer.Option(
        "--time-limit", metavar="TIME", help="Stop each crawl after: 90s, 10m, 2h.", show_default=False
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Find addresses, fetch and store no article.")]
Page = Annotated[
    str,
    typer.Argument(
        metavar="FILE|URL|-", help="A saved page, a text dump, an address, or - for standard input."
    ),
]
Explained = Annotated[
    str,
    typer.Argument(
        metavar="URL|ID|FILE|-",
        help="An article's address or id, a saved page, a text dump, or - for standard input.",
    ),
]
PageForm = Annotated[
    PageFormat, typer.Option("--format", "-f", help="How the article comes out.", case_sensitive=False)
]
Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="FILE|URL",
        help="The database: a SQLite file or a URL. Else CARNEWS_DATABASE_URL, else data/carnews.db.",
        show_default=False,
    ),
]
Form = Annotated[Format, typer.Option("--format", "-f", help="How the rows come out.", case_sensitive=False)]
Limit = Annotated[
    int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000_000, help="At most so many rows.")
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="DATE", help="A day, 2026-03-02, or so far back: 36h, 7d.", show_default=False
    ),
]
MOST = 2**63 - 1  # a database counts no further
Seq = Annotated[
    int, typer.Option("--since", metavar="SEQ", min=0, max=MOST, help="The last change you have seen.")
]
ChangeLimit = Annotated[
    int | None,
    typer.Option("--limit", "-n", metavar="N", min=1, max=MOST, help="At most so many.", show_default=False),
]
Whole = Annotated[bool, typer.Option("--whole", help="With the article as it is now in each line.")]
Revisions = Annotated[bool, typer.Option("--revisions", help="With what each earlier version said.")]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="The last day wanted, itself included.", show_default=False),
]
Site = Annotated[
    str | None, typer.Option("--site", metavar="NAME", help="Only this site.", show_default=False)
]
Politeness = Annotated[
    str | None,
    typer.Option(
        "--politeness",
        metavar="SITE|all",
        help="What a site was asked, day by day, and what it wishes.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", metavar="N", min=1, max=64, help="So many sites at the same time.")
]
Queue = Annotated[
    bool, typer.Option("--queue", help="Leave it to the workers of the shared queue (PostgreSQL).")
]
MaxArticles = Annotated[
    int | None,
    typer.Option(
        "--max-articles", metavar="N", min=1, help="Fetch at most so many pages per site.", show_default=False
    ),
]
PageUrl = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The address the page was saved from.", show_default=False),
]
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="WARC files, saved pages or text dumps.", show_default=False),
]
SiteName = Annotated[
    str | None, typer.Argument(metavar="SITE", help="One site, in detail.", show_default=False)
]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Go on showing it until Ctrl-C.")]
Every = Annotated[
    float, typer.Option("--every", min=0.2, max=86400, metavar="SECONDS", help="With --watch: so often.")
]
Outcomes = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome", metavar="NAME,…", help="Only runs that ended so: failed, died, …", show_default=False
    ),
]
Lasting = Annotated[bool, typer.Option("--open", help="Only what is wrong now, the gravest first.")]
MetricsFile = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE", help="Write it there, for node_exporter's textfiles.", show_default=False
    ),
]
