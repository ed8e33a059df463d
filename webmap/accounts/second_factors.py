"""A second factor: codes of an authenticator (TOTP, RFC 6238) and recovery codes for a lost one.

The secret is encrypted with a key derived from ``SECRET_KEY``: with another ``SECRET_KEY`` no
code fits any more, recovery codes do. A code counts once. Which codes are spent is kept as a set
of steps, not as the last step, so that a clock that was an hour ahead and was put right keeps
nobody out.
"""

import base64
import hashlib
import secrets
import time
from hmac import compare_digest

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from spatial.city import city
from webmap.models import RecoveryCode, SecondFactor

PURPOSE = b"webmap.second_factors"
STEP_S = 30
NEAR = (0, -1, 1)  # the steps whose codes are taken, from that of now
KEPT_STEPS = 50
RECOVERY_CODES = 10
BY_CODE, BY_RECOVERY = "验证码", "恢复码"  # as they are written down


def begin(user: User) -> None:
    """Make a new secret, not in force until a code of it has been entered."""
    sealed = _cipher().encrypt(pyotp.random_base32().encode())
    blank = {"secret": sealed, "used_steps": []}
    SecondFactor.objects.update_or_create(user=user, confirmed_at=None, defaults=blank)


def pending(user: User) -> SecondFactor | None:
    """The secret that waits for its first code."""
    return SecondFactor.objects.filter(user=user, confirmed_at=None).first()


def confirmed(user: User) -> SecondFactor | None:
    """The second factor that is in force."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def secret_of(factor: SecondFactor) -> str:
    """The secret in base32; '' where it was encrypted under another ``SECRET_KEY``."""
    try:
        return _cipher().decrypt(bytes(factor.secret)).decode()
    except InvalidToken:
        return ""


def picture_of(secret: str, user: User) -> str:
    """The QR code of a secret for an authenticator, as the address of an image."""
    address = pyotp.TOTP(secret).provisioning_uri(
        name=user.get_username(), issuer_name=f"图经 {city().name}"
    )
    return segno.make_qr(address, error="m").svg_data_uri(scale=5, border=3)


@transaction.atomic
def confirm(user: User, code: str) -> list[str]:
    """Put the pending secret in force by its first code; the recovery codes, or none if it is wrong."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if factor is None or not _spend(factor, code):
        return []
    factor.confirmed_at = timezone.now()
    factor.save(update_fields=["confirmed_at"])
    return renew_recovery_codes(user)


@transaction.atomic
def check_code(user: User, code: str) -> str:
    """By which means the code lets its owner in, ``BY_CODE`` or ``BY_RECOVERY``; '' for neither."""
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None or factor.confirmed_at is None:
        return ""
    if _spend(factor, code):
        return BY_CODE
    gone, _each = RecoveryCode.objects.filter(user=user, digest=_digest(code)).delete()
    return BY_RECOVERY if gone else ""


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Ten new recovery codes of 80 bits, to be shown once; the former ones are worth nothing."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(c)) for c in codes)
    return codes


@transaction.atomic
def remove(user: User) -> bool:
    """Remove the second factor of a person with its recovery codes; whether there was one."""
    RecoveryCode.objects.filter(user=user).delete()
    return bool(SecondFactor.objects.filter(user=user).delete()[0])


def _spend(factor: SecondFactor, code: str) -> bool:
    """Whether the code is one of this moment that has not counted before; it has from now on."""
    secret, now = secret_of(factor), int(time.time()) // STEP_S
    entered = "".join(code.split())
    if not secret or not (entered.isascii() and entered.isdigit()):
        return False
    codes = pyotp.TOTP(secret)
    for step in (now + near for near in NEAR):
        if compare_digest(codes.generate_otp(step), entered) and step not in factor.used_steps:
            factor.used_steps = [*factor.used_steps, step][-KEPT_STEPS:]
            factor.save(update_fields=["used_steps"])
            return True
    return False


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _cipher() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
