"""Who asks, and from where."""

import pytest
from django.test import RequestFactory

from layers.sharing.callers import address_of


@pytest.mark.parametrize(
    ("near", "told", "found"),
    [
        ("10.0.0.7", None, "10.0.0.7"),
        ("10.0.0.7", "1.2.3.4", "10.0.0.7"),  # not our proxy: anybody can say so
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "9.9.9.9, 10.0.0.8", "10.0.0.8"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "';--", "127.0.0.1"),
        ("", "10.0.0.8", "10.0.0.8"),
    ],
)
def test_only_a_proxy_of_this_machine_tells_the_address(near, told, found):
    more = {"HTTP_X_FORWARDED_FOR": told} if told else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=near, **more)) == found
