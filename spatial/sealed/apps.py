"""Personal values: sealed in a vault, found by blind indexes, read with a reason."""

from django.apps import AppConfig


class SealedConfig(AppConfig):
    """Django's entry for this room."""

    name = "spatial.sealed"
    label = "sealed"
    verbose_name = "个人信息封存"
