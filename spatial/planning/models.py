"""Plans: zones with their control figures, and the areas that constrain them."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.versions.fields import POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature
from spatial.versions.tallies import Tally


class PlanZone(SpatialFeature):
    """A zone of a detailed plan with its control figures."""

    tallies: ClassVar = (Tally("land_use", ("land_use", "scheme"), "ST_Area(v.geom)"),)

    plan_name = models.CharField("规划名称", max_length=100, blank=True)
    scheme = models.CharField("分类标准", max_length=40)
    land_use = models.CharField("用地编码", max_length=10)
    max_floor_area_ratio = models.FloatField("容积率上限", null=True)
    max_density_pct = models.FloatField("建筑密度上限（%）", null=True)
    min_green_pct = models.FloatField("绿地率下限（%）", null=True)
    max_height_m = models.FloatField("建筑限高（米）", null=True)
    approved_on = models.DateField("批复日期", null=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "规划用地"


class Constraint(SpatialFeature):
    """An area where something is forbidden or bound: farmland, ecology, river, heritage."""

    tallies: ClassVar = (Tally("kind", ("kind",)),)

    kind = models.CharField("类型", max_length=20)
    name = models.CharField("名称", max_length=100, blank=True)
    authority = models.CharField("主管部门", max_length=100, blank=True)
    basis = models.CharField("划定依据", max_length=200, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "规划约束"
