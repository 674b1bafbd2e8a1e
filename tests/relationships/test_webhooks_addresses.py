"""Messages go to public addresses alone, however an address is written."""

import ipaddress
import socket

import pytest

from relationships.services.webhooks import RefusedUrlError, check_url
from relationships.services.webhooks.addresses import is_public, target_of
from relationships.services.webhooks.posting import post
from tests.relationships.webhook_receiver import receiving


def named(monkeypatch, *numbers: str) -> None:
    """Let every name stand for these addresses."""

    def resolve(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    "number",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_no_message_goes_to(number, monkeypatch):
    assert not is_public(ipaddress.ip_address(number))
    named(monkeypatch, number)

    with pytest.raises(RefusedUrlError, match="not a public address"):
        check_url("https://hooks.example.com/")


@pytest.mark.parametrize(
    "number",
    [
        "1.1.1.1",
        "93.184.215.14",
        "172.32.0.1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_messages_go_to(number, monkeypatch):
    named(monkeypatch, number)

    check_url("https://hooks.example.com/")


def test_one_private_address_among_public_ones_refuses_all(monkeypatch):
    named(monkeypatch, "1.1.1.1", "10.0.0.1")

    with pytest.raises(RefusedUrlError, match=r"10\.0\.0\.1"):
        check_url("https://hooks.example.com/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]"]
)
def test_no_spelling_of_our_own_machine_is_taken(host):
    with pytest.raises(RefusedUrlError):
        check_url(f"https://{host}/")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/", "Begin with https://"),
        ("ftp://example.com/", "Begin with https://"),
        ("example.com/hooks", "Begin with https://"),
        ("//example.com", "Begin with https://"),
        ("", "Begin with https://"),
        ("https://", "Name a host"),
        ("https:///hooks", "Name a host"),
        ("https://:443/", "Name a host"),
        ("https://tom:secret@example.com/", "name and password"),
        ("https://@example.com/", "name and password"),
        ("https://example.com/#part", "what follows #"),
        ("https://example.com/#", "what follows #"),
        ("https://example.com/a b", "Leave out spaces"),
        ("https://example.com\\@127.0.0.1/", "Leave out spaces"),
        ("https://exam\nple.com/", "Leave out spaces"),
        ("https://example.com/\x00", "Leave out spaces"),
        ("https://example.com/caf\u00e9", "special characters"),
        ("https://example.com:70000/", "cannot be read"),
        ("https://example.com:0/", "port from 1"),
        ("https://example.com:x/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("https://[fe80::1%25eth0]/", "cannot be read"),
        ("https://" + "a" * 70 + ".com/", "cannot be read"),
        ("https://a..b/", "cannot be read"),
        ("https://example.com/" + "a" * 2000, "at most 2,000"),
    ],
)
def test_what_cannot_be_an_address_is_refused_in_words(url, said):
    with pytest.raises(RefusedUrlError, match=said):
        target_of(url)


def test_a_host_that_nobody_knows_is_said_so(monkeypatch):
    def resolve(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(RefusedUrlError, match=r"no host nowhere\.example\.com"):
        check_url("https://nowhere.example.com/")


def test_any_port_and_international_names_are_taken():
    assert target_of("https://bücher.example:8443/x?y=1").host == "xn--bcher-kva.example"
    assert target_of("https://bücher.example:8443/x?y=1").port == 8443
    assert target_of("https://example.com?y=1").path == "/?y=1"


def test_the_setting_allows_our_own_network_and_http(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True

    check_url("http://127.0.0.1:8080/")
    check_url("https://10.0.0.1/")


def test_it_is_checked_again_at_each_delivery(settings, monkeypatch):
    """A name that was public when it was entered and is ours now gets nothing."""
    with receiving() as receiver:
        named(monkeypatch, "127.0.0.1")
        got = post(f"https://hooks.example.com:{receiver.port}/", b"{}", {})

    assert "not a public address" in got.problem
    assert not receiver.messages
