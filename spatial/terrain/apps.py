"""The terrain and what is computed of it, as an app."""

from django.apps import AppConfig


class TerrainConfig(AppConfig):
    """Django's entry for this room, which has no tables: its products are files."""

    name = "spatial.terrain"
    label = "terrain"
    verbose_name = "地形产品"
