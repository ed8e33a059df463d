"""The days on which work differs from their weekday."""

from typing import ClassVar

from django.db import models


class SpecialDay(models.Model):
    """A holiday on a weekday, or a weekend day that is worked (调休).

    A year of which any day stands here counts as published.
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
