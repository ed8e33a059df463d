"""Administrator pages that only show."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

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
        rows = cast(QuerySet, self.object_list)
        found = len(rows.order_by().values_list("pk")[: COUNTED + 1])
        return found if found <= COUNTED else AtLeast(COUNTED)


class ReadOnly(admin.ModelAdmin):
    """A model to look at."""

    show_full_result_count = False
    list_per_page = 50
    paginator = BoundedPaginator
    actions: Any = None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, headed by the model's title in the language of the page."""
        title = {"title": _(str(self.opts.verbose_name_plural)), **(extra_context or {})}
        return super().changelist_view(request, title)

    def missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Back to the index, saying that there is no such thing."""
        return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
            request, self.opts, object_id
        )

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False
