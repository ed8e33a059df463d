"""Levels of risk: the rows by which they are computed, and every cycle that computed them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q

from spatial.calendars.models import Dated
from spatial.versions.append_only import AppendOnly, Audited, RecordedAt

DAY_OF_YEAR = r"^\d\d-\d\d$"


class Seasonal(Dated):
    """A rule of a zone and a season: the longest zone that begins a place's code wins.

    A season runs from a day of the year to another, both included; it may pass New Year.
    """

    zone = models.CharField("区划前缀", max_length=12, blank=True)
    season_from = models.CharField("季节起", max_length=5, default="01-01")
    season_to = models.CharField("季节止", max_length=5, default="12-31")
    mark = models.CharField("核实标记", max_length=1, blank=True)  # M from memory, P proposed

    class Meta(Dated.Meta):
        abstract = True
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(season_from__regex=DAY_OF_YEAR, season_to__regex=DAY_OF_YEAR),
                name="%(class)s_season",
            ),
        ]

    def is_in_season(self, month_day: str) -> bool:
        """Whether a day of the year (06-17) lies in the season."""
        if self.season_from <= self.season_to:
            return self.season_from <= month_day <= self.season_to
        return month_day >= self.season_from or month_day <= self.season_to


class RiskThreshold(Seasonal):
    """So much of a measure raises to a level, by one engine."""

    engine = models.CharField("模型", max_length=20)
    measure = models.CharField("指标", max_length=20)
    level = models.CharField("等级", max_length=4)
    limit_mm = models.FloatField("阈值（毫米）")
    is_strict = models.BooleanField("须超过", default=False)

    class Meta(Seasonal.Meta):
        verbose_name = verbose_name_plural = "风险预警阈值"

    def __str__(self) -> str:
        return f"{self.engine} {self.measure} {self.limit_mm:g} mm → {self.level}"


class LeadingEngine(Seasonal):
    """Which engine feeds the draft of a zone and a season; the others stand beside it."""

    engine = models.CharField("模型", max_length=20)

    class Meta(Seasonal.Meta):
        verbose_name = verbose_name_plural = "主用模型"

    def __str__(self) -> str:
        return f"{self.zone or '全市'} {self.engine}"


class RiskSetting(Dated):
    """A number by which cycles are computed."""

    name = models.CharField("名称", max_length=30)
    value = models.FloatField("数值")
    unit = models.CharField("单位", max_length=10, blank=True)
    mark = models.CharField("核实标记", max_length=1, blank=True)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "风险计算参数"

    def __str__(self) -> str:
        return f"{self.name} = {self.value:g} {self.unit}"


class TypedRain(AppendOnly):
    """Rain of a town that an officer typed from a call or a screenshot; a later row corrects.

    It counts as a gauge in the town's middle, and is named as typed wherever it is shown.
    """

    audited: ClassVar = Audited("rain-typed", code="place", details=("mm", "channel"))

    place = models.CharField("区划", max_length=12)
    during = DateTimeRangeField("时段")
    mm = models.FloatField("雨量（毫米）")
    channel = models.CharField("来源", max_length=20)
    note = models.CharField("说明", max_length=200, blank=True)
    who = models.CharField("录入人", max_length=150)
    at = RecordedAt("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "人工雨量"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(mm__gte=0, mm__lte=2000), name="typed_rain_possible")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.during} {self.mm:g} mm"


class RiskCycle(AppendOnly):
    """One computation: for which moment, by which gauges, how old their data were."""

    at = models.DateTimeField("时刻", unique=True)
    computed_at = RecordedAt("计算时间")
    newest = models.DateTimeField("最新读数", null=True)
    gauges = models.PositiveIntegerField("雨量站数")
    silent = ArrayField(models.CharField(max_length=50), verbose_name="无数据的站")
    doubtful = ArrayField(models.CharField(max_length=50), verbose_name="存疑的站")
    seconds = models.FloatField("用时（秒）")

    class Meta:
        verbose_name = verbose_name_plural = "风险计算"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class RiskLevel(AppendOnly):
    """What an engine said of a place in a cycle, and what stands there since.

    ``level`` is 0 (none) to 4 (red); where it is not known it is the least that it is.
    ``measure``, ``value_mm`` and ``limit_mm`` are the reason: of the row reached, or of the row
    nearest to being reached. ``covered`` is the share of the place that gauges speak for.
    """

    cycle = models.ForeignKey(RiskCycle, models.PROTECT, related_name="levels")
    place = models.CharField("区划", max_length=12)
    engine = models.CharField("模型", max_length=20)
    is_leading = models.BooleanField("主用")
    level = models.SmallIntegerField("等级")
    is_known = models.BooleanField("已知")
    changed_at = models.DateTimeField("变化时间")
    short_since = models.DateTimeField("缺测自", null=True)
    measure = models.CharField("指标", max_length=20, blank=True)
    value_mm = models.FloatField("数值（毫米）", null=True)
    limit_mm = models.FloatField("阈值（毫米）", null=True)
    covered = models.FloatField("有数据的面积比")
    area_share = models.FloatField("达到等级的面积比")
    where_zh = models.CharField("范围", max_length=120, blank=True)
    where_en = models.CharField("范围（英文）", max_length=160, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "风险等级"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cycle", "place", "engine"], name="risklevel_once"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.place} {self.engine} {self.level}"
