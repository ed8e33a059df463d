"""Everything that leaves: layers, catalogue, OGC API, tiles."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LayersConfig(AppConfig):
    """Django's entry for this floor; keeps the published views in step with migrations."""

    name = "layers"
    label = "layers"
    verbose_name = "图层与共享"

    def ready(self) -> None:
        """Hook the views to migrations."""
        from layers.publish import drop_views_for, make_views

        pre_migrate.connect(drop_views_for, sender=self, dispatch_uid="layers-drop-views")
        post_migrate.connect(make_views, sender=self, dispatch_uid="layers-make-views")
