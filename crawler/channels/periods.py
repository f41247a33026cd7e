"""Which stretch of time an address speaks of: `sitemap-2026-03.xml`, `/2026/03/02/a-new-estate`."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from pipeline.dates import day_in_url

Period = tuple[datetime, datetime]  # its beginning and, not part of it, its end

DAY = timedelta(days=1)
# a date among the parts of a sitemap's name: 2026, 2026-03, 202603, 2026/3, 2026-03-02
IN_NAME = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})"
    r"(?:(?P<part>[-_/.]?)(?P<month>0[1-9]|1[0-2]|(?<=[-_/.])[1-9](?!\d))"
    r"(?:(?P=part)(?P<day>0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)
# of an article only whole parts of the path count: a slug's "2026" is a model year
MONTH_IN_PATH = re.compile(r"/((?:19|20)\d{2})/(0[1-9]|1[0-2])/")


def sitemap_period(url: str) -> Period | None:
    """The year, month or day whose addresses a sitemap holds by its own address; None where it names none."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    year = next((asked[key][0] for key in ("yyyy", "year", "y") if key in asked), "")
    if re.fullmatch(r"(?:19|20)\d{2}", year):
        month = next((asked[key][0] for key in ("mm", "month", "m") if key in asked), None)
        return period(year, month, next((asked[key][0] for key in ("dd", "day", "d") if key in asked), None))
    found = list(IN_NAME.finditer(f"{parts.path}?{parts.query}"))
    return period(found[-1]["year"], found[-1]["month"], found[-1]["day"]) if found else None


def article_period(url: str) -> Period | None:
    """The month or day of publication in an article's address, a day wider on each side for time zones."""
    if day := day_in_url(url):
        first = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return first - DAY, first + 2 * DAY
    found = MONTH_IN_PATH.search(urlsplit(url).path)
    named = period(found[1], found[2], None) if found else None
    return (named[0] - DAY, named[1] + DAY) if named else None


def period(year: str, month: str | None, day: str | None) -> Period | None:
    """A year, a month of it or a day, in UTC; None where the calendar has no such day."""
    try:
        first = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
        if day:
            return first, first + DAY
        last_month = first.month if month else 12
        return first, datetime(
            first.year, last_month, monthrange(first.year, last_month)[1], tzinfo=UTC
        ) + DAY
    except ValueError:
        return None


def overlaps(named: Period, since: datetime | None, until: datetime | None) -> bool:
    """Whether any moment of the period lies in the range; None is no bound."""
    return (since is None or named[1] > since) and (until is None or named[0] < until)
