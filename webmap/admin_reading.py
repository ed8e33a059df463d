"""Administrator pages that only show."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import cached_property

COUNTED = 10_000


class AtLeast(int):
    """A number that says that there are more."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class BoundedPaginator(Paginator):
    """Counts to a bound: an exact count of 200,000 rows costs more than the page."""

    @cached_property
    def count(self) -> int:
        """How many rows there are; past the bound, that there are more."""
        found = len(self.object_list.order_by().values_list("pk")[: COUNTED + 1])
        return found if found <= COUNTED else AtLeast(COUNTED)


class ReadOnly(admin.ModelAdmin):
    """A model to look at."""

    show_full_result_count = False
    list_per_page = 50
    paginator = BoundedPaginator
    actions = None

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False
