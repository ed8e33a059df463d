"""Geological hazards: sites, rain stations, warnings."""

from django.contrib.gis.db import models

from spatial.versions.fields import POINTS, POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature


class HazardSite(SpatialFeature):
    """A registered hazard site or a catalogued event."""

    name = models.CharField("名称", max_length=100)
    kind = models.CharField("灾种", max_length=20)
    scale = models.CharField("规模", max_length=10, blank=True)
    threat = models.CharField("险情等级", max_length=10, blank=True)
    threatened_households = models.PositiveIntegerField("威胁户数", null=True)
    threatened_people = models.PositiveIntegerField("威胁人数", null=True)
    occurred_on = models.DateField("发生日期", null=True)
    position_accuracy = models.CharField("位置精度", max_length=20, blank=True)
    source = models.CharField("资料来源", max_length=200, blank=True)
    monitor = models.CharField("监测人", max_length=60, blank=True)
    monitor_phone = models.CharField("监测人电话", max_length=30, blank=True)
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


class HazardWarning(SpatialFeature):
    """A warning for an area; its end is the end of its validity, not of its last version."""

    title = models.CharField("标题", max_length=100)
    level = models.CharField("等级", max_length=4)
    text = models.TextField("内容", blank=True)
    status = models.CharField("状态", max_length=20, default="Actual")
    effective = models.DateTimeField("起始", null=True)
    expires = models.DateTimeField("截止", null=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "风险预警"
