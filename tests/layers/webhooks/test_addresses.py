"""No webhook reaches inside: whatever the address is called, however it is written."""

import ipaddress
import socket

import pytest

from layers.webhooks.addresses import AddressRefused, is_fit, target_of

PUBLIC = "93.184.216.34"


def answering(*ips):
    """A resolver that knows every name under these addresses."""

    def resolve(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    return resolve


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1",
        "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_no_inside_address_is_fit(ip):
    assert not is_fit(ipaddress.ip_address(ip))
    with pytest.raises(AddressRefused):
        target_of("https://example.org/", answering(ip))
    with pytest.raises(AddressRefused):
        target_of("https://example.org/", answering(PUBLIC, ip))  # one bad one among them


def test_an_address_within_another_is_judged_as_itself(settings):
    """A Teredo address ends in the other's IPv4 address, every bit of it turned round."""
    teredo = "2001:0:4136:e378:8000:63bf:{:04x}:{:04x}"
    outside = teredo.format(0xFFFF ^ 0x5DB8, 0xFFFF ^ 0xD822)  # 93.184.216.34
    inside = teredo.format(0xFFFF ^ 0x0A14, 0xFFFF ^ 0x0304)  # 10.20.3.4
    assert is_fit(ipaddress.ip_address(outside))
    assert not is_fit(ipaddress.ip_address(inside))
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16"]
    assert is_fit(ipaddress.ip_address(inside))


@pytest.mark.parametrize(
    "ip", [PUBLIC, "2606:4700:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_a_public_address_is(ip):
    assert is_fit(ipaddress.ip_address(ip))
    target = target_of("https://example.org/hook?x=1", answering(ip))
    assert ipaddress.ip_address(target.ip) == ipaddress.ip_address(ip)
    assert (target.host, target.port, target.path) == ("example.org", 443, "/hook?x=1")


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "//example.org/", "http://example.org/", "ftp://example.org/",
        "file:///etc/passwd", "gopher://example.org/", "https://", "https:///x",
        "https://user@example.org/", "https://user:pass@example.org/", "https://example.org/#x",
        "https://example.org:99999/", "https://example.org:x/", "https://exa mple.org/",
        "https://example.org/\r\nHost: inside", "https://example.org/\x00", "https://例子.中国/x",
        "https://example.org/" + "x" * 500, "https://[::1", "https://" + "a" * 70 + ".org/",
    ],
)  # fmt: skip
def test_a_malformed_address_is_refused(url):
    with pytest.raises(AddressRefused):
        target_of(url, answering(PUBLIC))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:7f00:1]",
        "127.1",
    ],
)
def test_other_ways_to_write_the_same_machine(host):
    with pytest.raises(AddressRefused):
        target_of(f"https://{host}/")


def test_a_name_that_nobody_knows():
    def resolve(*_, **__):
        raise socket.gaierror

    with pytest.raises(AddressRefused):
        target_of("https://nowhere.example/", resolve)


def test_settings_open_a_network_and_plain_http(settings):
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16", "fd00::/8"]
    assert target_of("https://a.example/", answering("10.20.3.4")).ip == "10.20.3.4"
    assert target_of("https://a.example/", answering("::ffff:10.20.3.4"))
    for ip in ("10.21.0.1", "127.0.0.1", "::ffff:10.21.0.1"):
        with pytest.raises(AddressRefused):
            target_of("https://a.example/", answering(ip))
    settings.WEBHOOK_ALLOW_HTTP = True
    target = target_of("http://a.example/x", answering("10.20.3.4"))
    assert (target.scheme, target.port, target.path) == ("http", 80, "/x")
