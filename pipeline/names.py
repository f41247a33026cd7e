"""People's names out of author fields and bylines."""

import re
from collections.abc import Iterable

from pipeline.titles import plain

BY = re.compile(
    r"^\s*(?:(?:(?:written|posted|published|reported|reviewed|created|contributed|story|text|words|article|review)\s+)?by|"
    r"von|par|por|di|door|av|af|autore?|autorin|author|written|text|redaktion|przez|автор|yazan)(?:\s*[:|]\s*|\s+)",
    re.I,
)
# What stands after a name in one line: a date, a reading time, a role.
AFTER = re.compile(
    r"\s*(?:[|•·/]|\s[-–—]\s|\bon\b|\bam\b|\ble\b|published|updated|posted|last updated|\bin\b|\d|\(|\bfor\b|"
    r"contributor|reporter|correspondent|staff writer|senior|editor).*$",
    re.I | re.S,
)
AND = re.compile(r"\s*(?:[,;|/&\n]|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b|\band\b)\s*(?=[^\W\d_])")
NOT_A_NAME = re.compile(
    r"https?:|www\.|@|\[at\]|^\W*$|^(?:by|admin|administrator|editor|editors|staff|none|null|undefined|unknown|user|guest|"
    r"author|authors|home|about|contact|learn more|read more|more|follow|share|subscribe|redaktion|redaktionsteam|n/?a)$|"
    r"view (?:all|more)|all posts|posts by|more posts|see all|expert$|editor$|writer$|manager$|founder$|author$|"
    r"^(?:the|our|from|how|why|what)\s",
    re.I,
)
DEGREE = re.compile(
    r"^(?:ph\.?\s?d|m\.?d|jr|sr|ms|mba|rdn?|esq|cfp|dvm|rn|lcsw|r\.d|m\.s|cpa|bsc|msc|dr)\.?$", re.I
)
MAX_NAME = 60  # characters; longer ones were biographies


def names_in(values: Iterable[str]) -> tuple[str, ...]:
    """People's names in author fields, in order and each once; without "By", dates and roles."""
    names: dict[str, str] = {}
    for value in values:
        text = plain(value)
        if len(text) > 4 * MAX_NAME:
            continue
        text = BY.sub("", text)
        for part in AND.split(AFTER.sub("", text)):
            name = part.strip(" .:|-–·•,\"'")
            if is_name(name):
                names.setdefault(name.casefold(), name)
    return tuple(names.values())


def is_name(text: str) -> bool:
    """Whether `text` may be a person's or an office's name: short, no address, no login, no call to action."""
    if not 2 < len(text) <= MAX_NAME or len(text.split()) > 6 or any(c.isdigit() for c in text):
        return False
    if " " not in text and ("." in text or "_" in text or ("-" in text and text.islower())):
        return False  # a login name
    return not NOT_A_NAME.search(text) and not DEGREE.match(text)
