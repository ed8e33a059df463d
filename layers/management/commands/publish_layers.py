"""Bring the published SQL views in line with the layer declarations."""

from typing import Any

from django.core.management.base import BaseCommand

from layers.publish import sync_views


class Command(BaseCommand):
    """``manage.py publish_layers``."""

    help = "按图层声明更新数据库中的发布视图"

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync, and say what changed."""
        changed = sync_views()
        self.stdout.write(f"发布视图：更新 {len(changed)} 个 {'、'.join(changed)}")
