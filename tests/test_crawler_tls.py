"""Certificates that do not hold are refused unless the site's file says otherwise; old TLS always."""

import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from forked_crawls import Forked, Forker, forking
from loopback import Place, Site, serving

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


class Authority:
    """A certificate authority of the test's own, and the certificates it gives."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Made Authority")])
        own = self.signed(self.name, self.key, "", NOW + DAY, is_authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        host: str,
        until: datetime,
        *,
        is_authority: bool,
    ) -> x509.Certificate:
        """A certificate for `host`, which lasts until then."""
        made = x509.CertificateBuilder(
            issuer_name=self.name,
            subject_name=name,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=NOW - 3 * DAY,
            not_valid_after=until,
        ).add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        if host:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return made.sign(self.key, hashes.SHA256())

    def server(self, host: str, until: datetime) -> ssl.SSLContext:
        """What a server with such a certificate shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        certificate = self.signed(name, key, host, until, is_authority=False)
        pem = serialization.Encoding.PEM
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = self.folder / f"{host}.pem"
        file.write_bytes(secret + certificate.public_bytes(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def yesterday(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same server, which speaks nothing newer than TLS 1.0."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


SERVERS: dict[str, Callable[[Authority], ssl.SSLContext]] = {
    "sound": lambda authority: authority.server("localhost", NOW + DAY),
    "expired": lambda authority: authority.server("localhost", NOW - DAY),
    "foreign": lambda authority: authority.server("other.example", NOW + DAY),
    "outdated": lambda authority: yesterday(authority.server("localhost", NOW + DAY)),
}


@dataclass
class Web:
    """A made site behind each of the servers, and crawls that believe the authority."""

    sites: dict[str, Site]
    fork: Forker
    authority: Authority

    def crawl(self, place: Place, *words: str) -> Forked:
        trusting = f"import os\nos.environ['SSL_CERT_FILE'] = {str(self.authority.file)!r}"
        return self.fork.crawl(place, *words, first=trusting)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home = Place(tmp_path_factory.mktemp("home"))
    authority = Authority(home.folder)
    with ExitStack() as stack:
        sites = {}
        for what, server in SERVERS.items():
            site = stack.enter_context(serving(tls=server(authority)))
            site.home = f"https://localhost:{site.port}/"
            site.add_articles(2)
            home.site(f"strict-{what}", site.toml())
            home.site(f"lenient-{what}", site.toml("verify = false\n"))
            sites[what] = site
        yield Web(sites, stack.enter_context(forking(home)), authority)


@pytest.mark.parametrize("what", SERVERS)
def test_only_a_sound_certificate_is_believed(tmp_path: Path, sqlite_url: str, web: Web, what: str) -> None:
    place, site = Place(tmp_path), web.sites[what]
    assert place.store == sqlite_url
    strict = web.crawl(place, f"strict-{what}", "--url", f"{site.home}news/2026/1")
    if what == "sound":
        assert strict.code == 0, strict.err
        return
    assert strict.code == 75
    assert place.states() == {"/news/2026/1": ("failed", "robots unreachable: tls")}
    assert place.runs() == [("unreachable", 1, {"failed": 1})]
    assert site.asked == []
    lenient = web.crawl(place, f"lenient-{what}")
    assert lenient.code == (75 if what == "outdated" else 0), lenient.err
