"""What a new password must not be, wherever it is set: the old one, or one that is public."""

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from webmap.demo.accounts import DEMO_PASSWORD
from webmap.models import OneTimePassword


class NewPassword:
    """A password validator (``AUTH_PASSWORD_VALIDATORS``); it learns as well when one was set."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse the password of the demo accounts, and the one that stands.

        Raises:
            ValidationError: it is one of these.
        """
        if password.strip().casefold() == DEMO_PASSWORD:
            raise ValidationError(_("这是公开的演示密码。"), code="password_demo")
        if user is not None and user.pk and check_password(password, user.password):
            raise ValidationError(_("新密码与原密码相同。"), code="password_same")

    def get_help_text(self) -> str:
        """What a form says of it beforehand."""
        return _("不能与原密码相同，也不能是演示密码。")

    def password_changed(self, password: str, user: User) -> None:
        """One that was handed out stands no longer."""
        if user.pk:
            OneTimePassword.objects.filter(user_id=user.pk).delete()
