"""Layouts of British, Australian and Irish sites, 2014 to 2025."""

from madelayouts.sheet import Marks, Sheet


def consumer_weekly(s: Sheet) -> str:
    """A consumer weekly of 2025: notices of advertisements and search boxes between the paragraphs."""
    ad = f"""<div class='nova__ad'><a href='#s'>{s.off("Skip advert")}</a><div>{s.off("Advertisement")}</div>
        </div><div class='nova__ad-below'>{s.off("Advertisement - Article continues below")}</div>"""
    finder = f"""<div class='nova__widget'><h3>{s.off("Find a car with the experts")}</h3><label>
        {s.off("Choose make")}</label><select><option>{s.off("Any model")}</option></select></div>"""
    more = f"""<div class='nova__more-reviews'><h3>{s.off("More reviews")}</h3>
        <h4>{s.off("Long-term tests")}</h4>
        <ul>{s.teasers(3)}</ul></div>"""
    figure = f"""<figure class='nova__image'><img src='/i.jpg'><div class='nova__credit'>
        {s.cap("{text} - {credit}")}</div></figure>"""
    body = s.body(
        Marks(p="<p class='nova__para'>{}</p>", h="<h2 class='nova__head' id='h'>{}</h2>"),
        {1: ad, 2: more, 4: ad + finder, 6: ad, -2: figure},
    )
    return f"""{
        s.head("Motor Consumer", "NewsArticle", f"<meta property=article:published_time content={s.iso()}>")
    }<body><div class='nova__header'>
        {s.offs("<a>{}</a>", "Subscribe for 1 pound", "Sell my car", "Reviews A-Z")}</div><main>
        <div class='nova__content'>
        {s.title("<h1 class=nova__title>{}</h1>")}{s.dek("<h2 class=nova__short-teaser>{}</h2>")}
        <span class='nova__by'>by: {s.by("<a>{}</a>")}</span><span class='nova__date'>
        {s.date("%d %b %Y")}</span><div class='nova__article--social'>{
        s.offs("<span>{}</span>", "Open Facebook", "Open WhatsApp")
    }</div><div class='nova__article--content'>{body}
        <p class='nova__para'><em>
        {
        s.off(
            "Did you know you can sell your car through Motor Consumer? Get a quote from hundreds of dealers."
        )
    }</em>
        </p><p class='nova__para'><strong><a href='/q'>
        {s.off("Click here for our list of the best vans on sale...")}</a></strong></p></div>
        <div class='nova__author'><h4>{s.off("News reporter")}</h4><p>{s.bio()}</p></div></div>
        <div class='nova__next'><h2>{s.off("Most Popular")}</h2>{
        s.teasers(4, "<article><h3><a href=/m>{}</a></h3></article>")
    }</div></main></body></html>"""


def drupal_weekly(s: Sheet) -> str:
    """A weekly on Drupal 7: fields within fields, a sign-up, readers' words under no heading."""
    signup = f"""<div class='signup-block'><h3>{s.off("Get the best car news first")}</h3><p>
        {s.off("Join our mailing list and receive all we know, every Friday, in your inbox.")}</p>
        <label>{s.off("Email address")}</label></div>"""
    promo = f"""<div class='promo-panel'><p>{s.off("Read our review")}</p>{
        s.teasers(1, "<h3><a href=/r>{}</a></h3>")
    }<p>{s.off("Back to top")}</p></div>"""
    body = s.body(
        Marks(h="<p><strong>{}</strong></p>", quote="<p>{}</p>"),
        {
            2: signup,
            4: f"<blockquote class='image-field-caption'><p>{s.cap('{text}')}</p></blockquote>",
            -3: promo,
        },
    )
    return f"""{s.head("Autocourier", extra=f"<meta name=dcterms.date content={s.iso()}>")}
        <body class='html not-front page-node node-type-news'><div id='block-menu'>{
        s.offs("<a>{}</a>", "Car news", "First drives", "Features", "Forums")
    }</div><div class='col-left'><h4>
        {s.off("Latest drives")}</h4><ul>{s.teasers(4)}</ul></div><div class='col-center'>
        {s.title()}{s.dek("<div class=field-name-summary>{}</div>")}<div class='personality'><a>
        {s.by("{}")}</a></div><div class='personality-date'>{s.date("%d %O %Y")}</div>
        <div class='field field-name-body'><div class='field-items'>
        <div class='field-item even' property='content:encoded'>{body}</div></div></div>
        <div class='block-author-information'><h3>{s.off("About the writer")}</h3><p>{s.off("Title:")}</p>
        <p>{s.bio()}</p></div><h3><a href='#comment-1'>{s.off("Join the debate")}</a></h3>
        <div id='comments'>
        {
        s.comments("<div class=comment><h4>{user}</h4><div class=submitted>9 August</div><p>{}</p></div>")
    }</div>
        <div class='block-related-news'><h3>{s.off("Find an Autocourier car review")}</h3><p>
        {s.off("Driven this week")}</p></div></div><div class='col-right'>{
        s.offs("<p>{}</p>", "Advertisement", "In this week’s magazine", "View all car reviews")
    }</div></body></html>"""


def hashed_classes(s: Sheet) -> str:
    """An Australian site of 2024: every element a div with a hashed class, age and headline glued."""
    stub = (
        f"<div class='_9c'><span>{s.off('Learn about Carwise or')}</span> <a>{s.off('contact us')}</a></div>"
    )
    ago = s.teasers(4, "<a class='_7v'><span>17 hours ago</span><span>{}</span></a>")
    more = f"<div class='_3m'><span>{s.off('MORE:')}</span>{s.teasers(1, '<a href=/m>{}</a>')}</div>"
    picture = f"<div class='_pic'><img src='/w.webp'><div class='_cap'>{s.cap('{text}')}</div></div>"
    body = s.body(
        Marks(
            "<div class='_2k'>{}</div>",
            "<div class='_2k _h'><b>{}</b></div>",
            "<div class='_q'>{}</div>",
            items="<div class='_l'>{}</div>",
            item="<div class='_li'>{}</div>",
        ),
        {2: picture, 4: more, -3: more},
    )
    return f"""{s.head("Carwise", "NewsArticle")}<body><div class='_top'><div class='_nav'>{
        s.offs("<a>{}</a>", "News", "Compare Cars", "Get A Great Deal")
    }</div></div><div class='_wrap'><div class='_hd'>
        {s.title("<h1 class=_t>{}</h1>")}<div class='_cm'><span>{s.off("Comments")}</span><span>
        {s.off("Join the Convo")}</span></div>{s.dek("<div class=_dk>{}</div>")}<div class='_au'><div>
        {s.by("{}")}</div><div>{s.off("Contributor")}</div></div></div><div class='_dt'>
        {s.date("%O %d, %Y")}</div><div class='_bd'>{body}</div><div class='_bio'>{s.bio()}</div>
        <div class='_ad'>{s.offs("<div>{}</div>", "BUY", "LEASE")}</div>{stub}<div class='_lt'>
        {s.offs("<div>{}</div>", "Also on Carwise")}{ago}</div></div></body></html>"""


def city_lifestyle(s: Sheet) -> str:
    """A lifestyle title on a page builder, 2019: picture, credit and text in rows; the next story follows."""
    row = "<div class='vc_row'><div class='wpb_text_column'><div class='wpb_wrapper'>{}</div></div></div>"
    picture = f"""<div class='wpb_single_image'><figure><img src='/a.jpg'></figure><em class='vc_cap'>
        {s.cap("PHOTO: {credit} / {text}")}</em></div>"""
    deal = f"""<div class='vc_cta'><h2>{s.off("Win a weekend with two cars")}</h2><p>
        {s.off("Enter your details by noon on Sunday. Terms apply.")}</p></div>"""
    body = s.body(
        Marks("<p style='text-align:left'>{}</p>", "<h4>{}</h4>"),
        {3: "</div>" + picture + deal + "<div class='again'>"},
    )
    follow = f"""<article class='next-article'><h2><a href='/n'>{s.teasers(1, "{}")}</a></h2><p>
        {s.off("The small green van in the picture has been up for sale since last spring.")}</p>
        <p>
        {s.off("It comes with a stove, two chairs and a radio that finds one station at night.")}</p>
        <p>{s.off("He says he will sell it to the first person who can start it without asking how.")}</p>
        </article>"""
    return f"""{s.head("Town & Tyre", "BlogPosting", tail=" – ")}<body><div id='cookie' class='cookie-bar'><p>
        {s.off("We use cookies to make this site work. By carrying on you agree to our policy.")}</p>
        <button>{s.off("Accept all")}</button></div><nav class='mega'>{
        s.offs("<a>{}</a>", "Style", "Wheels", "Food", "Escape")
    }</nav><article class='post'>{s.title()}<div class='entry-meta'>
        {s.date("%d %O %Y")} | {s.by("Words: {}")}</div>
        {s.dek("<p class=intro><strong>{}</strong></p>")}{row.format("<div class=again>" + body + "</div>")}
        <p class='end'>{s.off("The writer was a guest of the maker.")}</p><p>
        {s.off("Want more? Follow us on Instagram and sign up to our newsletter.")}</p></article>
        <div class='up-next'>{s.off("Up next")}</div>{follow}<footer><ul>{s.teasers(4)}</ul><p>
        {s.off("© Town & Tyre. All rights reserved.")}</p></footer></body></html>"""


LAYOUTS = tuple(("en", layout) for layout in (consumer_weekly, drupal_weekly, hashed_classes, city_lifestyle))
