"""Layouts of French, Spanish, Italian and Dutch sites, 2014 to 2025."""

from madelayouts.sheet import Marks, Sheet


def petites_annonces(s: Sheet) -> str:
    """A French site of news and classified cars, 2020: offers in the text, bold lines as headings."""
    pub = f"<div class='conteneurPub'><span>{s.off('Publicité')}</span></div>"
    lire = f"<p class='alire'>Lire aussi : {s.teasers(1, '<a href=/l>{}</a>')}</p>"
    offre = f"""<div class='occasion'><h3>{s.off("Offres de voitures")}</h3><p>
        {s.off("Citadine, 12 900 euros, 41 000 km, Lyon")}</p><a>{s.off("Voir toutes les annonces")}</a>
        </div>"""
    photo = f"""<div class='photo'><img src='/f.jpg'>
        <span class='legende'>{s.cap("{text} © {credit}")}</span></div>"""
    body = s.body(Marks(h="<p><b>{}</b></p>"), {1: photo + pub, 3: lire, 5: offre, -2: lire})
    return f"""{s.head("Caradisque", "NewsArticle")}<body><div id='cookies'><p>
        {s.off("Avec votre accord, nos 412 partenaires utilisent des traceurs.")}</p><a>
        {s.off("Continuer sans accepter")}</a></div><div class='ariane'>{
        s.offs("<a>{}</a>", "Accueil", "Actualité", "Nouveautés")
    }</div><article>{s.title()}{s.dek("<div class=chapo>{}</div>")}
        <p class='signature'>Par {s.by("<a>{}</a>", " et ")} le {s.date("%d %O %Y")}</p><p class='maj'>
        {s.off("Mis à jour hier")}</p><div class='texte'>{body}</div><div class='partage'>
        {s.offs("<a>{}</a>", "Partager", "Imprimer", "Envoyer à un ami")}</div><div class='mots'>
        {s.off("Mots clés :")} {s.offs("<a>{}</a>", "citadine", "nouveauté")}</div><div class='coms'><h2>
        {s.off("Commentaires (7)")}</h2>{s.comments("<div class=com><b>Par {user}</b><p>{}</p></div>")}<a>
        {s.off("Déposer un commentaire")}</a></div></article><div class='colonne'><h2>
        {s.off("Toute l’actualité")}</h2><ul>{s.teasers(5)}</ul></div></body></html>"""


def cote_argus(s: Sheet) -> str:
    """A French weekly of quotations, 2023: the summary and a form before the text, the next story after."""
    form = f"""<form class='cote'><p>{s.off("Calculez la cote de votre véhicule")}</p><label>
        {s.off("Immatriculation")}</label><button>{s.off("Estimer")}</button></form>"""
    lettre = f"""<div class='lettre'><p>{s.off("Recevez notre lettre gratuite dans votre boîte.")}</p>
        </div>"""
    figure = f"""<figure><img src='/a.jpg'><figcaption><span>{s.cap("{text} - {credit}")}</span></figcaption>
        </figure>"""
    body = s.body(
        Marks("<div class='paragraphe'><p>{}</p></div>", "<h2><span>{}</span></h2>"),
        {2: figure, 3: form, -3: lettre},
    )
    suite = f"""<article class='suivant'>{s.teasers(1, "<h2><a href=/s>{}</a></h2>")}<p>
        {s.off("Le petit fourgon vert de la photo est à vendre depuis le printemps dernier.")}</p>
        <p>{s.off("Il est livré avec un poêle, deux chaises et une radio capricieuse.")}</p><a>
        {s.off("Lire la suite")}</a></article>"""
    return f"""{s.head("La Cote", "Article")}<body><nav>{
        s.offs("<a>{}</a>", "Cote auto", "Fiches techniques", "S’abonner")
    }</nav><main><article class='principal'>{s.title()}<div class='auteur'>{s.by("{}", ", ")} - Publié le {
        s.date("%d/%m/%Y à %Hh%M")
    }</div>
        {s.dek("<p class=chapeau><strong>{}</strong></p>")}<div class='galerie'><a>
        {s.off("Voir les 18 photos")}</a></div><div class='corps'>{body}<p><strong>
        {s.off("À LIRE. ")}</strong>{s.teasers(1, "<a href=/x>{}</a>")}</p></div><p class='bio'>
        {s.bio()}</p><div class='suivez'>{s.off("Suivez-nous sur les réseaux")}</div></article>{suite}
        <section><h3>{s.off("Les plus lus")}</h3>{s.teasers(4, "<p><a href=/p>{}</a></p>")}</section></main>
        </body></html>"""


def blog_en_red(s: Sheet) -> str:
    """A Spanish network of blogs, 2024: crosses to the same blog, a credit list, comments folded away."""
    cruce = f"""<div class='desvio-container'><div class='desvio'><span>{s.off("En Motorilla")}</span>{
        s.teasers(1, "<a href=/d>{}</a>")
    }</div></div>"""
    imagen = f"""<div class='article-asset-image'><img src='/i.jpg'><span class='asset-caption'>
        {s.cap("{text}")}</span></div>"""
    video = f"""<div class='article-asset-video'><p>
        {s.off("Vídeo destacado: cómo cambiar una rueda sin mancharse")}</p></div>"""
    body = s.body(
        Marks(h="<h2>{}</h2>"), {1: imagen, 3: cruce, 5: video, -2: imagen.replace("i.jpg", "j.jpg")}
    )
    return f"""{s.head("Motorilla", "NewsArticle")}<body><div class='head-nav'>{
        s.offs("<a>{}</a>", "Novedades", "Movilidad", "Suscríbete")
    }</div><article class='article-normal'><div class='post-title-container'>
        {s.title("<h1 class=post-title>{}</h1>")}</div><div class='post-comments-shortcut'><a>
        {s.off("12 comentarios")}</a></div>{s.dek("<div class=blob><ul><li><p>{}</p></li></ul></div>")}
        <div class='share'>{s.offs("<span>{}</span>", "Facebook", "Flipboard", "Correo")}</div>
        <div class='article-meta-row'><time datetime='{s.iso()}'>{s.date("%d %O %Y")}</time></div>
        <div class='js-authors-container'><p>{s.by("{}", " y ")}</p><p>{s.off("Editora sénior")}</p></div>
        <div class='article-content'><div class='blob js-post-images-container'>{body}<p>
        {s.off("Imágenes | Prensa Autoluz, Motorilla")}</p><p>{s.off("En Motorilla |")} {
        s.teasers(1, "<a href=/e>{}</a>")
    }</p></div></div><div class='bio-block'><p>{s.bio()}</p></div>
        <div class='newsletter'><h3>{s.off("Suscríbete a nuestra newsletter")}</h3><p>
        {s.off("Te enviaremos las mejores noticias del motor cada semana.")}</p></div><a>
        {s.off("Ver 12 comentarios")}</a></article><div class='sec'><h3>{s.off("Te recomendamos")}</h3><ul>
        {s.teasers(4)}</ul></div></body></html>"""


def suplemento_motor(s: Sheet) -> str:
    """The motoring pages of a broadcaster, 2022: captions with a bar, more stories before the text."""
    antes = f"""<div class='mas'><h4>{s.off("Más información")}</h4>{
        s.teasers(3, "<div><a href=/m>{}</a></div>")
    }</div>"""
    figure = "<div class='foto'><img src='/k.jpg'><div class='pie'>{}</div></div>"
    body = s.body(
        Marks(
            "<div class='parrafo'>{}</div>", "<h3 class='ladillo'>{}</h3>", "<div class='destacado'>{}</div>"
        ),
        {2: f"<div class='publi'>{s.off('PUBLICIDAD')}</div>", 4: figure.format(s.cap("{text} | {credit}"))},
    )
    return f"""{s.head("Antena Motor", extra=f"<meta name=DC.date.issued content={s.iso()}>")}<body>
        <div class='menu'>{s.offs("<a>{}</a>", "Directo", "Series", "Motor")}</div><div class='noticia'>
        <p class='ante'>{s.off("TODOS LOS DETALLES")}</p>
        {s.title()}{s.dek("<p class=entradilla>{}</p>")}{figure.format(s.cap("{text} | {credit}"))}
        <div class='firma'>{s.by("{}", " y ")} {s.off("Valencia")} | {s.date("%d/%m/%Y %H:%M")}</div>{antes}
        <div class='cuerpo'>{body}</div><div class='claves'>{s.off("Archivado en:")} {
        s.offs("<a>{}</a>", "Coches", "Pruebas")
    }</div><p class='sig'>
        {s.off("Síguenos en nuestro canal y no te pierdas nada del motor.")}</p>
        {s.comments("<div class=opi><i>{user}</i> {}</div>")}</div><div class='tira'><h4>
        {s.off("Lo más visto")}</h4><ul>{s.teasers(4)}</ul></div><footer>
        {s.off("Aviso legal y política de cookies")}</footer></body></html>"""


def mensile_italiano(s: Sheet) -> str:
    """An Italian monthly's site, 2016: paragraphs in their own boxes, readers' words in plain divs."""
    leggi = f"""<div class='article_paragraph'><p>{s.off("Leggi anche:")}
        {s.teasers(1, "<a href=/l>{}</a>")}</p>
        </div>"""
    foto = f"""<div class='article_gallery'><img class='rsImg' src='/g.jpg'><span class='rsCaption'>
        {s.cap("{text} (foto {credit})")}</span><em>{s.off("1 di 18")}</em></div>"""
    body = s.body(Marks("<div class='article_paragraph'><p>{}</p></div>", "<h3>{}</h3>"), {1: foto, 4: leggi})
    return f"""{s.head("Quattromani")}<body><div class='testata'>{
        s.offs("<a>{}</a>", "Listino", "Usato", "Prove su strada")
    }</div><div class='article_header'>{s.title()}{s.dek("<h2>{}</h2>")}
        <span>di {s.by("<b>{}</b>", ", ")}</span> <span class='data'>{s.date("%d %O %Y")}</span></div>{body}
        <p class='riserva'>{s.off("© Riproduzione riservata")}</p><div class='adv-wrap'>
        {s.off("Contenuto sponsorizzato")}</div><div class='segui'><p>
        {s.off("Segui Quattromani e ricevi le notizie sul telefono.")}</p></div><div class='commenti'><h4>
        {s.off("COMMENTI")}</h4>
        {
        s.comments(
            "<div class=commento><span class=autore>{user}</span><div class=testo-commento>{}</div></div>"
        )
    }</div>
        <div class='correlati'><h4>{s.off("Notizie correlate")}</h4>{
        s.teasers(4, "<div><a href=/c>{}</a></div>")
    }</div></body></html>"""


def nieuws_nl(s: Sheet) -> str:
    """A Dutch weekly's site, 2014: one text element with line breaks, a specification box in the middle."""
    lees = f"<strong>Lees ook:</strong> {s.teasers(1, '<a href=/l>{}</a>')}<br><br>"
    foto = f"<span class='foto'><img src='/n.jpg'><small>{s.cap('{text} Foto: {credit}')}</small></span><br>"
    adv = f"<div class='adv'>{s.off('Advertentie')}</div>"
    body = s.body(
        Marks("{}<br /><br />", "<strong>{}</strong><br />", "<em>{}</em><br /><br />"),
        {2: foto, 3: lees, 5: adv},
    )
    return f"""{s.head("Autoblad", tail=" - ")}<body><div id='menu'>{
        s.offs("<a>{}</a>", "Nieuws", "Occasions", "Forum")
    }</div><div id='artikel'>{s.title()}<div class='info'>Door: {s.by("{}", " en ")} | {
        s.date("%d %O %Y %H:%M")
    } | {s.off("14 reacties")}</div>
        {s.dek("<div class=intro>{}</div>")}<div class='tekst'>{body}</div><div class='delen'>
        {s.offs("<a>{}</a>", "Deel dit bericht", "Mail een vriend")}</div><div class='over'>{s.bio()}</div>
        <h3>{s.off("Reageer op dit bericht")}</h3>
        {s.comments("<div class=reactie><b>{user}</b><br>{}</div>")}</div><div id='rechts'><h3>
        {s.off("Meest gelezen")}</h3><ul>{s.teasers(4)}</ul></div></body></html>"""


LAYOUTS = (
    *(("fr", layout) for layout in (petites_annonces, cote_argus)),
    *(("es", layout) for layout in (blog_en_red, suplemento_motor)),
    ("it", mensile_italiano),
    ("nl", nieuws_nl),
)
