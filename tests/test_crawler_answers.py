"""Answers that are broken or were cut: failures with a reason, tried again, and never half an article."""

import gzip
import random
import socket
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import article
from madenet import Answer
from online import HOME, HOST, Online, online
from scrapy.utils._compression import brotli, zstd

from crawler.coding import MOST, is_whole

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str) -> Iterator[Online]:
    with online(tmp_path) as made:
        made.define()
        yield made


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Made_1.0\r\n" + bytes(range(256)) * 40)


def negative_length(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: -1\r\n\r\n" + article(9))


def two_lengths(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 10\r\nContent-Length: 4000\r\n\r\n" + article(9))


def bad_chunks(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + article(9))


def bad_gzip(connection: socket.socket) -> None:
    body = gzip.compress(article(9))[:-400] + b"\0" * 400
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


BROKEN = (garbage, negative_length, two_lengths, bad_chunks, bad_gzip, reset)


def test_answers_that_are_no_http_are_failures_and_the_crawl_goes_on(place: Online) -> None:
    good = place.board.stories(6)
    for play in BROKEN:
        place.board.pages[f"/news/{play.__name__}"] = Answer(rude=play)
    bad = [f"{HOME}news/{play.__name__}" for play in BROKEN]
    place.board.feed([url for pair in zip(bad, good, strict=True) for url in pair])
    ended = place.go(DOWNLOAD_TIMEOUT=5)
    states = place.states()
    assert {states[url.removeprefix(HOME[:-1])] for url in bad} == {
        ("failed", "connection"),
        ("failed", "answer cut short"),
        ("failed", "not compressed as it says"),
    }
    assert {row[0] for row in place.articles()} == set(good), ended.err
    assert "Traceback" not in ended.err
    asked = place.web.paths(HOST)
    assert all(asked.count(url.removeprefix(HOME[:-1])) <= 4 for url in bad)


def coded(body: bytes) -> dict[str, bytes]:
    """`body` in all codings that we tell servers we take."""
    zipped = zlib.compressobj(wbits=-15)
    return {
        "gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "deflate ": zipped.compress(body) + zipped.flush(),  # without zlib's header
        "br": brotli.compress(body),
        "zstd": zstd.compress(body),
    }


@pytest.mark.parametrize("coding", ["gzip", "deflate", "deflate ", "br", "zstd"])
def test_a_compressed_body_that_was_cut_is_known(coding: str) -> None:
    long = random.Random(1).randbytes(200_000).hex().encode()
    for body in (article(3), long, b"x" * (MOST * 2)):
        packed = coded(body)[coding]
        assert is_whole(packed, f"identity, {coding}")
        assert is_whole(packed + b"trailing", coding)
        if len(body) < MOST:
            assert not any(is_whole(packed[:size], coding) for size in (len(packed) // 2, len(packed) - 9, 9))
    assert is_whole(b"", coding)
    assert is_whole(b"<html>plain", "gzip")
    assert is_whole(b"anything", "martian")
    broken_sum = bytearray(coded(article(3))["gzip"])
    broken_sum[-6] ^= 1
    assert is_whole(bytes(broken_sum), "gzip")


def test_a_page_cut_before_it_was_measured_is_no_article(place: Online) -> None:
    noise = random.Random(2).randbytes(100_000).hex()
    whole = article(5).replace(b"</article>", f"</article><!-- {noise} -->".encode())
    for name, body in coded(whole).items():
        cut = Answer(body[: len(body) * 2 // 3], headers={"Content-Encoding": name.strip()})
        place.board.pages[f"/news/{name.strip()}-{len(name)}"] = cut
    healed = iter([place.board.pages["/news/gzip-4"], Answer(article(6))])
    place.board.pages["/news/healed"] = lambda _: next(healed)  # type: ignore[assignment, return-value]
    cuts = [path for path in place.board.pages if path.startswith("/news/")]
    place.board.feed([HOME[:-1] + path for path in cuts])
    place.go()
    states = place.states()
    assert states.pop("/news/healed") == ("stored", None)
    assert set(states.values()) == {("failed", "answer cut short")}
