"""An unknown site: which channels it has, what its articles' addresses look like, which language it has."""

from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from protego import Protego

from crawler.channels.link import Link
from crawler.finds import is_passing
from crawler.outcomes import Outcome
from crawler.robots import READ_BYTES
from crawler.sites import Site
from crawler.sites.draft import Finding, drafted
from crawler.sites.patterns import Learned, learned
from crawler.survey.home import Home, home_from
from crawler.survey.probe import Probed, Web, judge, probe, read_some
from crawler.survey.report import Channel, Report
from pipeline.article import ARTICLE
from pipeline.urls import canonical_url

# where sites that name none usually have them, the commonest first
FEED_PATHS = ("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "rss/news/all/", "rss/all.xml/", "feed.json")
SITEMAP_PATHS = ("news-sitemap.xml", "sitemap_index.xml", "sitemap.xml", "sitemap-news.xml")
MOST = 3  # channels of a kind that are asked; some name a feed for each tag, or a sitemap for each year


async def look_around(web: Web) -> Report:
    """What an unknown site offers, with a draft of its file where that is enough for one."""
    report = Report(web.site.name, web.site.home)
    answer = await web.answer(web.site.home)
    if isinstance(answer, Outcome):
        report.unreachable, report.later = answer.reason, is_passing(answer)
        return report
    home = home_from(answer.body, answer.url)
    web.site = web.site.model_copy(update={"home": home.url.partition("?")[0]})  # where a redirect led
    probed = await feeds_of(web, home) + await wordpress_of(web, home) + await sitemaps_of(web)
    pattern = learn(web.site, home, probed)
    if not any(found.channel.works for found in probed) and home.headlines:
        probed.append(front(home))
    finding = found_by(probed, pattern)
    web.site = finding.completed(web.site, home.title, home.language)
    for found in probed:
        judge(found, web.site)
    report.channels = [found.channel for found in probed]
    report.readings = await read_some(web, [found for found in probed if found.channel.articles])
    report.missing = missing(probed, pattern, home)
    languages = [reading.language for reading in report.readings if reading.language]
    language = home.language or (Counter(languages).most_common(1)[0][0] if languages else None)
    if finding.is_enough:
        alive = any(reading.verdict == ARTICLE for reading in report.readings)
        report.draft = drafted(finding.completed(web.site, home.title, language), finding, proven=alive)
    return report


async def feeds_of(web: Web, home: Home) -> list[Probed]:
    """The feeds that the front page names; where none of them works, the first at a usual place."""
    found = await ask(web, "feed", home.feeds)
    origin = origin_of(home.url)
    return found or await first_of(web, "feed", [origin + path for path in FEED_PATHS])


async def wordpress_of(web: Web, home: Home) -> list[Probed]:
    """WordPress' list of posts, where the front page says that there is one."""
    return await ask(web, "wordpress", [home.wordpress] if home.wordpress else [])


async def sitemaps_of(web: Web) -> list[Probed]:
    """The sitemaps that robots.txt names, those for news first; else the first at a usual place."""
    origin = origin_of(web.site.home)
    answer = await web.answer(f"{origin}robots.txt")
    named: list[str] = []
    if not isinstance(answer, Outcome):
        rules = Protego.parse(answer.body[:READ_BYTES].decode("utf-8-sig", "replace").replace("\0", ""))
        named = sorted(set(rules.sitemaps), key=lambda url: not is_for_news(url))
    found = await ask(web, "sitemap", named)
    found = found or await first_of(web, "sitemap", [origin + path for path in SITEMAP_PATHS])
    for index in [one for one in found if one.children]:
        news = [child.url for child in index.children if is_for_news(child.url)]
        if children := await ask(web, "sitemap", news[:1]):
            found = [one for one in found if one is not index] + children
    return found


async def ask(web: Web, kind: str, urls: Iterable[str]) -> list[Probed]:
    """Those of the first few `urls` that work; they may lie on other hosts, as at a feed service."""
    found = []
    for url in list(dict.fromkeys(urls))[:MOST]:
        if canonical_url(url) is not None:
            find = web.site.find
            web.site = web.site.model_copy(
                update={"find": find.model_copy(update={"feeds": (*find.feeds, url)})}
            )
            found.append(await probe(web, kind, url))
    return [one for one in found if one.channel.works]


async def first_of(web: Web, kind: str, urls: Sequence[str]) -> list[Probed]:
    """The first channel of `urls` that works, as a list of one; empty where none does."""
    for url in urls:
        found = await probe(web, kind, url)
        if found.channel.works:
            return [found]
    return []


def is_for_news(url: str) -> bool:
    """Whether a sitemap's name says that it holds the newest articles only; a host's name says nothing."""
    return "news" in urlsplit(url).path.lower()


def origin_of(url: str) -> str:
    """Scheme and host of `url`, with a final slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def learn(site: Site, home: Home, probed: list[Probed]) -> Learned | None:
    """The pattern of the articles' addresses, from what the channels name and by contrast to the menus."""
    for kinds in ({"feed", "wordpress"}, {"sitemap"}):
        links = [link for found in probed if found.channel.kind in kinds for link in found.links]
        if pattern := from_links(site, home, links):
            return pattern
    return from_links(site, home, home.headlines)


def from_links(site: Site, home: Home, links: list[Link]) -> Learned | None:
    """The pattern of the links that leaves out the front page, the menus and the links' own folders."""
    urls = [url for link in links if (url := canonical_url(link.url)) and site.owns(url)]
    folders = {url.rstrip("/").rpartition("/")[0] for url in urls}
    ends = {end for folder in folders if folder.count("/") > 2 for end in (folder, f"{folder}/")}
    others = {home.url, site.home, *home.menu, *ends}
    return learned(urls, {url for url in others if site.owns(url)}, site.host, home.sections)


def front(home: Home) -> Probed:
    """The front page as a listing, where there is nothing better."""
    return Probed(Channel("section", home.url, entries=len(home.headlines)), list(home.headlines))


def found_by(probed: list[Probed], pattern: Learned | None) -> Finding:
    """Which channels the site file should name: those for news; others only where there are none."""
    by_kind: dict[str, list[str]] = {"feed": [], "wordpress": [], "sitemap": [], "section": []}
    archives = []
    for found in probed:
        is_archive = found.channel.kind == "sitemap" and not any(link.published_at for link in found.links)
        if is_archive and not is_for_news(found.channel.url):
            archives.append(found.channel.url)
        else:
            by_kind[found.channel.kind].append(found.channel.url)
    feeds, wordpress, sitemaps, sections = by_kind.values()
    spare = {}
    if feeds or sitemaps:
        spare = {"wordpress": wordpress, "sitemaps": archives}
        wordpress, archives = [], []
    chosen = {"feeds": feeds, "wordpress": wordpress, "sitemaps": sitemaps + archives, "sections": sections}
    return Finding(chosen, pattern.pattern if pattern else None, spare)


def missing(probed: list[Probed], pattern: Learned | None, home: Home) -> list[str]:
    """In sentences what was not found."""
    kinds = {found.channel.kind for found in probed}
    told = []
    if "feed" not in kinds:
        told.append("no feed: the front page names none that answers, nor is one at a usual place")
    if "sitemap" not in kinds:
        told.append("no sitemap: robots.txt names none that answers, nor is one at a usual place")
    if pattern is None:
        told.append("no pattern: the addresses of articles have no common shape that the menus' lack")
    elif pattern.mistaken:
        told.append(f"the pattern takes {pattern.mistaken} addresses of the menus for articles")
    if home.language is None:
        told.append("no language: the front page does not name its own")
    return told
