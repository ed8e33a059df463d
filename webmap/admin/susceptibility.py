"""The numbers of susceptibility, kept by an administrator."""

from django import forms
from django.contrib import admin

from spatial.susceptibility.models import SusceptibilitySetting
from spatial.susceptibility.rulebook import SusceptibilityNumbers
from webmap.admin.casework import RuleAdmin, RuleForm


class SusceptibilitySettingForm(RuleForm):
    """A number, by one of the names that are computed with."""

    alone = ("name",)
    name = forms.ChoiceField(
        label="名称", choices=[(name, name) for name in SusceptibilityNumbers.__dataclass_fields__]
    )


@admin.register(SusceptibilitySetting)
class SusceptibilitySettingAdmin(RuleAdmin):
    """The numbers of the computation."""

    form = SusceptibilitySettingForm
    list_display = ("name", "value", "unit", "mark", "valid_from", "valid_to", "source")
