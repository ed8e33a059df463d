"""What an administrator keeps for imports: datum parameters, and sources saved in reviews."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from importers.models import DatumParameters, SavedSource

NEEDED = {
    "seven": ("dx", "dy", "dz", "rx", "ry", "rz", "scale_ppm", "convention"),
    "four": ("dx", "dy", "rotation", "scale"),
}
CONVENTIONS = ("position_vector", "coordinate_frame")


class DatumParametersForm(forms.ModelForm):
    """Refuses parameters that are not complete: half a transformation is a wrong one."""

    class Meta:
        model = DatumParameters
        fields = (
            "name", "datum", "source_epsg", "method", "parameters", "accuracy_m", "document",
            "is_active",
        )  # fmt: skip
        help_texts = {  # noqa: RUF012
            "parameters": gettext_lazy(
                "七参数：dx dy dz（米）、rx ry rz（角秒）、scale_ppm、"
                "convention（position_vector 或 coordinate_frame）；"
                "四参数：dx dy（米）、rotation（弧度）、scale（比例，如 1.000001）"
            )
        }

    def clean(self) -> dict[str, Any]:
        """All that the method needs, as numbers, and nothing else."""
        given = super().clean() or {}
        found, method = given.get("parameters"), given.get("method", "")
        if not isinstance(found, dict) or set(found) != set(NEEDED.get(method, ())):
            needed = "、".join(NEEDED.get(method, ()))
            raise forms.ValidationError({"parameters": _("应恰好包含：") + needed})
        for name, value in found.items():
            if name == "convention":
                if value not in CONVENTIONS:
                    raise forms.ValidationError({"parameters": f"convention: {CONVENTIONS}"})
            elif not isinstance(value, int | float) or isinstance(value, bool):
                raise forms.ValidationError({"parameters": _("应为数值：") + name})
        return given


@admin.register(DatumParameters)
class DatumParametersAdmin(admin.ModelAdmin):
    """From old and local datums; without them such deliveries are refused."""

    form = DatumParametersForm
    list_display = ("name", "datum", "method", "accuracy_m", "document", "is_active", "entered_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Who entered them stands with them."""
        obj.who = request.user.get_username()
        super().save_model(request, obj, form, change)


@admin.register(SavedSource)
class SavedSourceAdmin(admin.ModelAdmin):
    """How offices name their columns, as saved in reviews."""

    list_display = ("name", "title", "layer", "who", "saved_at")
    list_filter = ("layer",)
    fields = ("title", "columns", "constants", "table", "signature", "epsg")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sources are made in a review, from a real file."""
        return False
