# ruff: noqa: RUF001 - signs and letters of other alphabets are the thing itself here
"""Dates as pages write them, read without guessing: no year is invented and no day swapped with a month."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

EARLIEST, LATEST = 1990, 2100  # years; outside of them a page's date is a mistake or a placeholder

ISO = re.compile(
    r"^\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T\s_]+(\d{1,2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
# One stem per month and language family; a word is that month when it begins with the stem.
MONTHS: dict[str, int] = {}
for _number, _stems in enumerate(
    (
        "jan jän янв січ sty led ocak gen ene janv xan tammi ιαν sausio siječ",
        "feb fév feb фев лют lut úno şub fev helmi φεβ vas velj",
        "mar mär maa мар бер mrz mars mart mär maalis μαρ kov ožu",
        "apr avr abr апр кві kwi dub nis huhti απρ bal trav",
        "may mai maj мая май трав kvě kve mag mei toukok μαΐ μάι geg svib maio mayo mayıs mayis",
        "jun jui juin июн черв cze červn cerven giu haz kesä ιουν ιούν birž lip",
        "jul juil июл лип červen lug tem heinä ιουλ ιούλ liep srp",
        "aug aoû aou авг серп sie srpna ağu agu ago elo αυγ αύγ rugp kolov",
        "sep sept сен вер wrz zář zar set eyl eylül syys σεπ rugs ruj",
        "oct okt окт жов paź paz říj rij ott out eki loka οκτ spal list",
        "nov ноя лис lis listop kas marras νοε νοέ lapk stud",
        "dec dez déc дек груд gru pro dic ara joulu δεκ gruod des",
    ),
    start=1,
):
    for _stem in _stems.split():
        MONTHS.setdefault(_stem, _number)
DAY_MONTH_YEAR = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?[\s,-]*(?:de\s+|d'|of\s+)?([^\W\d_]{3,12})\.?,?[\s-]*(?:de\s+|del\s+)?(\d{4})(?!\d)"
)
MONTH_DAY_YEAR = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")
CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.h](\d{2})(?::\d{2})?\s*([ap]\.?m\b)?", re.IGNORECASE)
WRITTEN_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(:\d{2})?(?![\d.])")
WRITTEN_ZONE = re.compile(r"Z\b|\b(?:UTC|GMT)\b|[+-]\d{2}:?\d{2}\b|[+-]\d{2}$")
OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{2}):?(\d{2})\b")


def parse_date(text: str | None, language: str | None = None) -> datetime | None:
    """The moment `text` names, in UTC; None when it names none, or only one that could be read two ways.

    A time without an offset is taken as UTC, a date without a time as its midnight. 03/04/2020 is read by
    `language`: "en-us" month first, any other day first, plain "en" or None only where one order is possible.
    """
    if not text:
        return None
    text = " ".join(text.split())[:200]
    return from_iso(text) or from_mail(text) or from_words(text, language)


def precision_of(text: str) -> tuple[str, bool]:
    """How exactly a date is written ("day", "minute", "second"), and whether its zone is."""
    text = " ".join(text.split())[:200]
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return "second", True
    clock = WRITTEN_CLOCK.search(text)
    if clock is None:
        return "day", False
    return ("second" if clock.group(1) else "minute"), bool(WRITTEN_ZONE.search(text, clock.end()))


def from_iso(text: str) -> datetime | None:
    """A moment in the ISO 8601 forms met on pages, or a Unix time; None for anything else."""
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return sound(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text[:10])))
    found = ISO.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return moment((year, month, day), (hour, minute, second), zone_of(found.group(7)))


def from_mail(text: str) -> datetime | None:
    """A moment as e-mail and feeds write it ("Tue, 3 Mar 2020 10:00:00 +0100"); None for anything else."""
    if len(text) < 16 or text.count(":") == 0:
        return None
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return sound(read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC))
    except OverflowError:
        return None


def from_words(text: str, language: str | None) -> datetime | None:
    """A date written for people, with its time of day where one stands in the same text."""
    found = day_of(text, language)
    if found is None:
        return None
    (year, month, day), rest = found
    clock = CLOCK.search(rest)
    hour, minute = (int(clock.group(1)), int(clock.group(2))) if clock else (0, 0)
    if clock and clock.group(3):
        hour = hour % 12 + (12 if clock.group(3)[0] in "pP" else 0)
    if hour > 23 or minute > 59:
        hour = minute = 0
    offset = OFFSET.search(rest)
    return moment((year, month, day), (hour, minute, 0), zone_of(offset.group(0)) if offset else UTC)


def day_of(text: str, language: str | None) -> tuple[tuple[int, int, int], str] | None:
    """Year, month and day named in `text`, and what stands around them; None when there are none or two
    readings.
    """
    for found in DAY_MONTH_YEAR.finditer(text):
        month = month_of(found.group(2))
        if month:
            return (int(found.group(3)), month, int(found.group(1))), around(text, found)
    for found in MONTH_DAY_YEAR.finditer(text):
        month = month_of(found.group(1))
        if month:
            return (int(found.group(3)), month, int(found.group(2))), around(text, found)
    first = YEAR_FIRST.search(text)
    if first:
        return (int(first.group(1)), int(first.group(2)), int(first.group(3))), around(text, first)
    dotted = DOTTED.search(text)
    if dotted:
        return (int(dotted.group(3)), int(dotted.group(2)), int(dotted.group(1))), around(text, dotted)
    slashed = SLASHED.search(text)
    return by_order(slashed, text, language) if slashed else None


def by_order(
    found: re.Match[str], text: str, language: str | None
) -> tuple[tuple[int, int, int], str] | None:
    """Two numbers and a year, read in the order the language uses; None where that stays open."""
    one, two, year = (int(part) for part in found.groups())
    spoken = (language or "").lower().replace("_", "-")
    if one > 12 >= two or one == two:
        return (year, two, one), around(text, found)
    if two > 12 >= one:
        return (year, one, two), around(text, found)
    if spoken == "en-us":
        return (year, one, two), around(text, found)
    if spoken and spoken != "en":
        return (year, two, one), around(text, found)
    return None


def around(text: str, found: re.Match[str]) -> str:
    """`text` without the date, for looking at the time of day."""
    return text[: found.start()] + " " + text[found.end() :]


def month_of(word: str) -> int | None:
    """The month a word names in any language known here; None for other words."""
    low = word.lower()
    for size in range(min(len(low), 8), 2, -1):
        month = MONTHS.get(low[:size])
        if month:
            return month
    return None


def zone_of(text: str | None) -> timezone:
    """The zone an offset such as "+01:00" states; UTC where none is stated."""
    found = OFFSET.search(text or "") or re.match(r"([+-])(\d{2})()$", text or "")
    if not found:
        return UTC
    minutes = int(found.group(2)) * 60 + int(found.group(3) or 0)
    if minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if found.group(1) == "-" else minutes))


def moment(day: tuple[int, int, int], clock: tuple[int, int, int], zone: timezone) -> datetime | None:
    """The moment in UTC; None where the numbers name no day or one outside the years believed."""
    if not EARLIEST <= day[0] <= LATEST:
        return None
    try:
        local = datetime(*day, *clock, tzinfo=zone)
    except ValueError:
        try:
            local = datetime(*day, tzinfo=zone)
        except ValueError:
            return None
    return sound(local.astimezone(UTC))


def sound(found: datetime) -> datetime | None:
    """`found`, unless its year is one no page of the web can mean."""
    return found if EARLIEST <= found.year <= LATEST else None


def day_in_url(url: str | None) -> date | None:
    """The day an address names in its path (/2020/03/02/ or -20200302); None where it names none."""
    found = re.search(r"/((?:19|20)\d{2})[/-]?([01]\d)[/-]?([0-3]\d)(?:/|-|_|\.|$)", url or "")
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
