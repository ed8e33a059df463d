"""Signed messages: by whom, and what a signature covers."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from spatial.alerts.rules.documents import Unreadable, read, write
from spatial.alerts.rules.signatures import signed, verified
from tests.spatial.alerts.rules.samples import FOLDER, alert, area, info


def made_key(name):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(pem)


OURS, THEIRS = made_key("ours"), made_key("theirs")
MESSAGE = alert("a", info(area("431382"), headline="大雨将至"))


def test_what_was_signed_is_verified_and_read():
    document = signed(write(MESSAGE), *OURS)
    assert read(document) == MESSAGE
    assert read(verified(document, OURS[1])) == MESSAGE


def test_a_changed_word_or_another_key_is_refused():
    document = signed(write(MESSAGE), *OURS)
    for wrong, certificate in (
        (document.replace("大雨".encode(), "小雨".encode()), OURS[1]),
        (document, THEIRS[1]),
        (write(MESSAGE), OURS[1]),
    ):
        with pytest.raises(Unreadable) as refused:
            verified(wrong, certificate)
        assert refused.value.rule == "signature"


def test_a_signature_that_brings_another_certificate_is_refused():
    with pytest.raises(Unreadable):
        verified((FOLDER / "canada_signed.cap").read_bytes(), OURS[1])
