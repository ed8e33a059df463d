"""Geological hazards: sites, rain stations and what they measured, warnings."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db.models import F, Func, Q

from spatial.sealed.fields import SealedField
from spatial.sealed.rules.formats import Kind
from spatial.versions.fields import POINTS, POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature
from spatial.versions.tallies import Tally

# No day on record anywhere had more (1,825 mm in 24 h, Foc-Foc, Réunion, 1966; WMO).
MOST_MM = 2_000


class HazardSite(SpatialFeature):
    """A registered hazard site or a catalogued event."""

    tallies: ClassVar = (Tally("kind", ("kind",)),)

    name = models.CharField("名称", max_length=100)
    kind = models.CharField("灾种", max_length=20)
    scale = models.CharField("规模", max_length=10, blank=True)
    threat = models.CharField("险情等级", max_length=10, blank=True)
    threatened_households = models.PositiveIntegerField("威胁户数", null=True)
    threatened_people = models.PositiveIntegerField("威胁人数", null=True)
    occurred_on = models.DateField("发生日期", null=True)
    position_accuracy = models.CharField("位置精度", max_length=20, blank=True)
    source = models.CharField("资料来源", max_length=200, blank=True)
    monitor = SealedField("监测人", max_length=60, blank=True)
    monitor_phone = SealedField("监测人电话", kind=Kind.TELEPHONE, max_length=30, blank=True)
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "地灾隐患点"


class RainStation(SpatialFeature):
    """A rain gauge."""

    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=30, blank=True)
    elevation_m = models.FloatField("高程（米）", null=True)
    operator = models.CharField("管理单位", max_length=100, blank=True)
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "雨量站"


class RainReading(models.Model):
    """What a gauge caught in a span of time; spans of one gauge never overlap.

    Not a version: a measurement is not changed by what is measured later.
    """

    station = models.CharField("站码", max_length=50)
    during = DateTimeRangeField("时段")
    mm = models.FloatField("雨量（毫米）")
    received_at = models.DateTimeField("收到时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "雨量读数"
        indexes: ClassVar = [
            models.Index(
                F("station"), Func(F("during"), function="upper"), name="rain_station_end"
            ),
        ]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="rain_no_overlap",
                expressions=[
                    ("station", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="rain_mm_possible", condition=Q(mm__gte=0, mm__lte=MOST_MM)
            ),
            models.CheckConstraint(
                name="rain_during_bounded",
                condition=Q(
                    during__startswith__isnull=False,
                    during__endswith__isnull=False,
                    during__isempty=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.during} {self.mm} mm"


class HazardWarning(SpatialFeature):
    """A warning for an area; its end is the end of its validity, not of its last version."""

    tallies: ClassVar = (Tally("level", ("level",)),)

    title = models.CharField("标题", max_length=100)
    level = models.CharField("等级", max_length=4)
    text = models.TextField("内容", blank=True)
    status = models.CharField("状态", max_length=20, default="Actual")
    effective = models.DateTimeField("起始", null=True)
    expires = models.DateTimeField("截止", null=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "风险预警"
