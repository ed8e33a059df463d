"""Parcels and the buildings on them."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.sealed.fields import SealedField
from spatial.versions.fields import POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature
from spatial.versions.tallies import Tally


class Parcel(SpatialFeature):
    """A parcel of land; its code is the 19-digit 宗地代码 of GB/T 37346-2019."""

    tallies: ClassVar = (Tally("land_use", ("land_use",)),)

    location = models.CharField("坐落", max_length=200, blank=True)
    scheme = models.CharField("分类标准", max_length=40, blank=True)
    land_use = models.CharField("用途编码", max_length=10, blank=True)
    right_type = models.CharField("权利类型", max_length=60, blank=True)
    right_holder = SealedField("权利人", max_length=200, blank=True)
    registered_area_m2 = models.FloatField("登记面积（平方米）", null=True)
    registered_on = models.DateField("登记日期", null=True)
    district_code = models.CharField("所在村（社区）编码", max_length=12, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "宗地"


class Building(SpatialFeature):
    """A free-standing building (自然幢)."""

    tallies: ClassVar = (Tally("storeys_above", ("storeys_above",), "v.floor_area_m2"),)

    name = models.CharField("名称", max_length=100, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    parcel_code = models.CharField("宗地编码", max_length=40, blank=True)
    usage = models.CharField("用途", max_length=40, blank=True)
    structure = models.CharField("结构", max_length=40, blank=True)
    storeys_above = models.PositiveSmallIntegerField("地上层数", default=1)
    storeys_below = models.PositiveSmallIntegerField("地下层数", default=0)
    height_m = models.FloatField("高度（米）", null=True)
    floor_area_m2 = models.FloatField("建筑面积（平方米）", null=True)
    completed_year = models.PositiveSmallIntegerField("竣工年份", null=True)
    owner = SealedField("产权人", max_length=200, blank=True)
    district_code = models.CharField("所在村（社区）编码", max_length=12, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "建筑"
        indexes: ClassVar = [
            *SpatialFeature.Meta.indexes,
            models.Index(fields=["parcel_code"], name="building_parcel"),
        ]
