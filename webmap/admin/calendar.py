"""The calendar, kept by an administrator: special days, published years, hours of work.

What changes is announced, and the clocks that reach it are set anew.
"""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from spatial.calendars.actions import announce
from spatial.calendars.models import CalendarYear, SpecialDay, WorkingHours
from spatial.worktime import Hours, slots_of
from webmap.admin.casework import RuleAdmin, RuleForm

WEEKDAYS = tuple(enumerate(("周一", "周二", "周三", "周四", "周五", "周六", "周日"), start=1))


@admin.register(SpecialDay)
class SpecialDayAdmin(admin.ModelAdmin):
    """Holidays and worked weekend days; a whole year comes by ``manage.py load_calendar``."""

    list_display = ("day", "is_workday", "name", "source")
    list_filter = ("is_workday",)
    date_hierarchy = "day"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved, and the clocks that reach the day are set anew."""
        super().save_model(request, obj, form, change)
        announce(obj.day)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Taken out, and the clocks are set anew."""
        day = obj.day
        super().delete_model(request, obj)
        announce(day)


class CalendarYearForm(forms.ModelForm):
    """A year that was published."""

    year = forms.IntegerField(
        label="年份", validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )

    def clean_year(self) -> int:
        """With days in it: a year without a holiday has not been published."""
        year: int = self.cleaned_data["year"]
        if not SpecialDay.objects.filter(day__year=year).exists():
            raise forms.ValidationError(
                _("%(year)s 年还没有录入节假日和调休；请先在“调休与节假日”里录全，再登记")
                % {"year": year}
            )
        return year


@admin.register(CalendarYear)
class CalendarYearAdmin(admin.ModelAdmin):
    """Years all of whose days are known. One is added once its days are; none is taken back."""

    form = CalendarYearForm
    fields = ("year", "source")
    list_display = ("year", "published_on", "source")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved as of today, and the clocks that ran on a guess are set anew."""
        obj.published_on = timezone.localdate()
        super().save_model(request, obj, form, change)
        announce(date(obj.year, 1, 1))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No: it says what was known when."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No: clocks have been set by it; a mistake is mended in the days."""
        return False


class WorkingHoursForm(RuleForm):
    """Hours of work, with their choices."""

    weekdays = forms.TypedMultipleChoiceField(
        label="每周工作日", choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        """Slots that can be read, from a day to come: what a day was has been reckoned with."""
        given = super().clean()
        if "slots" in given:
            try:
                Hours(slots_of(given["slots"]))
            except ValueError as error:
                self.add_error("slots", str(error))
        if (starts := given.get("valid_from")) and starts <= timezone.localdate():
            self.add_error("valid_from", _("生效日期应在今天以后：以前的时限已按原来的时间计算"))
        return given


@admin.register(WorkingHours)
class WorkingHoursAdmin(RuleAdmin):
    """When the city works; where two rows hold, the one that began last does."""

    form = WorkingHoursForm
    fields = ("valid_from", "valid_to", "slots", "weekdays", "day_rule", "source")
    list_display = ("valid_from", "valid_to", "slots", "on_weekdays", "day_rule", "source")

    @admin.display(description="每周工作日")
    def on_weekdays(self, obj: WorkingHours) -> str:
        """The weekdays by name."""
        names = dict(WEEKDAYS)
        return "、".join(names[number] for number in sorted(obj.weekdays))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved, and the clocks that reach a day whose hours changed are set anew."""
        super().save_model(request, obj, form, change)
        edge = "valid_to" if obj.has_begun() else "valid_from"
        days = filter(None, (form.initial.get(edge), getattr(obj, edge)))
        announce(min(days, default=timezone.localdate()))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Taken out before it held, and the clocks are set anew."""
        day = obj.valid_from
        super().delete_model(request, obj)
        announce(day)
