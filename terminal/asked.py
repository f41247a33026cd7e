"""What a person hands to the command: files, addresses, days. Every mistake is a `CommandError`."""

import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from terminal.errors import CommandError
from terminal.screen import one_line

MAX_BYTES = 64 * 2**20  # four times the biggest page a crawl accepts
HEAD_BYTES = 4096  # where a page shows what it is
HTML_NAMES = (".html", ".htm", ".xhtml", ".mhtml")
WARC_NAMES = (".warc", ".warc.gz", ".warc.zst")
LOOKS_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|article|main|div|p|title|meta|h1)[\s>/]", re.IGNORECASE
)
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
ID = re.compile(r"[0-9a-f]{4,16}")
AGO = re.compile(r"(\d{1,5})\s*([hdw])")
HOURS = {"h": 1, "d": 24, "w": 168}
PERIOD = re.compile(r"(\d{1,7})\s*([smh]?)")
OUTCOMES = ("running", "finished", "limit", "interrupted", "unreachable", "failed", "died")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Given:
    """One page or text as it was handed in: exactly one of `html` and `text` is there."""

    name: str
    html: bytes | None = None
    text: str | None = None


def is_url(name: str) -> bool:
    """Whether `name` means an address rather than a file or a site."""
    return name.lower().startswith(("http://", "https://"))


def is_id(name: str) -> bool:
    """Whether `name` means an article by digits of its id; a file of that name is meant first."""
    return ID.fullmatch(name.lower()) is not None and not Path(name).exists()


def read_given(name: str) -> Given:
    """The page or text in the file `name`, or on standard input for "-"."""
    if name.lower().endswith(WARC_NAMES):
        raise CommandError(f"{name}: a WARC holds many pages; use `carnews ingest {name}`")
    body = _read(name)
    shown = "standard input" if name == "-" else name
    if not body.strip():
        raise CommandError(f"{shown}: is empty; give a saved page or a text dump")
    bom = next((codec for mark, codec in BOMS.items() if body.startswith(mark)), None)
    if b"\0" in body[:HEAD_BYTES] and bom != "utf-16":
        raise CommandError(f"{shown}: is neither HTML nor text; give a saved page or a text dump")
    if name.lower().endswith(HTML_NAMES) or LOOKS_HTML.search(_head(body, bom)):
        return Given(shown, html=body)
    return Given(shown, text=decoded(body, bom))


def decoded(body: bytes, bom: str | None = None) -> str:
    """`body` as text: by its byte order mark, else UTF-8, else Windows-1252, which means almost any byte."""
    if bom:
        return body.decode(bom, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def moment(text: str | None, option: str, *, end: bool = False) -> datetime | None:
    """The instant that `2026-03-02`, `7d` or `36h` means, in UTC; with `end`, a day means the end of it."""
    if text is None:
        return None
    if ago := AGO.fullmatch(text.strip().lower()):
        return datetime.now(UTC) - timedelta(hours=int(ago[1]) * HOURS[ago[2]])
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(f"{option}: {one_line(text)!r} is no day; write 2026-03-02, 7d or 36h") from None
    if end and len(text.strip()) == len("2026-03-02"):
        found += timedelta(days=1)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def stretch(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """The instants from which on and before which articles are wanted; a day of `until` counts whole."""
    beginning, end = moment(since, "--since"), moment(until, "--until", end=True)
    if beginning and end and beginning >= end:
        raise CommandError(f"--until: {one_line(until)!r} lies before --since {one_line(since)!r}")
    return beginning, end


def period(text: str | None, option: str) -> timedelta | None:
    """The length of time that `90s`, `10m` or `2h` means, seconds where no unit is given; None for None."""
    if text is None:
        return None
    found = PERIOD.fullmatch(text.strip().lower())
    if not found or not int(found[1]):
        raise CommandError(f"{option}: {one_line(text)!r} is no length of time; write 90s, 10m or 2h")
    return timedelta(seconds=int(found[1]) * SECONDS[found[2]])


def outcomes(given: list[str] | None) -> list[str]:
    """The outcomes of runs that are named, alone or with commas between."""
    names = [name.strip().lower() for part in given or () for name in part.split(",") if name.strip()]
    for name in names:
        if name not in OUTCOMES:
            raise CommandError(f"--outcome: {one_line(name)!r} is none; one of {', '.join(OUTCOMES)}")
    return names


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def _read(name: str) -> bytes:
    if name == "-":
        body = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        path = Path(name)
        if not path.exists():
            raise CommandError(f"{name}: no such file; give a file, an address that begins with http, or -")
        if path.is_dir():
            raise CommandError(f"{name}: is a folder; give one file")
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise CommandError(f"{name}: is larger than {MAX_BYTES >> 20} MiB; no page is")
    return body


def _head(body: bytes, bom: str | None) -> bytes:
    head = body[:HEAD_BYTES]
    return head.decode("utf-16", "replace").encode() if bom == "utf-16" else head


def shown_name(name: str) -> str:
    """How a message calls what was handed in."""
    return "standard input" if name == "-" else name
