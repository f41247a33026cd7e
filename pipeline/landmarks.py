"""What an element's tag and names say about what it holds, by the words pages commonly use for it."""

import re
from functools import lru_cache

# rule -> words found in ids and class names; matched at the start of a word part.
WORDS = {
    "navigation": "nav navbar navigation menu breadcrumb breadcrumbs pagination pager toc sitenav skip-link "
    "table-of-contents",
    "footer": "footer site-footer page-footer colophon",
    "comments": "comments comment-list commentlist disqus respond comment-respond livefyre kommentare "
    "comment-form comment comment-content comment-body comment-text",
    "appeal": "cta cta-box call-to-action cta-banner",
    "disclaimer": "disclaimer affiliate-disclaimer affiliate-disclosure disclosure",
    "teaser": "post-item article-item article-card post-card teaser-card card-body card-content",
    "related": "related related-posts recommended recommendations outbrain taboola more-stories readmore "
    "read-more-box most-read mostread popular trending teaser-list also-like crosslink jp-relatedposts yarpp "
    "up-next read-next further-reading",
    "newsletter": "newsletter newsletter-signup subscribe-box subscription mailing-list signup mc_embed",
    "share bar": "share sharing social share-bar sharebar sharedaddy addtoany social-share share-buttons "
    "addthis follow-us",
    "advertisement": "ad ads advert advertisement advertorial sponsor sponsored promo banner adsense dfp "
    "ad-slot ad-container werbung anzeige",
    "author biography": "author-bio author-box authorbox about-author about-the-author bio-box author-info "
    "author-card author-description",
    "cookie banner": "cookie cookie-banner consent gdpr onetrust cmp",
    "sidebar": "sidebar side-bar widget-area rightcol right-rail aside",
    "tags": "tags tag-list post-tags article-tags entry-tags tag-cloud tagcloud keywords",
    "byline": "byline dateline post-meta entry-meta article-meta meta-info posted-on postmeta entry-date",
    "login": "login paywall-prompt modal popup overlay lightbox",
}
TAGS = {
    "nav": "navigation",
    "footer": "footer",
    "aside": "sidebar",
    "button": "button",
    "form": "form",
    "dialog": "dialog",
    "menu": "navigation",
}
ROLES = {"navigation": "navigation", "contentinfo": "footer", "search": "search", "dialog": "dialog"}
# What holds other things in a page's frame, but may hold an article's text where it is the body: these only
# name what has been cut.
AROUND = {
    "page header": "masthead site-header page-header topbar top-bar site-title branding logo kopf header",
    "thumbnail strip": "thumbs thumbnails thumb-strip filmstrip thumbnail-strip post-thumbs gallery-thumbs",
    "related": "related-cars related-articles related-stories similar mehr weitere teaser teasers teaserlist "
    "crosslinks more",
    "most read": "meistgelesen most-popular latest neueste",
    "comments": "replies reactions leserkommentare kommentarbereich",
    "login": "account user-menu login-bar",
}
AROUND_NAMES = {word: rule for rule, words in AROUND.items() for word in words.split()}
NAMES = {word: rule for rule, words in WORDS.items() for word in words.split()}
KEEP = re.compile(r"article|content|post-body|entry|story|main|body", re.IGNORECASE)


@lru_cache(maxsize=8192)
def rule_of(tag: str, names: str) -> str | None:
    """The rule by which an element with this tag and these names holds no article text; None where it may."""
    if tag in ("body", "html", "article", "main"):
        return None
    if tag in TAGS:
        return TAGS[tag]
    for name in names.split():
        rule = NAMES.get(name) or ROLES.get(name)
        if rule:
            return rule
        parts = re.split(r"[-_]+", name)
        if len(parts) > 1 and len(parts) <= 4:
            for size in (2, 1):
                for start in (0, len(parts) - size):
                    rule = NAMES.get("-".join(parts[start : start + size]))
                    if rule and not KEEP.search(name):
                        return rule
    return None


def around_rule(tag: str, names: str) -> str | None:
    """What an element of the page's frame holds, by its tag and names; None where they do not say."""
    if tag == "header":
        return "page header"
    return next((AROUND_NAMES[name] for name in names.split() if name in AROUND_NAMES), None)
