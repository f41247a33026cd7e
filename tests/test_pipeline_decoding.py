import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoding import as_utf8, decode
from pipeline.extract import extract

CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl závodník, který příště zvýší tempo."
RUSSIAN = "Новый седан поступит в продажу весной, сообщил представитель завода."
GERMAN = "Für größere Reisen gehört das schöne Coupé in die Garage, meint der Händler."


def page(text: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><p>{text}</p></body></html>"


def read(html: bytes, content_type: str | None = None) -> str:
    return extract(html, content_type=content_type).blocks[0].text


def test_sound_utf8_is_believed_whatever_the_label_says() -> None:
    html = page(GERMAN, '<meta charset="iso-8859-1">').encode()
    assert read(html, "text/html; charset=windows-1252") == GERMAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(GERMAN, "iso-8859-1"), (CZECH, "windows-1250"), (RUSSIAN, "koi8-r"), ("新型の電気自動車", "shift_jis")],
)
def test_the_stated_encoding_is_used(text: str, encoding: str) -> None:
    assert read(page(text, f'<meta charset="{encoding}">').encode(encoding)) == text
    assert read(page(text).encode(encoding), f"text/html; charset={encoding}") == text


@pytest.mark.parametrize(
    ("text", "encoding"), [(CZECH, "windows-1250"), (RUSSIAN, "windows-1251"), (GERMAN, "windows-1252")]
)
def test_a_page_labelled_utf8_that_is_not_is_read_by_its_letters(text: str, encoding: str) -> None:
    html = page(text, '<meta charset="utf-8">').encode(encoding)
    extraction = extract(html, content_type="text/html; charset=utf-8")
    assert extraction.blocks[0].text == text
    assert "charset mislabelled" in extraction.flags


def test_the_page_s_language_decides_between_near_encodings() -> None:
    html = b'<html lang="tr"><p>\xd0\xfd\xfe\xf0 yeni araba \xfe\xfd</p></html>'
    assert "ğ" in read(html)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_byte_order_mark_is_found(encoding: str) -> None:
    html = page("A saloon with four doors and a long name.").encode(encoding)
    extraction = extract(html)
    assert extraction.blocks[0].text == "A saloon with four doors and a long name."
    assert "utf-16 without byte-order mark" in extraction.flags


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_wins(encoding: str) -> None:
    assert read(page(CZECH).encode(encoding), "text/html; charset=iso-8859-1") == CZECH


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    html = page(f"{GERMAN} {GERMAN}").encode().replace(b"\xc3\xb6", b"\xf6", 1)
    extraction = extract(html)
    assert GERMAN in extraction.blocks[0].text
    assert "characters lost" in extraction.flags


def test_an_unknown_or_binary_codec_name_is_no_encoding() -> None:
    for name in ("rot13", "zlib", "hex", "no-such-code", "undefined", "idna", "utf-16"):
        text, _ = decode(page(GERMAN).encode("cp1252"), f"text/html; charset={name}")
        assert "größere" in text


@given(
    st.binary(max_size=3000),
    st.sampled_from([None, "text/html; charset=utf-8", "x; charset=utf-7", "charset=ko"]),
)
def test_any_bytes_become_utf8(html: bytes, content_type: str | None) -> None:
    as_utf8(html, content_type)[0].decode("utf-8")


@pytest.mark.parametrize(
    ("taken_for", "text"),
    [("cp1252", "Größe ist’s, sagt die Wählerin – so"), ("latin-1", "Größe ist’s, sagt die “Wählerin”")],
)
def test_text_encoded_twice_is_read_as_it_was_written(taken_for: str, text: str) -> None:
    html, flags = as_utf8(b"<p>" + text.encode().decode(taken_for).encode() + b"</p>")
    assert html.decode() == f"<p>{text}</p>"
    assert flags == ("encoded twice",)


def test_text_that_speaks_of_such_signs_alone_stays() -> None:
    html = "<p>São Paulo, Âme, déjà vu, naïve Ärzte</p>".encode()
    assert as_utf8(html) == (html, ())
