"""Layouts of American sites, 2012 to 2025: networks of magazines, a blog on Blogger, a portal."""

from madelayouts.sheet import Marks, Sheet


def network_theme(s: Sheet) -> str:
    """A network's theme of 2024: one body section cut into regular blocks by advertisement zones."""
    zone = f"<div class='ad-zone-container ad-odd'><span>{s.off('Advertisement')}</span></div>"
    picture = f"""<div class='body-img landscape'><div class='responsive-img' data-img-caption='null'>
        <img src='/a.jpg'></div><small class='body-img-caption'>{s.cap("{text} {credit}")}</small></div>"""
    card = f"""<div class='display-card article'><div class='w-display-card-link'>{s.off("Related")}</div>
        <h5 class='display-card-title'>{s.teasers(1, "<a href=/x>{}</a>")}</h5>
        <p class='display-card-excerpt'>{s.off("Somebody left the door of the design studio open.")}</p>
        </div>"""
    body = s.body(
        Marks(h="<h2 id='s1'>{}</h2>"),
        {
            1: zone + picture,
            3: zone + card,
            -3: f"<p class='related-single'>{s.teasers(1, '<a href=/y>{}</a>')}</p>",
        },
    )
    return f"""{s.head("GearNet", "NewsArticle")}<body class='single'><header class='header'>
        <a href='/'>GearNet</a><ul>{
        s.offs("<li><a href=/c>{}</a></li>", "News", "Reviews", "Car Buying", "Threads")
    }</ul><button>{s.off("Sign in now")}</button></header><article>
        <header class='article-header'>{s.title()}{s.dek("<p>{}</p>")}
        <div class='w-author-name'>By {s.by("<a class=meta_txt href=/author/x>{}</a>")} <time datetime='{
        s.iso()
    }'>Published {s.date("%b %d, %Y, %I:%M %p EST")}</time>
        </div><div class='sharing'>{
        s.offs("<button class=sharing-btn>{}</button>", "Copy link", "Facebook", "Flipboard")
    }</div></header><section id='article-body'><div class='content-block-regular'>
        {body}</div></section><ul class='article-tags-name'>{
        s.offs("<li><a href=/t>{}</a></li>", "Electric Vehicles", "Industry")
    }</ul><div class='author-bio'><p>{s.bio()}</p></div>
        <section class='comments'>{
        s.offs("<p>{}</p>", "Join the thread and be the first to comment", "Your comment has not been saved")
    }</section></article><aside><h3>{s.off("Recommended")}</h3><ul>
        {s.teasers(4)}</ul></aside><footer>{
        s.offs("<a href=/f>{}</a>", "Join Our Team", "Press & Events", "Write For Us")
    }</footer></body></html>"""


def platform_post(s: Sheet) -> str:
    """An international platform about 2021: titles of pictures are paragraphs inside the body."""
    photo = "<section data-widget='image'><img src='/p.jpg'><p class='photo-title'>{}</p></section>"
    thumbs = f"""<div class='photo-thumb-gallery'><h4>{s.off(f"Gallery: {s.story.car} teaser")}</h4><span>
        {s.off("14 Photos")}</span></div>"""
    related = (
        f"<section class='relatedContent-new'><h5>{s.off(f'More on the {s.story.car}:')}</h5>"
        f"{s.teasers(2, '<div class=related-item><a href=/r>{}</a></div>')}</section>"
    )
    body = s.body(
        Marks(h="<h3>{}</h3>"),
        {1: photo.format(s.cap("{text}")), 3: thumbs, 5: related, -2: photo.format(s.cap("{text}"))},
    )
    return f"""{s.head("WheelOne")}<body><nav><a href='/'>{s.off("Home")}</a><a href='/m'>{
        s.off("All makes")
    }</a>
        </nav><div id='article_box'>
        {s.title("<h1 class=w1-article-title>{}</h1>")}{s.dek("<h2 class=preview>{}</h2>")}<div>
        <span class='date-data'>
        {s.date("%b %d, %Y at %I:%M%p ET")}</span> By: {s.by("<span class=author>{}</span>")}</div>
        <div class='shareBox'>{
        s.offs("<span>{}</span>", "++", "Share on Facebook", "Share on X", "Share on Reddit")
    }</div><div class='listen'>{s.off("Listen to this article")}</div>
        <div class='postBody description e-content'>{body}<p>{s.off("Source:")}</p><p>
        {s.off("Carpix Studio via the maker")}</p><div class='tip-us-email-container'>
        {s.off("Got a tip for us? Email:")} <a href='#'>{s.off("tips@wheelone.example")}</a></div>
        <div class='newsletter-inline'><h3>{s.off("Get the WheelOne Newsletter")}</h3><p>
        {s.off("For more information, read our Privacy Policy and Terms of Use.")}</p></div></div>
        <div class='postAuthorBox withAvatar'><span class='label'>By</span> {s.by("<a class=author>{}</a>")}
        <p>{s.bio()}</p></div><div class='mostread'><h4>{s.off("More From WheelOne")}</h4><ul>
        {s.teasers(5)}</ul></div><a class='comment-count'>{s.off("Join the conversation (37)")}</a></div>
        </body></html>"""


def glossy_monthly(s: Sheet) -> str:
    """A monthly's site of 2025 with generated class names, its biography a last paragraph without heading."""
    figure = (
        "<div class='css-1b9 e1f2'><figure><picture><img alt='' src='/h.jpg'></picture><figcaption>"
        "<span class='css-am9'>{}</span></figcaption><button>"
        + s.off("View Photos")
        + "</button></figure></div>"
    )
    ad = f"<div class='css-x4 ad-container'><p>{s.off('Advertisement - Continue Reading Below')}</p></div>"
    product = f"""<section class='css-7qa'><h3>{s.off("Now on our members page")}</h3><a href='/m'>
        {s.off("SHOP NOW")}</a><p>{s.off("Members get twelve issues and a very large poster.")}</p>
        </section>"""
    body = s.body(
        Marks(p="<p data-node-id='1' class='css-1a2 emevu'>{}</p>", h="<h2 class='css-9s body-h2'>{}</h2>"),
        {1: ad, 2: figure.format(s.cap("{text}")), 4: product + ad, -3: figure.format(s.cap("{text}"))},
    )
    return f"""{s.head("Curve & Camber", "NewsArticle")}<body>
        <script id='__NEXT_DATA__' type='application/json'>{{}}</script><a class='skip' href='#main'>
        {s.off("Skip to Content")}</a><div class='css-nav'>{
        s.offs("<a href=/n>{}</a>", "Subscribe", "My Bookmarks")
    }</div><main id='main-content'><div><header>
        {s.title("<h1 class=css-1u>{}</h1>")}{s.dek("<div class=css-2d><p>{}</p></div>")}<address>By <span>
        {s.by("{}")}</span></address><div>Published: {s.date("%b %d, %Y")}</div><button>
        {s.off("Save Article")}</button></header><div class='article-body-content'>{body}
        <div class='css-auth'><img src='/profile_photos/1.jpg'><div><a href='/a'>{s.off("Reporter")}</a>
        </div></div><p class='css-bio'>{s.bio()}</p></div></div><section class='css-feed'><h2>
        {s.off("Watch Next")}</h2>{
        s.teasers(4, "<div class=css-c><h3><a href=/n>{}</a></h3></div>")
    }</section></main><footer><p>
        {s.off("We may earn commission from links on this page, but we only recommend what we back.")}</p>
        </footer></body></html>"""


def blogger_blog(s: Sheet) -> str:
    """A blog on Blogger in 2016: text in one element, paragraphs parted by two line breaks."""
    related = f"<b>{s.off('You may also like:')}</b>{s.teasers(2, '<br><a href=/x>{}</a>')}<br><br>"
    body = s.body(
        Marks(
            "{}<br><br>",
            "<b>{}</b><br><br>",
            "<i>{}</i><br><br>",
            items="<ul>{}</ul><br>",
            table="<table border=1>{}</table><br>",
        ),
        {-4: related},
    )
    return f"""{s.head("Motorblot", tail=" - ")}<body><div id='header'><h1 class='title'><a href='/'>
        {s.off("Motorblot")}</a></h1></div><div class='post hentry'><h3 class='post-title entry-title'>
        {s.title("<a href=#>{}</a>")}</h3><div class='post-header'>
        <span class='post-author vcard'>Posted by <span class='fn'>{s.by("{}")}</span>
        </span> <abbr class='published' title='{s.iso()}'>{s.date("%A, %B %d, %Y")}</abbr></div>
        <div class='post-body entry-content'><div class='separator'><img src='/1.jpg'></div>{body}
        <span style='font-size:x-small'>{s.off("Photo Credits: Carpix Studio for Motorblot")}</span><br><br>
        <b>{s.off("PHOTO GALLERY")}</b><br><img src='/2.jpg'><img src='/3.jpg'></div>
        <div class='post-footer'>Filed under {
        s.offs("<a rel=tag>{}</a>", "Galleries", "New Cars", "Scoops")
    }<div class='share'>{
        s.offs("<a class=goog>{}</a>", "Email", "BlogThis!", "Share to Twitter", "Pinterest")
    }</div></div></div><div id='comments'><h4>
        {s.off("4 comments:")}</h4>{s.comments("<dt>{user} said...</dt><dd><p>{}</p></dd>")}<p>
        {s.off("Post a Comment")}</p></div><div class='blog-pager'>{
        s.offs("<a>{}</a>", "Newer Post", "Older Post")
    }</div><div class='sidebar'><h2>{s.off("Most Popular")}</h2><ul>{s.teasers(5)}</ul><h2>
        {s.off("Blog Archive")}</h2><p>{s.off("Powered by Blogger.")}</p></div></body></html>"""


def caption_runs(s: Sheet) -> str:
    """A site of 2019 that prints the captions of its galleries as lines between the paragraphs."""
    run = (
        "<div class='gal'>"
        + "".join(f"<p class='cp'>{s.cap('{text} {credit}')}</p>" for _ in range(4))
        + "</div>"
    )
    second = f"<div class='gal'><p class='cp'>{s.cap('{text} {credit}')}</p></div>"
    strip = "".join(f"<li>{s.cap('{text}', again=True)}</li>" for _ in range(2))
    cards = f"<div class='cards'><h4>{s.off('Related Cars')}</h4>" + "".join(
        f"<div class='card'><b>{s.off(name)}</b><dl><dt>{s.off('Make')}</dt><dd>{s.off(make)}</dd>"
        f"<dt>{s.off('Segment')}</dt><dd>{s.off(segment)}</dd></dl></div>"
        for name, make, segment in (("Orbit Coupe", "Orbit", "Coupe"), ("Pal Van Long", "Pal", "Cargo Van"))
    )
    body = s.body(Marks("<div class='tx'>{}</div>", "<h3 class='tx'>{}</h3>"), {2: run, -3: second})
    return f"""{s.head("CarTattle", "Article")}<body><div class='menu'>{
        s.offs("<a>{}</a>", "News", "Reviews", "Car Finder")
    }</div><div class='post'>{s.title()}<div class='crumb'>
        {s.off("Industry News / 12 Comments")}</div>{s.dek("<h2 class=sub>{}</h2>")}
        <div class='post-share-toolbar'>{s.off("Share")}</div><div class='blocks'>{body}</div>
        <div class='join'>{s.off("Join The Discussion")}</div><ul class='thumbs'>{strip}</ul>{cards}</div>
        <div class='also'><h4>{s.off("Trending")}</h4>{
        s.teasers(6, "<div class=pv><a href=/p>{}</a></div>")
    }</div><a class='top'>{s.off("To Top")}</a></div></body>
        </html>"""


def portal_2012(s: Sheet) -> str:
    """A portal's car blog of 2012, laid out in tables, with glued gallery labels and source lines."""
    label = f"{s.story.car} live photos"
    gallery = (
        f"<div class='gallery-thumbs'><b>{s.off('Related Gallery')}</b><a href='/g'>{s.off(label)}</a>"
        f"<a><img alt='{label}'>{label}</a><a>{label}</a><a>{label}</a></div>"
    )
    body = s.body(
        Marks(h="<p><b>{}</b></p>", table="<table class='specs'>{}</table>"),
        {
            1: f"<div class='inset'><img src='/i.jpg'><br><font size='1'>{s.cap('{text}')}</font></div>",
            3: gallery,
        },
    )
    return f"""{s.head("Autojot", tail=" - ")}<body><a href='#c'>{s.off("Skip to main content")}</a>
        <table width='960'><tr><td class='left' valign='top'>{
        s.offs("<p>{}</p>", "We obsessively cover the auto industry")
    }<p>{s.off("19 New Articles in the last 24 hours")} <a>
        {s.off("Hide")}</a></p><ul>{s.teasers(6)}</ul></td><td class='mid' valign='top'><div class='post'>
        {s.title("<h2 class=post-title>{}</h2>")}<p class='byline'>By {s.by("<a>{}</a>")}</p>
        <p class='posted'>Posted {s.date("%b %d %Y %I:%M%p")}</p><div class='post-body'>{body}
        <p class='src'>{s.off("News Source: the maker")}</p><p class='src'>
        {s.off("Image Credit: Copyright Autojot")}</p><p>
        {s.off("Hit the jump to find the full press release.")}</p></div><p class='tools'>
        {s.offs("<a>{}</a> ", "Print", "Email this", "Digg")}</p></div><div class='cmts'><h3>
        {s.off("Reader Comments (Page 1 of 2)")}</h3>
        {s.comments("<div class=c><b>{user}</b><p>{}</p></div>")}<p>{s.off("Report this comment")}</p></div>
        </td><td class='right'>{s.offs("<p>{}</p>", "Tip Us", "Research New Cars")}</td></tr></table></body>
        </html>"""


LAYOUTS = tuple(
    ("en", layout)
    for layout in (network_theme, platform_post, glossy_monthly, blogger_blog, caption_runs, portal_2012)
)
