"""Pipe networks: points (features and fittings) and the lines between them."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.versions.fields import LINES, POINTS, CityGeometryField
from spatial.versions.models import SpatialFeature
from spatial.versions.tallies import Tally


class PipePoint(SpatialFeature):
    """A surveyed pipe point: a feature (特征) or a fitting (附属物), never both."""

    tallies: ClassVar = (Tally("network", ("network",)),)

    network = models.CharField("管线类别", max_length=4)
    feature = models.CharField("特征", max_length=30, blank=True)
    fitting = models.CharField("附属物", max_length=30, blank=True)
    ground_level_m = models.FloatField("地面高程（米）", null=True)
    bottom_depth_m = models.FloatField("井底深（米）", null=True)
    road_name = models.CharField("所在道路", max_length=60, blank=True)
    state = models.CharField("使用状态", max_length=10, default="在用")
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "管点"


class PipeLine(SpatialFeature):
    """A pipe between two points; gravity pipes are levelled at the inside bottom, others at the top."""

    tallies: ClassVar = (Tally("network", ("network",)),)

    network = models.CharField("管线类别", max_length=4)
    start_code = models.CharField("起点编号", max_length=40)
    end_code = models.CharField("终点编号", max_length=40)
    material = models.CharField("材质", max_length=20, blank=True)
    section = models.CharField("管径或断面（毫米）", max_length=20, blank=True)
    start_depth_m = models.FloatField("起点埋深（米）", null=True)
    end_depth_m = models.FloatField("终点埋深（米）", null=True)
    start_level_m = models.FloatField("起点管线高程（米）", null=True)
    end_level_m = models.FloatField("终点管线高程（米）", null=True)
    laying = models.CharField("埋设方式", max_length=20, blank=True)
    laid_year = models.PositiveSmallIntegerField("建设年份", null=True)
    owner = models.CharField("权属单位", max_length=100, blank=True)
    road_name = models.CharField("所在道路", max_length=60, blank=True)
    state = models.CharField("使用状态", max_length=10, default="在用")
    geom = CityGeometryField("图形", kinds=LINES)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "管线"
        indexes: ClassVar = [
            *SpatialFeature.Meta.indexes,
            models.Index(fields=["start_code"], name="pipeline_start"),
            models.Index(fields=["end_code"], name="pipeline_end"),
        ]
