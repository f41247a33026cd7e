"""Layouts of independent and trade sites on WordPress, Arc and the like, 2019 to 2026."""

from madelayouts.sheet import Marks, Sheet


def block_scoops(s: Sheet) -> str:
    """A news site on block WordPress, 2025: cross links set as bold paragraphs, sliders, photo credits."""
    read = "<p><strong>{}</strong> <a href='/z'>{}</a></p>"
    one, two = (
        s.off(f"{word} {s.story.spare['teaser'].pop()}").split(": ", 1) for word in ("Read:", "First Look:")
    )
    gallery = f"""<div class='image-gallery'><div class='swiper-wrapper'><div class='swiper-slide'><figure>
        <img src='/s.jpg'><figcaption>{s.cap("{text} | {credit}")}</figcaption></figure></div></div>
        <div class='swiper-button-next'>{s.off("Next slide")}</div></div>"""
    image = f"""<figure class='wp-block-image size-large'><img src='/b.jpg'>
        <figcaption class='wp-element-caption'>
        {s.cap("{text}")}</figcaption></figure>"""
    body = s.body(
        Marks(h="<h2 class='wp-block-heading'>{}</h2>", items="<ul class='wp-block-list'>{}</ul>"),
        {2: read.format(one[0] + ":", one[1]), 3: image, 5: gallery, -3: read.format(two[0] + ":", two[1])},
    )
    return f"""{s.head("Scoopyard", "NewsArticle")}<body class='single-post'><header>{
        s.offs("<a>{}</a>", "Scoops", "Tuning", "Auctions")
    }</header><article>
        {s.title("<h1 class=entry-title>{}</h1>")}{s.dek("<div class=excerpt><ul><li>{}</li></ul></div>")}
        <div class='post-meta'><a>{s.by("by {}")}</a> <time>
        {s.date("%O %d, %Y at %H:%M")}</time> <a href='#respond'>{s.off("23 Comments")}</a></div>
        <div class='entry-content'>{body}<p class='has-small-font-size'><em>
        {s.off("Photo credits: Carpix Studio for Scoopyard")}</em></p><div class='cnt_asd'>
        {s.off("Story continues after this message")}</div></div><div class='tags'>
        {s.offs("<a rel=tag>{}</a>", "Prototypes", "Spy Shots")}</div>
        <div id='respond' class='comment-respond'><h3>{s.off("Leave a Reply")}</h3><p>
        {s.off("Your email address will not be published. Required fields are marked *")}</p></div>
        <ol class='comment-list'>{s.comments("<li><cite>{user}</cite><p>{}</p><a>Reply</a></li>")}</ol>
        </article><section class='after'><h3>{s.off("Fresh off the yard")}</h3><ul>{s.teasers(4)}</ul>
        </section></body></html>"""


def affiliate_blog(s: Sheet) -> str:
    """An electric-car blog of 2022: appeals above and below, a disclosure, a preferred-source button."""
    promo = f"""<p><a href='/solar'><strong>
        {s.off("Considering solar? Our partner compares quotes from installers near you for free.")}</strong>
        </a></p>"""
    card = f"""<div class='acf-product'><h4>{s.off("Torque-Tek Half-Inch Wrench")}</h4><p>
        {s.off("The one we use in our own garage.")}</p><a class='btn'>{s.off("SEE IT")}</a></div>"""
    body = s.body(
        Marks(h="<h3 id='h-1'>{}</h3>"),
        {
            5: card,
            3: f"""<figure class='wp-block-image'><img src='/q.png'><figcaption>
        {s.cap("{text}, via {credit}")}</figcaption></figure>""",
        },
    )
    return f"""{s.head("Voltwire", "NewsArticle")}<body><div class='site-nav'>{
        s.offs("<a>{}</a>", "Guides", "Exclusives", "E-bikes")
    }</div><article class='post'><div class='post-meta'><a>
        {s.by("{}")}</a> | {s.date("%b %d %Y - %I:%M %p PT")}</div>{s.title()}<div class='comment-link'>
        {s.off("48 Comments")}</div><div class='post-content'><p><em>
        {s.off("Sign up for daily news updates from Voltwire on email. Or follow us on Google News!")}</em>
        </p>{body}{promo}<div class='ad-disclaimer-container'>
        <p class='disclaimer-affiliate'><em>
        {s.off("FTC: We use income earning auto affiliate links.")}</em> <a>{s.off("More.")}</a></p></div>
        <div><a class='pref'>{s.off("Add Voltwire as a preferred source on Google")}</a></div><p>
        {s.off("Subscribe to Voltwire on YouTube for exclusive videos and subscribe to the podcast.")}</p>
        </div><div class='author-bio-container'><h2>{s.off("About the Author")}</h2><p>{s.bio()}</p><p>
        {s.off("You can reach the author by mail or carrier pigeon.")}</p></div><div class='gear'><h4>
        {s.off("Favorite gear")}</h4><p>{s.off("A torque wrench that clicks when it should")}</p></div>
        </article><div class='river'><h2>{s.off("Latest in Voltwire")}</h2>{
        s.teasers(5, "<article><h2><a href=/l>{}</a></h2></article>")
    }</div></body></html>"""


def fan_news(s: Sheet) -> str:
    """A fan site of 2018 to 2021 on a social magazine theme: furniture split over many small lines."""
    ad = f"<div class='mvp-post-ad'><span class='mvp-ad-label'>{s.off('Advertisement')}</span>--&gt;</div>"
    image = f"""<div class='wp-caption alignnone'><img src='/t.jpg'><p class='wp-caption-text'>
        {s.cap("{text} (Credit: {credit})")}</p></div>"""
    body = s.body(Marks(), {2: ad, 3: image, 5: ad, 7: ad})
    return f"""{
        s.head("Amperati", extra=f"<meta property=article:published_time content={s.iso()}>", tail=" - ")
    }
        <body><div id='mvp-fly'><p>{s.off("Connect with us")}</p>{
        s.offs("<a>{}</a>", "News", "Space", "Shop")
    }</div><div id='mvp-article'><h3 class='mvp-post-cat'>{s.off("News")}</h3>
        {s.title("<h1 class=mvp-post-title>{}</h1>")}<div class='mvp-info'><div><span>
        {s.off("Published")}</span></div><p>{s.off("4 years ago")}</p><div><span>on</span>
        <span class='mvp-post-date'>{s.date("%O %d, %Y")}</span></div><div><p>By</p><span>
        {s.by("{}")}</span></div></div><div id='mvp-post-feat-img'><img src='/f.jpg'></div>
        <span class='mvp-feat-caption'>{s.cap("{text} (Credit: {credit})")}</span><div id='mvp-soc'>
        {s.offs("<li>{}</li>", "Share", "Tweet", "Pin")}</div><div id='mvp-content-main'>{body}<p><em>
        {
        s.off("Have any tips? Send us a note at tips@amperati.example. We would love to hear from you.")
    }</em>
        </p></div><div class='mvp-tags'><span>{s.off("Related Topics:")}</span>{
        s.offs("<a>{}</a>", "featured", "gigawatts")
    }</div><div class='mvp-nav'><div>{s.off("Up Next")}</div>{s.teasers(1, "<p>{}</p>")}<div>{
        s.off("Don’t Miss")
    }</div>{s.teasers(1, "<p>{}</p>")}</div>
        <div class='mvp-author'><p>{s.bio()}</p></div><div id='disqus'>
        {s.off("Comments are powered by a plug-in that needs scripts.")}</div></div><div class='side'><h4>
        {s.off("You may like")}</h4><ul>{s.teasers(5)}</ul></div></body></html>"""


def donation_daily(s: Sheet) -> str:
    """A clean-energy daily, 2020: appeals for money at both ends, captions as centred italics."""
    image = f"""<p style='text-align:center'><img src='/c.jpg'><br><em>
        {s.cap("Image courtesy of {credit}: {text}")}</em></p>"""
    hr = "<hr>"
    ask = f"""<p><strong>
        {s.off("Chip in a few coins a month to support independent clean car coverage.")}</strong></p><p>
        <a href='/paypal'>
        {s.off("Have a tip, want to advertise or suggest a guest for our podcast? Contact us here.")}</a>
        </p>"""
    body = s.body(Marks(h="<h3><strong>{}</strong></h3>"), {1: image, -2: image.replace("c.jpg", "d.jpg")})
    return f"""{s.head("Greenlane Daily", tail=" - ")}<body><div class='top-menu'>{
        s.offs("<a>{}</a>", "Support Us", "About", "Reports")
    }</div><div class='hentry'><div class='cat'>
        {s.off("Clean Transport")}</div>{s.title()}<p class='when'>
        {s.date("%O %dth, %Y")} by <a rel='author'>{s.by("{}")}</a></p><div class='omc'>
        <div class='dpsp-content-top'>{s.offs("<a>{}</a>", "Facebook", "LinkedIn", "Bluesky")}</div><hr><p>
        <em>{s.off("Editor’s note: this story was first printed in the members’ letter.")}</em></p>
        {body}{hr}{ask}<div class='omc-related-posts'><h3>{s.off("Related Posts")}</h3><ul>
        {s.teasers(4)}</ul></div></div><h4>{s.off("About The Author")}</h4><p class='about'>{s.bio()}</p><p>
        {s.off("2 Comments on this story")}</p>
        {s.comments("<div class=cbody><span>{user}</span><div>{}</div></div>")}</div><p class='foot'>
        {s.off("The content produced by this site is for entertainment purposes only.")}</p></body></html>"""


def trade_weekly(s: Sheet) -> str:
    """A trade paper on Arc, 2024: interviews, a sign-up and other stories between the paragraphs."""
    side = f"""<div class='article-recommended'><h4>{s.off("RECOMMENDED FOR YOU")}</h4><ul>{s.teasers(3)}</ul>
        </div>"""
    signup = f"""<div class='nl-inline'><p>
        {s.off("Sign up for the Dealer Morning Briefing, delivered before your first coffee.")}</p><button>
        {s.off("Sign up")}</button></div>"""
    figure = f"""<figure class='lead-art'><img src='/l.jpg'><figcaption><p>
        {s.cap("{text} Photo credit: {credit}")}</p></figcaption></figure>"""
    body = s.body(
        Marks(p="<p class='c-paragraph'>{}</p>", question="<p class='c-paragraph'><b>{}</b></p>"),
        {2: side, 4: signup},
    )
    return f"""{s.head("Dealer Weekly", "NewsArticle")}<body><header class='masthead'>{
        s.offs("<a>{}</a>", "Retail", "Manufacturing", "Data Center", "Podcasts")
    }</header><article><div class='overline'>
        {s.off("EXECUTIVE Q&A")}</div>{s.title()}{s.dek("<h2 class=subheadline>{}</h2>")}{figure}
        <div class='byline'>By {s.by("<a>{}</a>")} <time datetime='{s.iso()}'>
        {s.date("%O %d, %Y %I:%M %p")}</time></div><div class='article-share-tools'>{
        s.offs("<a>{}</a>", "Gift article", "Order reprints")
    }</div><div class='article-body'>{body}<p class='c-paragraph'><i>
        {s.off("Edited by Hal Byers")}</i></p></div><div class='meter'><p>
        {s.off("You have 2 free stories left this month. Already registered? Log in.")}</p></div>
        <div class='letter'><p>
        {
        s.off("Send us a letter: have an opinion about this story? Tell us and we may publish it in print.")
    }</p>
        </div></article><section><h3>{s.off("Trending on Dealer Weekly")}</h3><ul>{s.teasers(4)}</ul>
        </section></body></html>"""


LAYOUTS = tuple(
    ("en", layout) for layout in (block_scoops, affiliate_blog, fan_news, donation_daily, trade_weekly)
)
