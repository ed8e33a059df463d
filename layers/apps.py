"""Everything that leaves: layers, catalogue, OGC API, tiles."""

from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_migrate, pre_migrate


class LayersConfig(AppConfig):
    """Django's entry for this floor; keeps the published views in step with migrations."""

    name = "layers"
    label = "layers"
    verbose_name = "图层与共享"

    def ready(self) -> None:
        """Hook the views to migrations."""
        from layers.publish import drop_views_for, make_views
        from spatial.versions.signals import revised

        pre_migrate.connect(drop_views_for, sender=self, dispatch_uid="layers-drop-views")
        post_migrate.connect(make_views, sender=self, dispatch_uid="layers-make-views")
        revised.connect(on_revised, dispatch_uid="layers-webhooks")


def on_revised(register: str, **_: Any) -> None:
    """A register is being changed: once that is committed, tell who asked to be told."""

    def told() -> None:
        from layers.webhooks import tell

        tell(register)

    transaction.on_commit(told, robust=True)
