"""Bring the published SQL views and roles in line with the layer declarations."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from layers.declarations.registry import refresh
from layers.reading.publish import sync_views
from layers.reading.revisions import KEYS
from spatial.versions.logins import as_owner
from spatial.versions.revisions import count_revision
from spatial.versions.spans import renew_spans


class Command(BaseCommand):
    """``manage.py publish_layers``."""

    help = "按图层声明更新数据库中的发布视图，运行中的服务随即可见"

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync, have every process look at the declarations again, and say what changed."""
        refresh()
        try:
            with as_owner():
                renew_spans()
                changed = sync_views()
        except ProgrammingError as error:
            missing = str(error).splitlines()[0]
            raise CommandError(
                f"发布视图没有更新：{missing}；请先运行 manage.py migrate / run manage.py migrate first"
            ) from error
        count_revision(KEYS)
        self.stdout.write(f"发布视图：更新 {len(changed)} 个 {'、'.join(changed)}")
