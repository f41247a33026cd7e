"""The wishes that sites state beside what robots.txt forbids: a pace, no archiving, no use for AI or mining.

carnews keeps the stated pace. The others it records, so that whoever uses the articles can know and keep
them: `noai`, `noimageai` and `noarchive` (meta robots and X-Robots-Tag), the reservation of text and data
mining (TDMRep), and the lines `Content-Signal` and `DisallowAITraining` of robots.txt.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from crawler.robots import TOKEN, Robots
from db.account import Wish

ROBOTS_TXT, HEADER, PAGE, TERMS = "robots.txt", "header", "page", "tdmrep.json"
RECORDED = ("noai", "noimageai", "noarchive")
LINES = ("content-signal", "disallowaitraining")
RESERVED, POLICY = "tdm-reservation", "tdm-policy"
HEAD_BYTES = 64 * 1024  # where a page's meta elements are looked for; its head ends long before
META = re.compile(rb"<meta\b[^<>]{1,1000}>", re.IGNORECASE)
NAMED = re.compile(rb"robots|carnews|tdm-", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
TERMS_PATH = "/.well-known/tdmrep.json"


def of_robots(robots: Robots, text: str) -> list[Wish]:
    """The wishes of a robots.txt, as far as they are for us or for all."""
    wishes = [Wish(name, value, ROBOTS_TXT) for name, value in lines_for_us(text)]
    if robots.rules is not None:
        if delay := robots.rules.crawl_delay(TOKEN):
            wishes.append(Wish("crawl-delay", f"{delay:g}", ROBOTS_TXT))
        if rate := robots.rules.request_rate(TOKEN):
            wishes.append(Wish("request-rate", f"{rate.requests}/{rate.seconds}s", ROBOTS_TXT))
    return list(dict.fromkeys(wishes))


def lines_for_us(text: str) -> Iterator[tuple[str, str]]:
    """The lines of `LINES` with their values that stand in a group for us, for all, or before any group."""
    agents: list[str] = []
    in_group = False  # whether rules have begun since the last user agent was named
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        if not colon:
            continue
        if name == "user-agent":
            agents = [value.lower()] if in_group else [*agents, value.lower()]
            in_group = False
            continue
        in_group = True
        if name in LINES and (not agents or {"*", TOKEN} & set(agents)):
            yield name, value


def of_page(tags: Iterable[str], reservation: str | None, policy: str | None, body: bytes) -> list[Wish]:
    """The wishes of a page: of its X-Robots-Tag headers `tags`, its TDMRep headers, and its meta elements."""
    wishes = [Wish(word, "", HEADER) for tag in tags for word in directives(tag)]
    wishes += reserved(reservation, policy, HEADER)
    metas = list(meta_elements(body))
    for name, content in metas:
        if name in {"robots", TOKEN}:
            wishes += [Wish(word, "", PAGE) for word in directives(content)]
    told = dict(metas)
    return list(dict.fromkeys([*wishes, *reserved(told.get(RESERVED), told.get(POLICY), PAGE)]))


def directives(tag: str) -> Iterator[str]:
    """The recorded words of one X-Robots-Tag or meta robots that are for us or for all."""
    agent = TOKEN
    for part in tag.lower().split(","):
        named, colon, rest = part.partition(":")
        if colon:  # "otherbot: noai, noarchive": what follows is for that one
            agent, part = named.strip(), rest  # noqa: PLW2901 - the rest of the part is the part
        if part.strip() in RECORDED and agent == TOKEN:
            yield part.strip()


def reserved(reservation: str | None, policy: str | None, source: str) -> list[Wish]:
    """That text and data mining is reserved, and the address of the terms; empty where it is not."""
    if (reservation or "").strip() != "1":
        return []
    terms = [Wish(POLICY, policy.strip(), source)] if policy and policy.strip() else []
    return [Wish(RESERVED, "1", source), *terms]


def meta_elements(body: bytes) -> Iterator[tuple[str, str]]:
    """Name, in lower case, and content of the meta elements in a page's head; bounded in bytes and time."""
    head = body[:HEAD_BYTES]
    for tag in META.findall(head):
        if not NAMED.search(tag):  # a page has twenty others
            continue
        pairs = ATTRIBUTE.findall(tag.decode("utf-8", "replace"))
        told = {name.lower(): value.strip("\"'") for name, value in pairs}
        if told.get("name") and "content" in told:
            yield told["name"].lower(), told["content"]


def of_terms(status: int, body: bytes) -> Wish:
    """What a site's tdmrep.json says, in its own words as far as they are JSON; or that there is none."""
    if status != 200:
        return Wish("tdm-terms", f"http {status}", TERMS)
    try:
        told = json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        told = "not JSON"
    return Wish("tdm-terms", told, TERMS)


def reserves(wishes: Sequence[Wish]) -> bool:
    """Whether one of them reserves text and data mining."""
    return any(wish.wish == RESERVED for wish in wishes)
