"""When the city works: the hours of work, the days that differ, the years that are known."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from spatial.worktime import DayRule, Hours, slots_of


class Dated(models.Model):
    """A rule with the days on which it holds, half-open; who made it is its source."""

    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="%(class)s_days",
            )
        ]

    def holds_on(self, day: date) -> bool:
        """Whether it is a rule of that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def has_begun(self) -> bool:
        """Whether the rule stands already and holds, or held: from then on it is only ended."""
        return bool(self.pk) and self.valid_from <= timezone.localdate()


class SpecialDay(models.Model):
    """A holiday on a weekday, or a weekend day that is worked (调休).

    It says nothing of the other days of its year; ``CalendarYear`` does.
    """

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40, blank=True)
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "调休与节假日"
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_workday else '休息'} {self.name}"


class CalendarYear(models.Model):
    """A year all of whose special days are known: deadlines within it are no guess."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    published_on = models.DateField("登记日期")
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "已公布的年份"
        ordering: ClassVar = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class WorkingHours(Dated):
    """Working slots, working weekdays and what a 工作日 is, from a day to a day.

    Where two hold, the one that began last does: summer hours are a row of their own beside
    the row of the year.
    """

    class Rule(models.TextChoices):
        HOURS = DayRule.HOURS.value, "8 个工作时"
        END_OF_DAY = DayRule.END_OF_DAY.value, "第 N 个工作日下班时"

    slots = models.CharField("工作时段", max_length=100)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name="每周工作日")
    day_rule = models.CharField("工作日的算法", max_length=12, choices=Rule)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "工作时间"
        ordering: ClassVar = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.valid_from} {self.slots}"

    def hours(self) -> Hours:
        """As the clocks take them.

        Raises:
            ValueError: the slots or weekdays are none.
        """
        return Hours(
            slots_of(self.slots),
            frozenset(self.weekdays),
            DayRule(self.day_rule),
            self.valid_from,
            self.valid_to,
        )
