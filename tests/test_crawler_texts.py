"""Pages in any encoding end as the same text in both databases; what cannot be read never passes for text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import article
from madenet import Answer
from online import HOME, Online, online

ENGLISH = (
    "The coupé costs 30,000 € – “a bargain”, says the dealer’s naïve cousin from Zürich on its first day."
)
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl závodník, který příště zvýší tempo o deset procent."
RUSSIAN = "Новый седан поступит в продажу весной, сообщил представитель завода на выставке в городе."
GREEK = "Το νέο μοντέλο έρχεται την άνοιξη με μεγαλύτερο χώρο αποσκευών, είπε ο κατασκευαστής χθες."
JAPANESE = "新型の電気自動車は来年の春に発売されると、開発を担当した技術者が工場で静かに語ったという。" * 3
CHINESE = "新款电动汽车将于明年春天上市，工厂的工程师在展会上平静地说，它的后备箱更大，价格却没有变。" * 3
KOREAN = "새로운 전기 자동차는 내년 봄에 출시될 예정이라고 공장의 기술자가 전시회에서 조용히 말했다. " * 3
PAGE = (
    '<!doctype html><html lang="{lang}"><head>{head}<title>The story of the {name}</title>'
    '<meta property="og:type" content="article"></head>'
    "<body><article><h1>The story of the {name}</h1>{text}</article></body></html>"
)


def page(name: str, text: str, head: str = "", lang: str = "en") -> str:
    """A page whose body is `text` four times over, as paragraphs with number and name."""
    body = "".join(f"<p>{n}. {name}: {text}</p>" for n in range(1, 5))
    return PAGE.format(name=name, text=body, head=head, lang=lang)


def meta(charset: str) -> str:
    return f'<meta charset="{charset}">'


# name: bytes, content type, the text that must be stored
SOUND: dict[str, tuple[bytes, str, str]] = {
    "utf8": (page("utf8", ENGLISH).encode(), "text/html; charset=UTF-8", ENGLISH),
    "utf8-silent": (page("utf8-silent", CZECH).encode(), "text/html", CZECH),
    "utf8-mark": (page("utf8-mark", CZECH).encode("utf-8-sig"), "text/html; charset=iso-8859-1", CZECH),
    "utf8-wrongly-meta": (
        page("utf8-wrongly-meta", RUSSIAN, meta("windows-1251")).encode(),
        "text/html",
        RUSSIAN,
    ),
    "latin1-is-1252": (
        page("latin1-is-1252", ENGLISH).encode("cp1252"),
        "text/html; charset=iso-8859-1",
        ENGLISH,
    ),
    "conflict": (
        page("conflict", ENGLISH, meta("utf-8")).encode("cp1252"),
        "text/html; charset=utf-8",
        ENGLISH,
    ),
    "header-wins": (
        page("header-wins", RUSSIAN, meta("iso-8859-1"), "ru").encode("cp1251"),
        "text/html; charset=windows-1251",
        RUSSIAN,
    ),
    "cp1250": (page("cp1250", CZECH, meta("windows-1250"), "cs").encode("cp1250"), "text/html", CZECH),
    "cp1250-as-utf8": (
        page("cp1250-as-utf8", CZECH, meta("utf-8"), "cs").encode("cp1250"),
        "text/html",
        CZECH,
    ),
    "cp1251": (page("cp1251", RUSSIAN, meta("windows-1251"), "ru").encode("cp1251"), "text/html", RUSSIAN),
    "koi8": (page("koi8", RUSSIAN, meta("koi8-r"), "ru").encode("koi8-r"), "text/html", RUSSIAN),
    "cp1253": (page("cp1253", GREEK, meta("windows-1253"), "el").encode("cp1253"), "text/html", GREEK),
    "shift-jis": (
        page("shift-jis", JAPANESE, meta("Shift_JIS"), "ja").encode("cp932"),
        "text/html",
        JAPANESE,
    ),
    "euc-jp": (page("euc-jp", JAPANESE, meta("euc-jp"), "ja").encode("euc_jp"), "text/html", JAPANESE),
    "gb2312": (page("gb2312", CHINESE, meta("gb2312"), "zh").encode("gb18030"), "text/html", CHINESE),
    "euc-kr": (page("euc-kr", KOREAN, meta("euc-kr"), "ko").encode("cp949"), "text/html", KOREAN.strip()),
    "utf16": (page("utf16", CZECH).encode("utf-16"), "text/html", CZECH),
    "utf16-bare": (page("utf16-bare", ENGLISH).encode("utf-16-le"), "text/html; charset=utf-8", ENGLISH),
    "utf32": (page("utf32", CZECH).encode("utf-32"), "text/html", CZECH),
    "twice": (page("twice", ENGLISH).encode().decode("cp1252", "ignore").encode(), "text/html", ""),
    "unknown": (page("unknown", ENGLISH).encode(), "text/html; charset=martian", ENGLISH),
    "entities": (
        page("entities", ENGLISH).encode("ascii", "xmlcharrefreplace"),
        "text/html; charset=us-ascii",
        ENGLISH,
    ),
}
PLAIN = "The saloon left the works on a rainy morning, and the band at the gate played on until noon."
# what is no character goes, what surrounds it stays; never what the bytes would mean to a laxer reader
BROKEN: dict[str, tuple[bytes, str]] = {
    "nul": (page("nul", PLAIN + "\0 So").encode(), PLAIN),
    "surrogates": (page("surrogates", PLAIN + " &#xd83d;&#xd83d; So").encode(), PLAIN),
    "raw-surrogate": (
        page("raw-surrogate", PLAIN + " @@ So").encode().replace(b"@@", b"\xed\xa0\xbd"),
        PLAIN,
    ),
    "overlong": (
        page("overlong", PLAIN + " @@ So").encode().replace(b"@@", b"\xc0\xbcscript\xc0\xbe"),
        PLAIN,
    ),
    "utf7": (page("utf7", PLAIN + " +ADw-script+AD4-x()", meta("utf-7")).encode(), "+ADw-script+AD4-x()"),
    "controls": (page("controls", PLAIN + " \x1b[31mred\x9b\x85 So").encode(), PLAIN),
}


@pytest.fixture
def place(tmp_path: Path, store_url: str) -> Iterator[Online]:
    with online(tmp_path, database=store_url) as made:
        made.define()
        yield made


def test_every_encoding_ends_as_the_text_it_was_written_as(place: Online) -> None:
    pages = place.board.pages
    for name, (body, kind, _) in SOUND.items():
        pages[f"/news/{name}"] = Answer(body, kind=kind)
    for name, (body, _) in BROKEN.items():
        pages[f"/news/{name}"] = Answer(body, kind="text/html; charset=utf-8")
    place.board.feed([f"{HOME}news/{name}" for name in (*SOUND, *BROKEN)])
    ended = place.go()
    texts = {str(row[0]).rpartition("/")[2]: str(row[2]) for row in place.articles()}
    assert texts.keys() == {*SOUND, *BROKEN}, ended.err
    for name, (_, _, text) in SOUND.items():
        expected = "\n\n".join(f"{n}. {name}: {text}" for n in range(1, 5))
        assert texts[name] == expected or name == "twice", name
    for name, (_, part) in BROKEN.items():
        assert part in texts[name], name
        assert "<script" not in texts[name]
        assert all(sign.isprintable() or sign == "\n" for sign in texts[name]), name


def test_bytes_that_are_no_text_are_not_stored_as_such(place: Online) -> None:
    noise = bytes(range(128, 256)) * 40
    body = page("noise", "@@ of the car").encode().replace(b"@@", noise)
    place.board.pages["/news/noise"] = Answer(body, kind="text/html; charset=utf-8")
    place.board.pages["/news/good"] = Answer(article(1))
    place.board.feed([f"{HOME}news/noise", f"{HOME}news/good"])
    place.go()
    for row in place.articles():
        assert str(row[2]).count("\ufffd") <= len(str(row[2])) / 100
