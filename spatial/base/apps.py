"""The base register."""

from typing import Any

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Django's entry for this register."""

    name = "spatial.base"
    label = "base"
    verbose_name = "基础地理"

    def ready(self) -> None:
        """Have the pieces of the districts follow their register."""
        from spatial.base.models import District
        from spatial.versions.signals import revised

        revised.connect(on_districts_revised, sender=District, dispatch_uid="base-districts")


def on_districts_revised(sender: Any, **_: Any) -> None:
    """The districts are being changed: what is written from now on lies in the new ones."""
    from spatial.versions.districts import renew_pieces

    renew_pieces(sender)
