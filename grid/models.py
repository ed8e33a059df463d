"""Unit grid cells, the components in them, and cases."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.versions.fields import POINTS, POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature


class GridCell(SpatialFeature):
    """A unit grid cell; 15-digit code of GB/T 30428.1 (community code and sequence)."""

    community_code = models.CharField("社区（村）编码", max_length=12)
    area_m2 = models.FloatField("面积（平方米）", null=True)
    inspector = models.CharField("责任网格员", max_length=60, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "单元网格"


class Component(SpatialFeature):
    """A city-management component; 16-digit code, class within a scheme."""

    scheme = models.CharField("分类标准", max_length=40)
    class_code = models.CharField("部件类别", max_length=4)
    name = models.CharField("名称", max_length=60, blank=True)
    cell_code = models.CharField("所在网格", max_length=15, blank=True)
    department = models.CharField("主管部门", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, default="完好")
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "城市部件"
        indexes: ClassVar = [
            *SpatialFeature.Meta.indexes,
            models.Index(fields=["cell_code"], name="component_cell"),
        ]


class Case(SpatialFeature):
    """A case as it stands: each step of its handling is a version."""

    kind = models.CharField("类别", max_length=10)
    scheme = models.CharField("分类标准", max_length=40)
    class_code = models.CharField("问题小类", max_length=4)
    description = models.CharField("问题描述", max_length=500, blank=True)
    step = models.CharField("阶段", max_length=20)
    source = models.CharField("来源", max_length=20, blank=True)
    cell_code = models.CharField("所在网格", max_length=15, blank=True)
    component_code = models.CharField("部件编码", max_length=16, blank=True)
    department = models.CharField("处置部门", max_length=100, blank=True)
    reported_at = models.DateTimeField("上报时间")
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "案件"
