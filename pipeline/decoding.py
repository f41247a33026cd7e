# ruff: noqa: RUF001 - signs and letters of other alphabets are the thing itself here
"""From a page's bytes to UTF-8: byte-order mark, server, page, then what the bytes themselves say."""

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
LANG = re.compile(rb"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z]{2})", re.IGNORECASE)
HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
META_REACH = 16_384  # bytes; browsers look at 1,024, real pages put theirs further down

MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00\x18ftyp",
)
# What a server calls no page; believed unless the bytes are mark-up.
OTHER = re.compile(
    r"\s*(?:image|audio|video|font)/|\s*application/(?:pdf|zip|gzip|octet-stream)", re.IGNORECASE
)
MARKUP = re.compile(rb"<(?:!doctype|html|head|body|title|p|div)[\s>]", re.IGNORECASE)
UNPRINTED = bytes(set(range(32)) - {9, 10, 12, 13, 27})  # 27 begins the shifts of ISO-2022
MAX_UNPRINTED = 0.05  # share of such bytes in the head of a text page; pictures have about 10 %
BINARY_READ = 1000  # bytes of a binary answer that are shown at all

# The web's names for encodings that differ from Python's (WHATWG Encoding Standard).
LABELS = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "x-user-defined": "cp1252",
    "unicode": "utf-8",
}
# Which 8-bit page a language was written in before UTF-8.
BY_LANGUAGE = {
    **dict.fromkeys(("cs", "sk", "pl", "hu", "sl", "hr", "bs", "ro", "sq"), "cp1250"),
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk"), "cp1251"),
    "el": "cp1253",
    "tr": "cp1254",
    "he": "cp1255",
    "ar": "cp1256",
    "fa": "cp1256",
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
    "vi": "cp1258",
    "ja": "cp932",
    "zh": "gb18030",
    "ko": "cp949",
    "th": "cp874",
}
# Letters that texts in the languages of an 8-bit page are full of, and texts read with a wrong page are not.
TELLING = {
    "cp1252": frozenset("äöüßéèêàâçñáíóúãõåøæœ'–„“”’«»…€ "),
    "cp1250": frozenset("ěščřžýáíéúůťďňĺľąęłńóśźżőűäöüăţşđć–„“”’…"),
    "cp1251": frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґё–«»№…"),
    "cp1253": frozenset("αβγδεζηθικλμνξοπρστυφχψωάέήίόύώςΑΕΟΤ–«»…"),
    "cp1254": frozenset("ğşıçöüİŞĞ–“”’…"),
}
# The signs by which Windows' page spells the bytes 0x80-0x9f, and these bytes.
CP1252 = {
    sign: bytes([byte]) for byte in range(0x80, 0xA0) if (sign := bytes([byte]).decode("cp1252", "ignore"))
}
FOLLOWING = "\u0080-\u00bf" + "".join(CP1252)
# A character of two to four bytes, each of them a character by now: \u00c3\u00bc for \u00fc.
SPOILT = re.compile(
    f"[\u00c2-\u00df][{FOLLOWING}]|[\u00e0-\u00ef][{FOLLOWING}]{{2}}|[\u00f0-\u00f4][{FOLLOWING}]{{3}}"
)
# What no text means and every text encoded twice holds: a quotation mark's or an accented letter's beginning.
TWICE = re.compile(rb"\xc3\xa2(?:\xc2\x80|\xe2\x82\xac)|\xc3\x83(?:\xc2[\x80-\xbf]|\xe2\x80|\xc5)")
MAX_LOST = 0.002  # share of replacement characters above which a label is not believed


def as_utf8(html: bytes | str, content_type: str | None = None) -> tuple[bytes, tuple[str, ...]]:
    """The page as UTF-8, as parsers want it, and the flags that say what was odd about its bytes.

    `content_type` is the server's header. Bytes that are sound UTF-8 are taken as such whatever their label
    says: text in another encoding almost never is. Never raises. Flags: "binary", "charset mislabelled",
    "encoded twice",
    "utf-16 without byte-order mark", "characters lost".
    """
    if isinstance(html, str):
        return html.encode("utf-8", "replace"), ()
    if html.startswith(MAGIC) or (OTHER.match(content_type or "") and not MARKUP.search(html[:META_REACH])):
        return html[:BINARY_READ].decode("ascii", "ignore").encode(), ("binary",)
    if html.startswith(codecs.BOM_UTF8):
        html = html[3:]
    elif (html.isascii() and b"\x00" not in html[:2048] and b"\x1b$" not in html and b"~{" not in html) or (
        is_utf8(html) and b"\x00" not in html[:2048]
    ):
        return (repaired(html), ("encoded twice",)) if TWICE.search(html) else (html, ())
    text, flags = decode(html, content_type)
    return text.encode("utf-8", "replace"), flags


def repaired(html: bytes) -> bytes:
    """UTF-8 in which parts were taken for an 8-bit page and encoded once more, these parts as they were."""
    return SPOILT.sub(lambda found: once(found.group()), html.decode("utf-8")).encode("utf-8")


def once(text: str) -> str:
    """`text` before its second encoding; unchanged where it was encoded only once."""
    try:
        whole = b"".join(CP1252.get(sign) or sign.encode("latin-1") for sign in text)
        return whole.decode("utf-8")
    except UnicodeError:
        return text


def is_utf8(html: bytes) -> bool:
    """Whether the bytes are sound UTF-8 throughout."""
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode(html: bytes, content_type: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text of bytes that may be in any encoding, and the flags of `as_utf8`."""
    for bom, name in BOMS:
        if html.startswith(bom):
            return html[len(bom) :].decode(name, "replace"), ()
    wide = wide_without_bom(html)
    if wide:
        return html.decode(wide, "replace"), ("utf-16 without byte-order mark",)
    if is_binary(html):
        return html[:BINARY_READ].decode("ascii", "ignore"), ("binary",)
    label = stated(html, content_type)
    if label not in ("iso2022_jp", "hz", "utf-7") and is_utf8(html):
        return html.decode("utf-8"), ()
    return from_8_bit(html, label)


def stated(html: bytes, content_type: str | None) -> str | None:
    """Python's name of the encoding that server or page states; None where they state none that exists."""
    found = HEADER.search(content_type or "")
    names = [found.group(1)] if found else []
    head = html[:META_REACH]
    for pattern in (META, XML):
        match = pattern.search(head)
        if match:
            names.append(match.group(1).decode("ascii"))
    for name in names:
        try:
            codec = codecs.lookup(LABELS.get(name.lower(), name))
        except (LookupError, ValueError):
            continue
        if is_text_codec(codec):
            return codec.name
    return None


def is_text_codec(codec: codecs.CodecInfo) -> bool:
    """Whether `codec` is an encoding of pages; Python also lists rot13, zlib, idna, undefined and the
    like.
    """
    if codec.name.startswith(("utf-16", "utf-32", "unicode", "raw", "idna", "punycode")):
        return False
    try:
        return b"a<".decode(codec.name) == "a<"
    except (LookupError, ValueError):
        return False


def wide_without_bom(html: bytes) -> str | None:
    """UTF-16 by its zero bytes: mark-up is mostly ASCII, so every other byte is zero."""
    head = html[:2048]
    half = len(head) // 2
    if half < 8 or head.count(0) < half * 0.4:
        return None
    if head[1::2].count(0) > half * 0.7 and head[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if head[0::2].count(0) > half * 0.7 and head[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def is_binary(html: bytes) -> bool:
    """Whether the bytes are a picture, an archive or a document rather than text in any encoding."""
    head = html[:4096]
    return len(head) - len(head.translate(None, UNPRINTED)) > len(head) * MAX_UNPRINTED


def lost_share(text: str) -> float:
    """The share of characters that could not be read, among those that are not ASCII."""
    lost = text.count("�")
    return lost / max(1, len(text)) if lost else 0.0


def from_8_bit(html: bytes, label: str | None) -> tuple[str, tuple[str, ...]]:
    """Bytes that are not sound UTF-8, read with the stated encoding or else the likeliest one."""
    if label and label != "utf-8":
        text = html.decode(label, "replace")
        if lost_share(text) <= MAX_LOST:
            return text, ()
    text = html.decode("utf-8", "replace")
    # A page in UTF-8 with a few broken bytes, or cut off inside a character, still has sound sequences.
    sound = sum(1 for c in text[:200_000] if ord(c) > 0x9F and c != "�")
    if sound > 4 * text.count("�") or lost_share(text) == 0.0:
        return text, ("characters lost",)
    return html.decode(likeliest(html), "replace"), ("charset mislabelled",) if label else ()


def likeliest(html: bytes) -> str:
    """The 8-bit encoding whose own letters the bytes show most; the page's language decides where it can."""
    found = LANG.search(html[:META_REACH])
    if found:
        named = BY_LANGUAGE.get(found.group(1).decode("ascii").lower())
        if named:
            return named
    high = bytes(b for b in html[:400_000] if b > 0x7F)[:20_000]
    scores = {name: share_of(high.decode(name, "replace"), telling) for name, telling in TELLING.items()}
    return max(scores, key=lambda name: scores[name])


def share_of(text: str, letters: frozenset[str]) -> float:
    """The share of `text` made of `letters`."""
    return sum(1 for c in text if c in letters) / max(1, len(text))
