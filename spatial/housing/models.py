"""Storeys, units and the rights on them."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.sealed.fields import SealedField
from spatial.sealed.rules.formats import Kind
from spatial.versions.fields import POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature, VersionedFeature


class Storey(VersionedFeature):
    """One floor of a building; basements have negative numbers, there is no floor 0."""

    building_code = models.CharField("建筑编码", max_length=40)
    number = models.SmallIntegerField("实际层")
    label = models.CharField("名义层", max_length=20, blank=True)
    floor_area_m2 = models.FloatField("建筑面积（平方米）", null=True)
    height_m = models.FloatField("层高（米）", null=True)

    class Meta(VersionedFeature.Meta):
        verbose_name = verbose_name_plural = "楼层"
        indexes: ClassVar = [
            *VersionedFeature.Meta.indexes,
            models.Index(fields=["building_code"], name="storey_building"),
        ]


class Unit(SpatialFeature):
    """A dwelling or other unit that is owned on its own; code of 28 digits (GB/T 37346-2019)."""

    building_code = models.CharField("建筑编码", max_length=40)
    entrance = models.CharField("单元", max_length=10, blank=True)
    floor_from = models.SmallIntegerField("起始层")
    floor_to = models.SmallIntegerField("终止层")
    room = models.CharField("房号", max_length=20)
    position = models.PositiveSmallIntegerField("同层次序", default=1)
    usage = models.CharField("用途", max_length=40, blank=True)
    layout = models.CharField("户型", max_length=40, blank=True)
    floor_area_m2 = models.FloatField("建筑面积（平方米）", null=True)
    inner_area_m2 = models.FloatField("套内面积（平方米）", null=True)
    shared_area_m2 = models.FloatField("分摊面积（平方米）", null=True)
    address = models.CharField("坐落", max_length=200, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS, null=True)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "户"
        indexes: ClassVar = [
            *SpatialFeature.Meta.indexes,
            models.Index(fields=["building_code"], name="unit_building"),
        ]


class Right(VersionedFeature):
    """A right or restriction on a unit; several stand at once, and no status column sums them up."""

    unit_code = models.CharField("不动产单元编码", max_length=40)
    kind = models.CharField("权利类型", max_length=20)
    holder = SealedField("权利人", max_length=200, blank=True)
    certificate = SealedField("证书（证明）号", kind=Kind.CERTIFICATE, max_length=60, blank=True)

    class Meta(VersionedFeature.Meta):
        verbose_name = verbose_name_plural = "权利与限制"
        indexes: ClassVar = [
            *VersionedFeature.Meta.indexes,
            models.Index(fields=["unit_code"], name="right_unit"),
        ]
