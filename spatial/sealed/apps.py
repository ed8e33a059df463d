"""Personal values: sealed in a vault, found by blind indexes, read with a reason."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SealedConfig(AppConfig):
    """Django's entry for this room."""

    name = "spatial.sealed"
    label = "sealed"
    verbose_name = "个人信息密封"

    def ready(self) -> None:
        """Note the keys after a migrate."""
        from spatial.sealed.keys import note_keys

        post_migrate.connect(note_keys, sender=self, dispatch_uid="sealed-keys")
