"""Connections to public hosts only: which addresses those are, and that names are held to what they led to."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.integrations.asking import NotAnswered
from server.integrations.public_hosts import PublicHosts, is_public
from sessions.channels import Trouble
from tests.integrations.playlists import playlists


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.0.2.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:0a00:0001::1", False),
    ],
)
def test_public_addresses_are_those_that_everybody_can_reach(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


def get(url: str, **about: bool) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=PublicHosts(**about)) as http:  # type: ignore[arg-type]
            return await http.get(url)

    return asyncio.run(asked())


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:9/",
        "https://localhost:9/",
        "https://0x7f000001:9/",
        "https://2130706433:9/",
        "https://[::1]:9/",
        "http://8.8.8.8/",
    ],
)
def test_what_leads_elsewhere_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(NotAnswered) as refused:
        get(url)
    assert refused.value.trouble is Trouble.FORBIDDEN


def test_loopback_is_this_machine_alone() -> None:
    with playlists() as served:
        served.pages["/"] = "here"
        assert get(f"{served.url}/", loopback=True).text == "here"
        by_name = served.url.replace("127.0.0.1", "localhost")
        assert get(f"{by_name}/", loopback=True).text == "here"
        assert [host for host, _ in served.asked] == [
            served.url.removeprefix("http://"),
            by_name.removeprefix("http://"),
        ]
    with pytest.raises(NotAnswered):
        get("http://10.0.0.1/", loopback=True)


def authority(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's certificate for this name, that vouches for itself: (what the server has, what its visitors trust)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "both.pem").write_bytes(private + public)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cadata=public.decode())


@pytest.mark.parametrize(("name", "trusted"), [("localhost", True), ("elsewhere.example", False)])
def test_the_certificate_must_be_the_names_and_not_the_addresss(tmp_path: Path, name: str, trusted: bool) -> None:
    server, visitors = authority(tmp_path, name)
    with playlists(server) as served:
        served.pages["/"] = "here"

        async def asked() -> str:
            async with httpx.AsyncClient(transport=PublicHosts(loopback=True, tls=visitors)) as http:
                return (await http.get(f"{served.url}/")).text

        if trusted:
            assert asyncio.run(asked()) == "here"
            assert served.asked == [(served.url.removeprefix("https://"), "/")]
        else:
            with pytest.raises(httpx.ConnectError):
                asyncio.run(asked())
            assert served.asked == []
