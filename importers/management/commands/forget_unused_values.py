"""``manage.py forget_unused_values``: personal values of deliveries that were not taken in go."""

from typing import Any

from django.core.management.base import BaseCommand

from importers.staging.forgetting import forget_unused_values


class Command(BaseCommand):
    """Removes what neither a version nor a delivery under review holds; for each night."""

    help = "删除没有入库的交付所留的个人信息 / forget personal values of deliveries not taken in"

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say how many."""
        self.stdout.write(f"已删除 / removed: {forget_unused_values()}")
