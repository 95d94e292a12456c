"""Which addresses are public, in every spelling."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.names import StubResolver

from aggregator.addresses import Allowance, host_of, is_public, literal_private, one_site, private_host
from aggregator.fetch.guard import Guard

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "168.63.129.16",
    "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "2002:a00:1::", "2002:808:808::", "3fff::1", "5f00::1",
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1",
    "0.255.255.255", "10.255.255.255", "127.255.255.255", "169.254.255.255", "192.0.0.255", "192.0.2.255", "192.88.99.255",
    "192.168.255.255", "198.19.255.255", "198.51.100.255", "203.0.113.255", "224.0.0.0", "1fff:ffff::1", "4000::1", "2001:1ff:ffff::1",
    "2001:20::1", "2001:db8:ffff:ffff::1", "2002:ffff::1", "3fff:fff:ffff::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    "::ffff:7f00:1%lo", "[::1]", "no address", "",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.1.1", "223.255.255.255",
    "1.0.0.0", "9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255",
    "169.255.0.0", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2003::1",
    "3ffe:ffff::1", "3fff:1000::1", "2606:4700::1", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "①②⑦.⓪.⓪.①", "１２７.0.0.1",
        "127。0。0。1", "127.0.0.1.", "[::1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[fd00::1]", "localhost", "LOCALHOST.",
        "printer.local", "db.internal", "nas.home.arpa", "user:pass@10.0.0.1", "10.0.0.1:8080",
    ],
)  # fmt: skip
def test_private_literals_in_every_spelling(host: str) -> None:
    assert literal_private(f"http://{host}/feed")
    assert literal_private(f"  HTTPS://{host}/feed")


@pytest.mark.parametrize(
    "url",
    ["https://bbc.co.uk/", "http://8.8.8.8/", "http://localhost.example/", "http://10.0.0.1.example/", "file:///x", "", "http://", "http://1.2.3.4.5/"],
)  # fmt: skip
def test_other_addresses_are_not_literally_private(url: str) -> None:
    assert not literal_private(url)


def test_the_dot_at_the_end_of_a_name_makes_it_no_less_private() -> None:
    assert private_host("localhost.")
    assert private_host("printer.local.")
    assert private_host("10.0.0.1")
    assert not private_host("local.example.")


@pytest.mark.parametrize(
    ("host", "other", "one"),
    [
        ("bbc.co.uk", "www.bbc.co.uk", True), ("news.bbc.co.uk", "bbc.co.uk", True), ("www.bbc.co.uk", "feeds.bbc.co.uk", True),
        ("notbbc.co.uk", "bbc.co.uk", False), ("bbc.co.uk", "notbbc.co.uk", False), ("a.example", "b.example", False),
        ("", "bbc.co.uk", False), ("www.", "bbc.co.uk", False),
    ],
)  # fmt: skip
def test_a_site_is_a_host_and_those_below_it(host: str, other: str, one: bool) -> None:
    assert one_site(host, other) == one_site(other, host) == one


def test_hosts_as_browsers_read_them() -> None:
    assert host_of("http://BÜCHER.example./x") == "xn--bcher-kva.example"
    assert host_of("http://[2606:4700::1]:80/") == "2606:4700::1"
    assert host_of("gopher://bbc.co.uk/") is None


def test_an_allowance_names_hosts_addresses_and_networks() -> None:
    allowed = Allowance.of(["Nas.lan.", "10.1.0.0/16", "127.0.0.1", "[fd00::5]", "192.168.7.9/24"])
    assert allowed.names("nas.lan")
    assert allowed.names("NAS.LAN.")
    assert not allowed.names("other.lan")
    assert allowed.names("localhost"), "which is 127.0.0.1, and that is listed"
    assert not Allowance.of(["10.0.0.0/8"]).names("localhost")
    assert all(map(allowed.admits, ["10.1.2.3", "127.0.0.1", "::ffff:127.0.0.1", "fd00::5", "192.168.7.1", "8.8.8.8"]))
    assert not any(map(allowed.admits, ["10.2.0.1", "127.0.0.2", "fd00::6", "192.168.8.1", "nas.lan"]))


@given(st.ip_addresses(v=4))
def test_no_address_that_python_calls_private_is_public(address: ipaddress.IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_link_local:
        assert not is_public(address) or address in ipaddress.ip_network("192.0.0.0/24")
    assert is_public(ipaddress.IPv6Address(f"::ffff:{address}")) == is_public(address)
    assert is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address))) == is_public(
        address
    )


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_that_python_calls_private_is_public(address: ipaddress.IPv6Address) -> None:
    if address.ipv4_mapped is None and (address.is_private or address.is_multicast or address.is_link_local):
        assert not is_public(address)


@given(st.text())
def test_no_text_breaks_the_reading_of_addresses(text: str) -> None:
    literal_private(text)
    literal_private("http://" + text)
    Allowance.of([text]).names(text)


def test_a_name_is_private_by_its_spelling_by_the_editors_word_and_while_it_leads_to_a_private_address() -> None:
    stub = StubResolver({"moves.example": [["10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["8.8.8.8"]]})
    guard = Guard(Allowance.of(["10.0.0.0/8", "nas.example"]), stub)

    def private(host: str) -> bool:
        asyncio.run(guard.resolve(host))
        return guard.is_private(host)

    assert private("moves.example")
    assert not private("moves.example"), (
        "it may be answered from a public address, whose redirects lead to no private one"
    )
    assert not private("moves.example"), "it leads to a public address alone now"
    assert guard.is_private("nas.example") and guard.is_private("127.0.0.1") and guard.is_private("printer.local")
    assert not guard.is_private("8.8.8.8") and not guard.is_private("outlet.example")


def test_of_the_addresses_of_a_name_those_that_are_not_admitted_do_not_count() -> None:
    """A name that also leads to one of them is not thereby private itself: then it could lead to what the editor admits."""
    stub = StubResolver({"mixed.example": [["192.168.9.9", "8.8.8.8", "::1"]], "mixed.lan": [["8.8.8.8", "10.1.0.1"]]})
    guard = Guard(Allowance.of(["10.1.0.0/16"]), stub)

    def found(host: str) -> list[str]:
        return [answer["host"] for answer in asyncio.run(guard.resolve(host))]

    assert found("mixed.example") == ["8.8.8.8"]
    assert not guard.is_private("mixed.example")
    assert found("mixed.lan") == ["8.8.8.8", "10.1.0.1"]
    assert not guard.is_private("mixed.lan"), "who answers may be at the public one"
