"""Layouts of German-language sites, 2016 to 2025."""

from madelayouts.sheet import Marks, Sheet


def heft_und_netz(s: Sheet) -> str:
    """A magazine's site of 2019: captions as paragraphs led by their credit, the title said again."""
    foto = "<div class='xa-article__img'><img src='/f.jpg'><p>{}</p></div>"
    slider = f"""<div class='xa-article-slider'><h3>{s.off("Lesen Sie auch")}</h3>{
        s.teasers(3, "<p><a href=/l>{}</a></p>")
    }</div>"""
    heft = f"""<div class='xa-heft'><p>{s.off("Die aktuelle Ausgabe")}</p><p>
        {s.off("Ausgabe 14, erschienen am Donnerstag, 148 Seiten")}</p></div>"""
    body = s.body(
        Marks(h="<h2 class='xa-article__headline'>{}</h2>"),
        {
            1: foto.format(s.cap("Foto: {credit} {text}")),
            3: slider,
            5: foto.format(s.cap("Foto: {credit} {text}")),
            -2: heft,
        },
    )
    return f"""{s.head("Auto und Strecke", extra=f"<meta name=date content={s.iso()}>")}<body>
        <div class='xa-subnav-container'>{
        s.offs("<a>{}</a>", "Marken & Modelle", "Tests", "Oldtimer", "Abo")
    }</div><article>{s.title()}<div class='xa-article-date'>{s.date("%d.%m.%Y")}</div>
        <div class='xa-article-meta'>{s.by("<span>{}</span>", ", ")}</div>
        {s.dek("<p class=xa-intro><b>{}</b></p>")}<div class='xa-article__hero--gallery'><a>
        {s.off("60 Bilder")}</a></div><div class='xa-barometer'><p>{s.off("Stimmen Sie ab")}</p><p>
        {s.off("2.310 Mal abgestimmt")}</p></div><div class='xa-text'>{body}</div><a class='xa-button'>
        {s.off("Zur Startseite")}</a><div class='xa-related-article'><h3>{s.off("Mehr zum Thema")}</h3>
        {s.teasers(3, "<div><a href=/m>{}</a></div>")}</div><p class='xa-ad'>{s.off("ANZEIGE")}</p>
        </article><footer>{s.offs("<a>{}</a>", "Impressum", "Datenschutz", "Mediadaten")}</footer></body>
        </html>"""


def plattform_de(s: Sheet) -> str:
    """A platform's German edition of 2021: names twice, a block of other titles and leasing offers within."""
    mehr = f"""<div class='relatedContent-new'><p>{s.off(f"Mehr zum {s.story.car}:")}</p>{
        s.teasers(2, "<div class=related-item><a href=/r>{}</a></div>")
    }</div>"""
    galerie = f"""<p>{s.off(f"Bildergalerie: {s.story.car} (Erlkönig)")}</p><div class='thumbs'>
        {s.off("14 Bilder")}</div>"""
    leasing = f"""<div class='lz-container'><h4>{s.off("Die besten Leasing-Deals")}</h4><p>
        {s.off("KRACHER! Kleinwagen im Leasing für 99 Euro im Monat brutto")}</p></div>"""
    photo = f"""<section data-widget='image'><img src='/p.jpg'><p class='photo-title'>{s.cap("{text}")}</p>
        </section>"""
    names = "<div class='box'><span>Von:</span> {}</div>"
    body = s.body(Marks(h="<h3>{}</h3>"), {1: galerie, 2: photo, 4: mehr, 6: leasing})
    shares = s.offs(
        "<span>{}</span>",
        "++",
        "Auf Facebook teilen",
        "Auf Twitter teilen",
        "Auf Flipboard teilen",
        "E-Mail senden",
    )
    return f"""{s.head("RadEins", "NewsArticle")}<body><div class='crumbs'>{
        s.offs("<a>{}</a>", "Home", "Erlkönige")
    }</div><div id='article_box'>{s.title()}{s.dek("<h2 class=preview>{}</h2>")}
        <span class='date-data'>{s.date("%d. %O %Y um %H:%M")}</span>
        {names.format(s.by("<a class=author>{}</a>", ", "))}<div class='postBody description e-content'>
        {body}<p>{s.off("Quelle:")}</p><p>{s.off("Autolicht Presse / Eigene Beobachtung")}</p>
        <div class='parent-shareBox'>{shares}</div></div><h4>
        {s.off("Das Beste von Strecke-Total.example")}</h4>{s.teasers(2, "<p><a href=/b>{}</a></p>")}{
        names.format(s.by("<a class=author>{}</a>", ", "))
    }<h4>
        {s.off("Meistgelesen")}</h4><ol>{s.teasers(4)}</ol><a>{s.off("Kommentieren!")}</a><div>
        {s.offs("<p>{}</p>", "Über diesen Artikel", "Kategorie", "Marke/Modell")}</div></div></body></html>"""


def technik_verlag(s: Sheet) -> str:
    """A technology publisher's car section, 2024: own elements, consent for embeds, initials at the end."""
    optin = f"""<a-opt-in><div class='opt-in__content'><p>{s.off("Empfohlener redaktioneller Inhalt")}</p><p>
        {s.off("Mit Ihrer Zustimmung wird hier ein externes Video geladen.")}</p><label>
        {s.off("Video immer laden")}</label></div></a-opt-in>"""
    box = f"""<div class='a-box'><h3>{s.off("Lesen Sie auch")}</h3><a-teaser>{
        s.teasers(1, "<h4><a href=/t>{}</a></h4>")
    }</a-teaser></div>"""
    figure = """<figure class='a-article-image'><img src='/v.jpg'><figcaption>
        <p class='a-caption__text'>{}</p>
        <p class='a-caption__source'>(Bild:&nbsp;{})</p></figcaption></figure>"""
    text = s.cap("{text}")
    source = s.story.captions[s.used_captions - 1][1]
    body = s.body(
        Marks(
            h="<h3 class='subheading' id='nav_1'>{}</h3>",
            table="<div class='table-box'><table>{}</table></div>",
        ),
        {2: optin, 3: figure.format(text, source), 5: box},
    )
    return f"""{s.head("Platine online", "NewsArticle")}<body><div class='a-notice'>
        {s.off("Diese Seite jetzt ohne Werbebanner lesen")}</div><nav>{
        s.offs("<a>{}</a>", "IT", "Wissen", "Mobiles", "Karriere")
    }</nav><article id='meldung' class='meldung_wrapper'>
        <header class='a-article-header'>
        {s.title("<h1 class=a-article-header__title>{}</h1>")}{
        s.dek("<p class=a-article-header__lead>{}</p>")
    }
        <time datetime='{s.iso()}'>{s.date("%d.%m.%Y, %H:%M Uhr")}</time><a>
        {s.off("Kommentare lesen (23)")}</a><div>{s.off("Lesezeit: 4 Min.")}</div>
        <ul class='creator__names'><li class='creator__name'>Von {s.by("<a>{}</a>", ", ")}</li></ul>
        </header><a-gift>{s.off("Beitrag verschenken")}</a-gift><div class='article-content'>{body}
        <p class='branding'>{s.off("Mehr zur Marke im Überblick:")}</p><p>{
        s.teasers(2, "<a href=/u>{}</a><br>")
    }</p><p class='rel'>
        <span class='redakteur'>({s.off("mfz@platine.example")})</span></p></div></article>
        <section data-component='TeaserList'><h2>{s.off("Auch interessant")}</h2>{
        s.teasers(3, "<article><h3><a href=/a>{}</a></h3></article>")
    }</section><footer>{
        s.offs("<p>{}</p>", "Newsletter, jeden Morgen", "Verlags-Jobs")
    }</footer></body></html>"""


def strom_blog(s: Sheet) -> str:
    """An electric-car blog on an old WordPress theme, 2016 to 2023, with readers' words and a sum to do."""
    passend = f"<div class='yarpp-related'><h3>{s.off('Passend dazu')}</h3><ol>{s.teasers(3)}</ol></div>"
    bild = f"""<div id='attachment_1' class='wp-caption aligncenter'><img src='/s.jpg'>
        <p class='wp-caption-text'>
        {s.cap("{text} / Bild: {credit}")}</p></div>"""
    lese = f"<p><strong>Lesetipp:</strong> {s.teasers(1, '<a href=/l>{}</a>')}</p>"
    anzeige = f"<div class='werbung'><small>{s.off('Werbung')}</small></div>"
    body = s.body(Marks(h="<h4>{}</h4>"), {1: bild, 3: anzeige, 4: lese})
    return f"""{s.head("Stromfahrer", tail=" › ")}<body><ul class='menu'>{
        s.offs("<li>{}</li>", "Startseite", "Ladesäulen", "Forum")
    }</ul><div class='post type-post'>{s.title("<h2 class=entry-title>{}</h2>")}
        <p class='post-info'>{s.date("%d. %O %Y")} von {s.by("<span class=author>{}</span>", ", ")} <a>
        {s.off("3 Kommentare")}</a></p><div class='entry-content'>
        {s.dek("<p><strong>{}</strong></p>")}{body}<p>{s.off("Via: Pressemitteilung")}</p><p>
        <img src='https://vg.example/x' width=1 height=1></p>{passend}</div><div class='postmeta'>
        {s.off("Kategorie: Elektroautos")}</div><p class='autor'>{s.bio()}</p><h3>
        {s.off("3 Meinungen zu diesem Beitrag")}</h3>
        {s.comments("<li class=comment><cite>{user}</cite> sagt: <p>{}</p></li>")}<h3>
        {s.off("Einen Kommentar schreiben")}</h3><p>{s.off("Bitte rechnen Sie 6 plus 7.")}</p></div>
        <div id='sidebar'><h3>{s.off("Neueste Beiträge")}</h3><ul>{s.teasers(4)}</ul></div></body></html>"""


LAYOUTS = tuple(("de", layout) for layout in (heft_und_netz, plattform_de, technik_verlag, strom_blog))
