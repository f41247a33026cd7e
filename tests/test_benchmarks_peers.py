"""The peers are set up to be at their best; each test skips where its peer is not installed."""

import pytest
from peers import FIELDS, MODULES, PEERS, reading

SENTENCES = [
    f"On morning number {n} the estate left the yard before sunrise, rolled down to the river, and <b>no</b>"
    "body in the village heard it go, for its engine was off."
    for n in range(9)
]
PAGE = (
    "<?xml version='1.0' encoding='utf-8'?><!doctype html><html lang=en><head><title>A quiet estate</title>"
    "</head><body><nav><a href=/>Home</a></nav><article><h1>A quiet estate</h1>"
    + "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    + "<img src=/a.jpg alt='the estate at dawn'></article></body></html>"
)


def test_every_peer_has_its_module_and_fields() -> None:
    assert MODULES.keys() == FIELDS.keys() == PEERS.keys()


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_reads_a_plain_article_and_breaks_no_word(name: str) -> None:
    pytest.importorskip(MODULES[name], reason="a peer; pip install -e '.[bench]'")
    found = reading(name, PAGE, "https://motor.example/a")
    assert found.failed is None
    assert found.title == "A quiet estate"
    assert "number 4 the estate left the yard" in " ".join(found.text.split())
    assert "nobody in the village" in " ".join(found.text.split())
    assert "at dawn" not in found.text
